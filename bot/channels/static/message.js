// One message as elements. Texts only ever become text nodes; links are made here and nowhere else.

import { fill, spoken } from "./words.js";

const INLINE = /(https:\/\/[^\s<>"「」『』（）()、。，]+)|(0\d{1,4}-\d{1,4}-\d{3,4}|#\d{4})|([一-龠々〆ヶ]+)（([ぁ-ゖー]+)）|(11[09])/g;
const BULLET = /^\s*[・•*-]\s*/;
const NUMBER = /^\s*・?\s*(\d{1,2})(?:\s*[.．)）]\s*|\s+)/;

export const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

const htmlLang = (lang) => (lang === "en" ? "en" : "ja");

// Furigana, web addresses and phone numbers inside a line; 110 and 119 only where someone may need them at once.
export function inline(text, { links = true, emergency = false } = {}) {
  const nodes = [];
  let end = 0;
  const put = (from, to, node) => {
    if (from > end) nodes.push(text.slice(end, from));
    nodes.push(node);
    end = to;
  };
  for (const match of text.matchAll(INLINE)) {
    const [whole, address, phone, kanji, kana, police] = match;
    const at = match.index;
    if (kanji) {
      put(at, at + whole.length, make("ruby", {}, kanji, make("rp", {}, "（"), make("rt", {}, kana), make("rp", {}, "）")));
    } else if (!links) {
      continue;
    } else if (address) {
      const url = address.replace(/[.,;:!?！？]+$/, "");
      if (URL.canParse?.(url) ?? true) put(at, at + url.length, outside(url, shortened(url)));
    } else if (alone(text, at, whole) && (phone || emergency)) {
      put(at, at + whole.length, call(phone ?? police));
    }
  }
  if (end < text.length) nodes.push(text.slice(end));
  return nodes;
}

export const plain = (text) => inline(text, { links: false });
export const setText = (element, text) => element.replaceChildren(...plain(text));

function alone(text, at, whole) {
  return !/[\d-]/.test(text[at - 1] ?? "") && !/[\d-]/.test(text[at + whole.length] ?? "");
}

const call = (number, label = [number]) =>
  make("a", { className: "call", href: `tel:${number.replace(/-/g, "").replace("#", "%23")}` }, ...label);

function outside(url, label, words) {
  const link = make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
  if (words) link.append(make("span", { className: "hidden" }, `（${spoken(words.newWindow)}）`));
  return link;
}

function shortened(url) {
  const bare = url.replace(/^https:\/\/(www\.)?/, "").replace(/\/$/, "");
  return bare.length > 30 ? `${bare.split("/")[0]}/…` : bare;
}

// Every line a paragraph, lines with a mark a list; the answer's text is plain, so the first characters decide.
function blocks(text, options) {
  const lines = text.split("\n").filter((line) => line.trim());
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

export function userMessage(text, lang, words) {
  const item = make("li", { className: "message user", lang: htmlLang(lang) });
  const body = make("div", { className: "bubble" }, speaker(words.you));
  const said = make("p");
  text.split("\n").forEach((line, n) => said.append(...(n ? [make("br")] : []), ...(lang === "ja-easy" ? plain(line) : [line])));
  body.append(said);
  item.append(body);
  return item;
}

const speaker = (name) => make("span", { className: "hidden" }, `${name}: `);

export function botMessage(line, words, choose) {
  const item = make("li", { className: "message bot", lang: htmlLang(line.lang) });
  item.dataset.kind = line.kind;
  const body = make("div", { className: "bubble" }, speaker(words.bot), ...blocks(line.text, { emergency: line.kind === "crisis" }));
  if (line.kind === "crisis") body.querySelector("p")?.after(calls(body, words));
  if (line.citations?.length) body.append(sources(line, words));
  item.append(body);
  if (line.buttons?.length) item.append(choices(line, words, choose));
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
    const date = as_of ? fill(words.asOf, { date: date_(as_of, line.lang) }) : words.noDate;
    const named = url?.startsWith("http") ? outside(url, title, words) : title;
    list.append(make("li", {}, named, make("span", { className: "date" }, ...plain(date))));
  }
  const about = make("p", { className: "checked" });
  if (line.checked_on) about.append(make("span", {}, ...plain(fill(words.checked, { date: date_(line.checked_on, line.lang) }))));
  if (line.answer_id) about.append(make("span", {}, ...plain(fill(words.answerId, { id: line.answer_id }))));
  const summary = make("summary", {}, make("span", {}, ...plain(fill(words.sources, { n: line.citations.length }))));
  return make("details", { className: "sources" }, summary, list, about);
}

// 2024-12-31, 2024-12 or 2024, as people write it.
function date_(iso, lang) {
  const [year, month, day] = iso.split("-").map(Number);
  if (!year) return iso;
  if (lang !== "en") return `${year}年${month ? `${month}月` : ""}${day ? `${day}日` : ""}`;
  const parts = { year: "numeric", ...(month && { month: "long" }), ...(day && { day: "numeric" }), timeZone: "UTC" };
  return new Date(Date.UTC(year, (month || 1) - 1, day || 1)).toLocaleDateString("en-GB", parts);
}

// A question's choices are answered once; related questions stay open, each marked when used.
function choices(line, words, choose) {
  const once = ["ask", "confirm"].includes(line.kind);
  const group = make("ul", { className: once ? "choices" : "choices related" });
  group.setAttribute("aria-label", spoken(once ? words.choices : words.related));
  const buttons = [];
  for (const { title, payload, url } of line.buttons) {
    if (url) {
      group.append(make("li", {}, outside(url, title, words)));
      continue;
    }
    const button = make("button", { type: "button" }, make("span", {}, ...plain(title)));
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") || !choose(payload)) return;
      button.append(make("span", { className: "chosen" }, ...plain(words.chosen)));
      button.classList.add("picked");
      for (const each of once ? buttons : [button]) each.setAttribute("aria-disabled", "true");
    });
    buttons.push(button);
    group.append(make("li", {}, button));
  }
  return group;
}

export function problem(text, words, lang, retry) {
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
