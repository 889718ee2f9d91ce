// Leaving at once and without a trace: by the button, by Escape three times, by closing the tab.

import { fill } from "./words.js";
import { setText } from "./inline.js";
import { framed, post } from "./session.js";
import { tellTabs, whenTold } from "./tabs.js";

const ESCAPE_WITHIN = 3000;
const exitLink = document.getElementById("exit");

// Ends the conversation here and on the server; a new one begins unless the person leaves.
export const forget = (leave) => post("end", leave ? { leave } : {}, { keepalive: true }).catch(() => {});

function exit() {
  tellTabs();
  go();
}

function go() {
  const away = exitLink.href;
  document.body.replaceChildren();
  forget(true);
  if (!framed) return location.replace(away);
  // The page around the frame tells as much as the frame: its script leaves it, and if that is gone, the frame goes alone.
  parent.postMessage({ tomoni: "exit", away }, "*");
  setTimeout(() => location.replace(away), 400);
}

// `busy` says whether an input method is at work; `pressed` is called at every press, `words` gives the present language's.
export function leaving({ busy, status, words, pressed }) {
  whenTold(go);
  exitLink.addEventListener("click", (event) => {
    event.preventDefault();
    exit();
  });
  let escapes = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || busy() || event.keyCode === 229) return;
    event.preventDefault(); // a fourth, frightened press would otherwise stop the next page from loading
    if (event.repeat) return;
    pressed();
    escapes = [...escapes.filter((at) => event.timeStamp - at < ESCAPE_WITHIN), event.timeStamp];
    if (escapes.length >= 3) return exit();
    setText(status, fill(words().esc_left, { n: 3 - escapes.length }));
    const told = status.textContent;
    setTimeout(() => status.textContent === told && setText(status, ""), ESCAPE_WITHIN);
  });
  // Closing or leaving the tab ends the conversation; the back button gets a new page, not this one.
  addEventListener("pagehide", () => {
    document.getElementById("messages")?.replaceChildren();
    forget(true);
  });
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}
