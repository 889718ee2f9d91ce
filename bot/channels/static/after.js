// What can be done with an answer: say whether it helped, and share its public page. Neither sends a word of the conversation.

import { hidden, make, outside, plain, setText } from "./inline.js";
import { post } from "./session.js";
import { fill, spoken } from "./words.js";

const REASONS = ["other_question", "unclear", "too_little", "wrong", "unsaid"];
const THUMB = "M7 22H4a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2h3m0 11V11m0 11h11.3a2 2 0 0 0 2-1.7l1.4-9a2 2 0 0 0-2-2.3H15V5a3 3 0 0 0-3-3l-5 9";
const ARROW = "M12 15V3m0 0L8 7m4-4 4 4M5 12v7a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-7";

export function after(line, words) {
  const said = make("p", { className: "said" });
  said.setAttribute("role", "status");
  const row = make("div", { className: "row" });
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", spoken(words.rate));
  const box = make("div", { className: "after" }, row);
  if (line.ticket) rate(line, words, row, box, said);
  if (line.share) share(line, words, row, box, said);
  box.append(said);
  return box;
}

function icon(path) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  drawn.setAttribute("viewBox", "0 0 24 24");
  drawn.setAttribute("aria-hidden", "true");
  drawn.append(line);
  return drawn;
}

const tool = (path, name, ...classes) => {
  const button = make("button", { type: "button", className: ["tool", ...classes].join(" ") }, icon(path), hidden(spoken(name)));
  button.title = spoken(name);
  return button;
};

const plainButton = (text) => make("button", { type: "button", className: "chip" }, ...plain(text));

// --- whether it helped ------------------------------------------------------------------------------------------

function rate(line, words, row, box, said) {
  const yes = tool(THUMB, words.helpful), no = tool(THUMB, words.not_helpful, "down");
  const reasons = make("div", { className: "panel", hidden: true });
  reasons.append(make("p", {}, ...plain(words.why_not)));
  const list = make("ul", { className: "chips" });
  reasons.append(list);
  let sent = false;

  async function send(code, button) {
    if (sent) return;
    sent = true;
    const { answer_id, version, ticket } = line;
    const counted = await post("feedback", { answer_id, version, ticket, code }).then((r) => r.ok, () => false);
    setText(said, counted ? words.rated : words.not_rated);
    if (!counted) return (sent = false);
    for (const each of [yes, no]) each.setAttribute("aria-disabled", "true");
    button.setAttribute("aria-pressed", "true");
    if (reasons.contains(document.activeElement)) button.focus({ preventScroll: true });
    reasons.hidden = true;
  }

  for (const code of REASONS) {
    const button = plainButton(words[`reason_${code}`]);
    button.addEventListener("click", () => send(code, no));
    list.append(make("li", {}, button));
  }
  opens(no, reasons, () => !sent);
  yes.addEventListener("click", () => send("helpful", yes));
  row.append(yes, no);
  box.append(reasons);
}

// A button that shows and hides a part below it.
function opens(button, part, may = () => true, first = () => {}) {
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => {
    if (!may()) return;
    part.hidden = !part.hidden;
    button.setAttribute("aria-expanded", String(!part.hidden));
    if (!part.hidden) first();
  });
}

// --- sharing ----------------------------------------------------------------------------------------------------

function share({ lang, share: { id, title, text, url } }, words, row, box, said) {
  const address = new URL(url, location.origin).href;
  const panel = make("div", { className: "panel", hidden: true });
  const button = make("button", { type: "button", className: "tool named" }, icon(ARROW), make("span", {}, ...plain(words.share)));
  opens(button, panel, undefined, () => panel.childElementCount || fillPanel());

  function fillPanel() {
    const list = make("ul", { className: "chips" });
    const add = (element) => list.append(make("li", {}, element));
    if (navigator.share) {
      const send = plainButton(words.share_send);
      send.addEventListener("click", () => navigator.share({ text, url: address }).catch(() => {}));
      add(send);
    }
    const copy = plainButton(words.share_copy);
    copy.addEventListener("click", async () => {
      const copied = await navigator.clipboard?.writeText(address).then(() => true, () => false);
      setText(said, copied ? words.copied : words.copy_by_hand);
    });
    add(copy);
    const line = outside(`https://line.me/R/share?text=${encodeURIComponent(`${text}\n${address}`)}`, "", words);
    line.className = "chip";
    line.prepend(...plain(words.share_line));
    add(line);
    const code = plainButton(words.share_qr);
    const picture = make("p", { className: "code", hidden: true });
    opens(code, picture, undefined, () => {
      if (picture.childElementCount) return;
      picture.append(make("img", { src: `qr/${lang}/${id}.svg`, alt: fill(spoken(words.qr_label), { title }), width: 200, height: 200 }));
    });
    add(code);
    panel.append(
      make("p", {}, ...plain(fill(words.share_what, { title }))),
      make("p", { className: "address" }, outside(address, address, words)),
      list,
      picture,
    );
  }

  row.append(button);
  box.append(panel);
}
