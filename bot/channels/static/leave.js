// Leaving at once: the words go, the session ends, and this entry of the history is replaced. Without script the button does most of it.

import { tellTabs, whenTold } from "./tabs.js";

const ESCAPE_WITHIN = 3000;
const LEFT = "left"; // kept by the tab, not the device, until a page of ours is opened anew
const form = document.getElementById("leave");
const exit = document.getElementById("exit");

function go() {
  const body = form && new URLSearchParams(new FormData(form));
  document.body.replaceChildren();
  if (body) fetch(form.action, { method: "POST", body, keepalive: true, redirect: "manual" }).catch(() => {});
  window.name = LEFT;
  location.replace(exit.dataset.away);
}

function leave() {
  tellTabs();
  go();
}
whenTold(go);

// Earlier pages of this tab cannot be replaced from here: whoever goes back to one after leaving is led on at once.
if (window.name === LEFT) {
  if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") go();
  else window.name = "";
}

exit.addEventListener("click", (event) => {
  event.preventDefault();
  leave();
});

let escapes = [];
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || event.keyCode === 229) return;
  event.preventDefault(); // a fourth, frightened press would otherwise stop the next page from loading
  if (event.repeat) return;
  escapes = [...escapes.filter((at) => event.timeStamp - at < ESCAPE_WITHIN), event.timeStamp];
  if (escapes.length >= 3) leave();
});

// A page brought back from memory shows what may have been closed since.
addEventListener("pageshow", (event) => event.persisted && location.reload());
