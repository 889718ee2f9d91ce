// The guide without script is complete; this adds leaving fast, passing an answer on, and searching on the device.
// A plain script and not a module, because a page opened from a folder may not load modules.
(function () {
  "use strict";
  const ESCAPE_WITHIN = 3000;
  const SHOWN = 20;

  // --- leaving: the page empties at once and this entry of the history is replaced
  const exit = document.getElementById("exit");
  function go() {
    document.body.replaceChildren();
    location.replace(exit.href);
  }
  function leave() {
    if (tabs) tabs.postMessage("leave");
    go();
  }
  // Pages of ours in other tabs are left with this one; not every browser has channels, and some refuse them.
  function channel() {
    try {
      return new BroadcastChannel("leave");
    } catch {
      return null;
    }
  }
  const tabs = channel();
  if (tabs) tabs.onmessage = go;
  exit.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  let escapes = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || event.keyCode === 229) return;
    event.preventDefault(); // a fourth, frightened press would otherwise stop the next page from loading
    if (event.repeat) return;
    escapes = escapes.filter((at) => event.timeStamp - at < ESCAPE_WITHIN).concat(event.timeStamp);
    if (escapes.length >= 3) leave();
  });
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  // --- reading on: the next page takes this one's place in the history, or going back after leaving would show what was read
  const guide = new URL("..", document.currentScript.src).href;
  addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const page = link.href.split("#")[0];
    if (link.target || !page.startsWith(guide) || !/(\.html|\/)$/.test(page)) return; // a document is opened, not read on
    event.preventDefault();
    location.replace(link.href);
  });

  // --- passing an answer on: always the public page, never what was read or searched before
  const share = document.querySelector(".share");
  if (share) {
    const { text, address, copied, notCopied } = share.dataset;
    const said = share.querySelector(".said");
    const tell = (words) => (said.textContent = words);
    const ways = {
      share: () => navigator.share({ text: text || undefined, url: address }).catch(() => {}),
      copy: () =>
        navigator.clipboard.writeText(text ? text + "\n" + address : address).then(
          () => tell(copied),
          () => tell(notCopied),
        ),
      print: () => print(),
    };
    const can = { share: Boolean(navigator.share), copy: Boolean(navigator.clipboard), print: true };
    for (const button of share.querySelectorAll("[data-way]")) {
      button.parentElement.hidden = !can[button.dataset.way];
      button.addEventListener("click", () => ways[button.dataset.way]());
    }
  }

  // --- searching: words are folded as `folded` in bot/guide/search.py folds them
  function fold(text) {
    return text
      .normalize("NFKC")
      .toLowerCase()
      .replace(/[ァ-ヶ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))
      .replace(/\s+/g, " ")
      .trim();
  }
  function pieces(term) {
    if (term.length < 4 || /^[ -~]+$/.test(term)) return [];
    return Array.from({ length: term.length - 1 }, (_, at) => term.slice(at, at + 2));
  }
  function weight(row, term) {
    const whole = row[3].includes(term) * 8 + row[4].includes(term) * 4 + row[5].includes(term) * 2;
    const stem = /^[a-z]{4,}s$/.test(term) ? term.slice(0, -1) : "";
    if (whole || !stem) return whole || near(row, term);
    return row[3].includes(stem) * 7 + row[4].includes(stem) * 3 + row[5].includes(stem);
  }
  function near(row, term) {
    const parts = pieces(term);
    if (!parts.length) return 0;
    const all = row[3] + " " + row[4] + " " + row[5];
    const share = parts.filter((part) => all.includes(part)).length / parts.length;
    return share >= 0.6 ? share * (parts.some((part) => row[3].includes(part)) ? 3 : 1) : 0;
  }
  function find(words) {
    const terms = fold(words).split(" ").filter(Boolean);
    if (!terms.length) return [];
    return tomoniSearch
      .map((row) => ({ row, weights: terms.map((term) => weight(row, term)) }))
      .filter(({ weights }) => weights.every(Boolean))
      .map(({ row, weights }) => ({ row, total: weights.reduce((sum, one) => sum + one, 0) }))
      .sort((a, b) => b.total - a.total)
      .map(({ row }) => row);
  }
  function titled(text) {
    const nodes = [];
    let end = 0;
    for (const match of text.matchAll(/([一-龠々〆ヶ]+)（([ぁ-ゖー]+)）/g)) {
      nodes.push(text.slice(end, match.index), ruby(match[1], match[2]));
      end = match.index + match[0].length;
    }
    return [...nodes, text.slice(end)];
  }
  function make(tag, ...children) {
    const element = document.createElement(tag);
    element.append(...children);
    return element;
  }
  function ruby(kanji, kana) {
    return make("ruby", kanji, make("rp", "（"), make("rt", kana), make("rp", "）"));
  }

  const search = document.getElementById("search");
  if (search && typeof tomoniSearch !== "undefined") start();
  else if (search) addEventListener("DOMContentLoaded", () => typeof tomoniSearch !== "undefined" && start());
  function start() {
    const words = document.getElementById("words");
    const count = document.getElementById("count");
    const results = document.getElementById("results");
    let waiting = 0;
    function show() {
      const found = find(words.value);
      const typed = words.value.trim();
      count.textContent = !typed ? "" : found.length ? search.dataset.found.replace("{}", found.length) : search.dataset.none;
      results.replaceChildren(
        ...found.slice(0, SHOWN).map(([page, title, topic]) => {
          const link = make("a", ...titled(title));
          link.href = page;
          const where = make("span", topic);
          where.className = "date";
          return make("li", link, where);
        }),
      );
    }
    search.hidden = false;
    search.addEventListener("submit", (event) => {
      event.preventDefault();
      show();
    });
    words.addEventListener("input", (event) => {
      clearTimeout(waiting);
      if (!event.isComposing) waiting = setTimeout(show, 150);
    });
    words.addEventListener("compositionend", () => (waiting = setTimeout(show, 150)));
  }
})();
