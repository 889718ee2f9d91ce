// How the page sits on its device: on-screen keyboard, hidden tab, open menu, paper.

const app = document.getElementById("app");
const menu = document.getElementById("menu");

// The part of the screen that a keyboard leaves free is the app's height.
function fit() {
  const view = window.visualViewport;
  if (!view || view.scale > 1.05) return; // zoomed by hand: leave the page as it is
  app.style.setProperty("--height", `${view.height}px`);
  app.style.setProperty("--top", `${view.offsetTop}px`);
  document.documentElement.classList.toggle("short", view.height < 480);
  document.documentElement.classList.toggle("tiny", view.height < 240);
}
window.visualViewport?.addEventListener("resize", fit);
window.visualViewport?.addEventListener("scroll", fit);
fit();

// Tab previews and the app switcher show no conversation.
document.addEventListener("visibilitychange", () => document.documentElement.classList.toggle("away", document.hidden));

addEventListener("click", (event) => {
  if (menu.open && !menu.contains(event.target)) menu.open = false;
});

let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll(".sources:not([open])")];
  for (const details of opened) details.open = true;
});
addEventListener("afterprint", () => opened.forEach((details) => (details.open = false)));
