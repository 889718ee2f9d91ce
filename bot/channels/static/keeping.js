// The one way anything stays: a file the person asks for, in words, under a name that tells nothing.

import { make } from "./inline.js";

const said = [];

export const remember = (who, text, sources = []) =>
  said.push([`${who}: ${text}`, ...sources.map(({ title, url }, n) => `[${n + 1}] ${title}${url ? ` ${url}` : ""}`)].join("\n"));

export const forgetSaid = () => said.splice(0);

// False when there is nothing yet.
export function keep() {
  if (!said.length) return false;
  const file = URL.createObjectURL(new Blob([`\uFEFF${said.join("\n\n")}\n`], { type: "text/plain;charset=utf-8" }));
  make("a", { href: file, download: "memo.txt" }).click();
  setTimeout(() => URL.revokeObjectURL(file), 10_000);
  return true;
}
