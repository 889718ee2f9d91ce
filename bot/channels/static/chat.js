// The conversation: nothing is kept on the device, and one key or tap leaves without a trace.

import { setText } from "./inline.js";
import { forgetSaid, keep, remember } from "./keeping.js";
import { forget, leaving } from "./leaving.js";
import { botMessage, problem, userMessage } from "./message.js";
import "./page.js";
import { framed, post } from "./session.js";
import { fill, spoken, words as wordsOf } from "./words.js";

const MAX_TEXT = 5000;
const PATIENCE = 12_000;

const $ = (id) => document.getElementById(id);
const app = $("app"), log = $("log"), messages = $("messages"), status = $("status"), field = $("text"), sendButton = $("send");
const starters = document.querySelectorAll("#starters button");
const jump = $("jump"), offline = $("offline"), menu = $("menu");

let lang = document.documentElement.dataset.lang;
let words = wordsOf[lang];
let sending = null; // the AbortController of the request under way
let composing = false;
let unseen = null;

// --- language ---------------------------------------------------------------------------------------------------

function show(language) {
  lang = language;
  words = wordsOf[lang];
  document.documentElement.lang = lang === "en" ? "en" : "ja";
  document.documentElement.dataset.lang = lang;
  for (const element of document.querySelectorAll("[data-word]")) setText(element, words[element.dataset.word]);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", spoken(words[element.dataset.label]));
  for (const link of document.querySelectorAll("[data-href]")) link.href = link.dataset.href + lang;
  for (const link of document.querySelectorAll("a[data-lang]")) {
    if (link.dataset.lang === lang) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  $("guide").href = $("guide").getAttribute(`data-guide-${lang}`);
  field.placeholder = spoken(words.label);
  log.setAttribute("aria-label", spoken(words.log));
  starters.forEach((button, n) => setText(button, words.questions[n]));
  if (!offline.hidden) setText(offline, words.offline);
  measure();
}

// --- sending ----------------------------------------------------------------------------------------------------

const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

// Shows and sends a text; false when another message is still under way.
function say(text) {
  if (sending || !text.trim() || text.length > MAX_TEXT) return false;
  log.hidden = false;
  const item = userMessage(text.trim(), lang);
  remember(words.you, text.trim());
  messages.append(item);
  keepFocus();
  deliver(text, newKey(), item);
  return true;
}

async function deliver(text, key, item) {
  sending = new AbortController();
  const started = sending;
  sendButton.setAttribute("aria-disabled", "true");
  const slow = setTimeout(() => setText(status, words.preparing), 400);
  const tooSlow = setTimeout(() => started.abort(), PATIENCE);
  toEnd();
  let arrived;
  try {
    const response = await post("messages", { text, lang, id: key }, { signal: started.signal });
    arrived = response.ok ? await linesOf(response) : [await refusal(response, text, key, item)];
  } catch (error) {
    const why = error.name === "AbortError" || error instanceof SyntaxError ? words.no_answer : words.not_sent;
    arrived = [problem(navigator.onLine ? why : words.offline, lang, again(text, key, item))];
  } finally {
    clearTimeout(slow);
    clearTimeout(tooSlow);
    if (sending === started) sending = null;
  }
  sendButton.removeAttribute("aria-disabled");
  if (item.isConnected) receive(arrived, item);
  else setText(status, "");
}

async function linesOf(response) {
  const lines = (await response.text()).split("\n").filter(Boolean).map((line) => JSON.parse(line));
  for (const line of lines) remember(words.bot, line.text, line.citations);
  return lines.map((line) => botMessage(line, say));
}

async function refusal(response, text, key, item) {
  const said = await response.json().catch(() => ({}));
  const worthAgain = response.status === 429 || response.status >= 500;
  return problem(said.message || words.no_answer, lang, worthAgain ? again(text, key, item) : null);
}

// The same key: if the message did arrive, the answer comes back and nothing is said twice.
const again = (text, key, item) => (shown) => {
  if (sending) return;
  shown.remove();
  keepFocus();
  deliver(text, key, item);
};

// The field keeps the focus: the newest choices are one Shift+Tab away. Not by touch, where a keyboard would open.
const keepFocus = () => matchMedia("(pointer: coarse)").matches || field.focus({ preventScroll: true });

function receive(items, question) {
  const following = nearEnd();
  setText(status, "");
  messages.append(...items);
  if (following) {
    // A long answer is read from its beginning: the question goes to the top rather than the end to the bottom. Where there is
    // little height, part of the bar has scrolled away.
    const bar = document.querySelector(".bar");
    const covered = bar.offsetHeight + Math.min(0, parseFloat(getComputedStyle(bar).top) || 0);
    const top = question.offsetTop - covered - 12;
    app.scrollTo({ top: Math.min(top, app.scrollHeight) });
  } else {
    unseen = items[0];
    jump.hidden = false;
  }
}

// --- the field --------------------------------------------------------------------------------------------------

function submit() {
  if (say(field.value)) {
    field.value = "";
    measure();
  }
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});

field.addEventListener("compositionstart", () => (composing = true));
field.addEventListener("compositionend", () => (composing = false));
field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey) return;
  // Safari ends the composition first and only then reports the key, as 229 with isComposing false.
  if (event.isComposing || composing || event.keyCode === 229) return;
  if ($("enter-newline").checked && !event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  submit();
});
field.addEventListener("input", measure);
$("enter-newline").addEventListener("change", (event) => (field.enterKeyHint = event.target.checked ? "enter" : "send"));

function measure() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
  const left = MAX_TEXT - field.value.length;
  setText($("count"), left < 0 ? fill(words.too_long, { n: -left }) : left <= 100 ? fill(words.left, { n: left }) : "");
  $("count").classList.toggle("over", left < 0);
  field.setAttribute("aria-invalid", String(left < 0));
}

// --- scrolling -----------------------------------------------------------------------

const nearEnd = () => app.scrollHeight - app.scrollTop - app.clientHeight < 120;
const toEnd = () => app.scrollTo({ top: app.scrollHeight, behavior: "instant" });

app.addEventListener("scroll", () => {
  if (nearEnd()) jump.hidden = true;
}, { passive: true });
jump.addEventListener("click", () => {
  jump.hidden = true;
  unseen?.scrollIntoView({ block: "start" });
  keepFocus();
});

// --- leaving and keeping ----------------------------------------------------------------------------------------

leaving({ busy: () => composing, status, words: () => words, pressed: () => (menu.open = false) });

$("clear").addEventListener("click", async () => {
  menu.open = false;
  sending?.abort();
  messages.replaceChildren();
  forgetSaid();
  log.hidden = jump.hidden = true;
  field.value = "";
  measure();
  app.scrollTo({ top: 0 });
  await forget(false);
  setText(status, words.cleared);
  menu.querySelector("summary").focus({ preventScroll: true });
});

$("keep").addEventListener("click", () => {
  menu.open = false;
  setText(status, keep() ? words.kept : words.nothing_to_keep);
  menu.querySelector("summary").focus({ preventScroll: true });
});

// --- the rest ---------------------------------------------------------------------------------------------------

function connection() {
  offline.hidden = navigator.onLine;
  setText(offline, navigator.onLine ? "" : words.offline);
}
addEventListener("online", connection);
addEventListener("offline", connection);

for (const link of document.querySelectorAll("a[data-lang]")) {
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    show(link.dataset.lang);
  });
}
if (framed) $("fold").addEventListener("click", () => parent.postMessage({ tomoni: "fold" }, "*"));
// The server has written the page in this language; it only has to come to life.
starters.forEach((button, n) => button.addEventListener("click", () => say(words.questions[n])));
for (const waiting of [...starters, field, sendButton]) waiting.disabled = false;
if (!navigator.onLine) connection();
document.documentElement.dataset.ready = "true"; // from here on every tap counts
performance.mark("usable");
