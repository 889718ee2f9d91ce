// One message as elements: who speaks, the text in paragraphs and lists, its numbered sources.

import { call, hidden, htmlLang, inline, japanese, make, outside, plain } from "./inline.js";
import { choices, related } from "./choices.js";
import { after } from "./after.js";
import { fill, words as wordsOf } from "./words.js";

const BULLET = /^\s*[・•*-]\s*/;
const NUMBER = /^\s*・?\s*(\d{1,2})(?:\s*[.．)）]\s*|\s+)/;

// Every line a paragraph, lines with a mark a list; the answer's text is plain, so the first characters decide.
function blocks(text, options) {
  const lines = (options.lang === "ja-easy" ? readDates(text) : text).split("\n").filter((line) => line.trim());
  const numbers = steps(lines);
  const made = [];
  lines.forEach((line, at) => {
    const bullet = BULLET.exec(line);
    const tag = numbers[at] ? "ol" : bullet ? "ul" : "p";
    if (tag === "p") return made.push(make("p", {}, ...inline(line, options)));
    if (made[made.length - 1]?.localName !== tag) made.push(make(tag));
    const mark = (numbers[at] ? NUMBER : BULLET).exec(line)[0];
    made[made.length - 1].append(make("li", {}, ...inline(line.slice(mark.length), options)));
  });
  return made;
}

// Which lines are steps 1, 2, 3…; a date (・20 May 2022) begins with a number too, but does not count up.
function steps(lines) {
  const read = lines.map((line) => Number(NUMBER.exec(line)?.[1]));
  const found = [];
  read.forEach((n, at) => {
    found[at] = n === 1 ? read[at + 1] === 2 && 1 : n > 1 && found[at - 1] === n - 1 && n;
  });
  return found;
}

// Everything inside an item is in the item's language, whatever the page's: a screen reader reads it with one voice.
export function userMessage(text, pageLang) {
  const lang = written(text, pageLang);
  const item = make("li", { className: "message user", lang: htmlLang(lang) });
  const body = make("div", { className: "bubble" }, speaker(wordsOf[lang].you));
  const said = make("p");
  text.split("\n").forEach((line, n) => said.append(...(n ? [make("br")] : []), ...plain(line)));
  body.append(said);
  item.append(body);
  return item;
}

// The language a person wrote in, as far as letters tell; figures and signs leave it the page's.
function written(text, pageLang) {
  if (japanese(text)) return pageLang === "en" ? "ja" : pageLang;
  return /[a-z]/i.test(text) ? "en" : pageLang;
}

const speaker = (name) => hidden(`${name}: `);

export function botMessage(line, choose) {
  const words = wordsOf[line.lang];
  const item = make("li", { className: "message bot", lang: htmlLang(line.lang) });
  item.dataset.lang = line.lang;
  item.dataset.kind = line.kind;
  const body = make("div", { className: "bubble" }, speaker(words.bot), ...blocks(line.text, { emergency: line.kind === "crisis", lang: line.lang }));
  if (line.kind === "crisis") body.querySelector("p")?.after(calls(body, words));
  if (line.citations?.length) body.append(sources(line, words));
  item.append(body);
  if (line.ticket || line.share) item.append(after(line, words));
  if (line.buttons?.length) item.append(choices(line, words, choose));
  if (line.related?.length) item.append(related(line, words, choose));
  return item;
}

// In an emergency the numbers named first are large buttons, right below.
function calls(body, words) {
  const numbers = new Set(Array.from(body.querySelector("p").querySelectorAll(".call"), (link) => link.textContent));
  return make("div", { className: "calls" }, ...Array.from(numbers, (n) => call(n, plain(fill(words.call, { number: n })))));
}

function sources(line, words) {
  const list = make("ol");
  for (const { title, url, as_of } of line.citations) {
    const date = as_of ? fill(words.as_of, { date: spokenDate(as_of, line.lang) }) : words.no_date;
    const name = make("span", { lang: japanese(title) ? "ja" : "en" }, title);
    const named = url?.startsWith("http") ? outside(url, name, words) : name;
    list.append(make("li", {}, named, make("span", { className: "date" }, ...plain(date))));
  }
  const about = make("p", { className: "checked" });
  const { answer_id: id, version } = line;
  if (id) about.append(make("span", {}, ...plain(fill(words.answer_id, { id, version: (version ?? "").slice(0, 12) }))));
  const summary = make("summary", {}, make("span", {}, ...plain(fill(words.sources, { n: line.citations.length }))));
  if (line.checked_on) {
    const checked = fill(words.checked, { date: spokenDate(line.checked_on, line.lang) });
    summary.append(make("span", { className: "when" }, ...plain(checked)));
  }
  return make("details", { className: "sources" }, summary, list, about);
}

const DAYS = { 1: "ついたち", 2: "ふつか", 3: "みっか", 4: "よっか", 5: "いつか", 6: "むいか", 7: "なのか", 8: "ようか", 9: "ここのか", 10: "とおか", 20: "はつか" };

// 2024-12-31, 2024-12 or 2024, as people write it.
function spokenDate(iso, lang) {
  const [year, month, day] = iso.split("-").map(Number);
  if (!year) return iso;
  if (lang === "en") {
    const parts = { year: "numeric", ...(month && { month: "long" }), ...(day && { day: "numeric" }), timeZone: "UTC" };
    return new Date(Date.UTC(year, (month || 1) - 1, day || 1)).toLocaleDateString("en-GB", parts);
  }
  const written = `${year}年${month ? `${month}月` : ""}${day ? `${day}日` : ""}`;
  return lang === "ja-easy" ? readDates(written) : written;
}

// Dates in plain Japanese get their readings here, where they can be shown above.
function readDates(text) {
  return text.replace(/(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})日)?)?(?![（間])/g, (_, year, month, day) => {
    const dayRead = DAYS[day] ?? (["14", "24"].includes(day) ? "か" : "にち");
    return `${year}年（ねん）${month ? `${month}月（がつ）` : ""}${day ? `${day}日（${dayRead}）` : ""}`;
  });
}

export function problem(text, lang, retry) {
  const words = wordsOf[lang];
  const item = make("li", { className: "message problem", lang: htmlLang(lang) });
  const body = make("div", { className: "bubble" }, speaker(words.bot), ...blocks(text, {}));
  item.append(body);
  if (retry) {
    const button = make("button", { type: "button", className: "retry" }, ...plain(words.retry));
    button.addEventListener("click", () => retry(item));
    body.append(button);
  }
  return item;
}
