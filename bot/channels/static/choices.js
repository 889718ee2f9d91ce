// What can be tapped below a message: the choices of a question, and other questions.

import { make, outside, plain } from "./inline.js";
import { spoken } from "./words.js";

// A question's choices are answered once; offers stay open, each marked when used.
export function choices(line, words, choose) {
  const once = ["ask", "confirm"].includes(line.kind);
  return group(line.buttons, words.choices, once ? "choices" : "choices offers", once, words, choose);
}

export function related(line, words, choose) {
  const heading = make("p", { className: "heading" }, ...plain(words.related));
  return make("div", {}, heading, group(line.related, words.related, "choices related", false, words, choose));
}

function group(buttons, label, className, once, words, choose) {
  const list = make("ul", { className });
  list.setAttribute("aria-label", spoken(label));
  const made = [];
  for (const { title, payload, url } of buttons) {
    if (url) {
      list.append(make("li", {}, outside(url, title, words)));
      continue;
    }
    const button = make("button", { type: "button" }, make("span", {}, ...plain(title)));
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") || !choose(payload)) return;
      button.append(make("span", { className: "chosen" }, ...plain(words.chosen)));
      button.classList.add("picked");
      for (const each of once ? made : [button]) each.setAttribute("aria-disabled", "true");
    });
    made.push(button);
    list.append(make("li", {}, button));
  }
  return list;
}
