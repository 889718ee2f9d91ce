// Lines of text as nodes. Texts only ever become text nodes; links and furigana are made here and nowhere else.

import { spoken } from "./words.js";

const INLINE = /(https:\/\/[^\s<>"「」『』（）()、。，]+)|(0\d{1,4}-\d{1,4}-\d{3,4}|#\d{4})|((?:\d{1,2}(?=日（(?!にち|か）)))?[一-龠々〆ヶ]+)（([ぁ-ゖー]+)）|(11[09])/g;

const JAPANESE = /([ぁ-ヺ一-龠々](?:[0-9ぁ-ヿ一-龠々（）「」、。]*[ぁ-ヺー一-龠々）」])?)/;

export const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

export const htmlLang = (lang) => (lang === "en" ? "en" : "ja");
export const japanese = (text) => /[ぁ-ヿ一-龠]/.test(text);
export const hidden = (text) => make("span", { className: "hidden" }, text);

// Furigana, web addresses and phone numbers inside a line; 110 and 119 only where someone may need them at once.
export function inline(text, { links = true, emergency = false, lang = "ja" } = {}) {
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
  return lang === "en" ? nodes.flatMap(withJapanese) : nodes;
}

// Japanese names in an English line are marked, so that a screen reader says them in Japanese.
const withJapanese = (node) =>
  typeof node !== "string" ? [node] : node.split(JAPANESE).map((part, n) => (n % 2 ? make("span", { lang: "ja" }, part) : part)).filter((part) => part !== "");

export const plain = (text) => inline(text, { links: false });
export const setText = (element, text) => element.replaceChildren(...plain(text));

function alone(text, at, whole) {
  return !/[\d-]/.test(text[at - 1] ?? "") && !/[\d-]/.test(text[at + whole.length] ?? "");
}

export const call = (number, label = [number]) =>
  make("a", { className: "call", href: `tel:${number.replace(/-/g, "").replace("#", "%23")}` }, ...label);

export function outside(url, label, words) {
  const link = make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
  if (words) link.append(hidden(`（${spoken(words.new_window)}）`));
  return link;
}

function shortened(url) {
  const bare = url.replace(/^https:\/\/(www\.)?/, "").replace(/\/$/, "");
  return bare.length > 30 ? `${bare.split("/")[0]}/…` : bare;
}
