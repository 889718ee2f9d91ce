// One line of script puts the chat into a page: a button in the corner, and behind it an iframe that neither side can look into.
//   <script async src="https://…/webhooks/web/embed.js" data-lang="ja" data-accent="#00695c"></script>
// Nothing is loaded before somebody presses the button. Settings: docs/embed.md.
(() => {
  const script = document.currentScript;
  const base = new URL(".", script.src);
  const given = script.dataset;
  const LABELS = { ja: "質問する", en: "Ask a question", "ja-easy": "質問する" };
  const pageLang = (document.documentElement.lang || "ja").startsWith("ja") ? "ja" : "en";
  const lang = Object.hasOwn(LABELS, given.lang ?? "") ? given.lang : pageLang;
  const accent = /^#?([0-9a-f]{3}){1,2}$/i.test(given.accent ?? "") ? given.accent.replace("#", "") : "";

  // White or black on their colour: one of the two always reads at 4.5 : 1 or more.
  function inkOn(colour) {
    const digits = colour.length === 3 ? colour.replace(/./g, "$&$&") : colour;
    const [r, g, b] = digits.match(/../g).map((two) => parseInt(two, 16) / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
  }

  const BUTTON = `position: fixed; z-index: 2147483000; right: 16px; bottom: 16px; display: inline-flex; align-items: center; gap: 8px; min-height: 56px; padding: 0 20px;
      border: 2px solid #fff; border-radius: 28px; background: #${accent || "0017c1"}; color: ${inkOn(accent || "0017c1")};
      box-shadow: 0 0 0 1px #767676, 0 2px 8px rgb(0 0 0 / 30%); font: 700 16px/1.3 "Noto Sans JP", "Hiragino Sans", "Yu Gothic", Meiryo, system-ui, sans-serif; cursor: pointer;`;
  const FRAME = `position: fixed; z-index: 2147483001; right: 16px; bottom: 88px; width: min(420px, calc(100vw - 32px));
      height: min(680px, calc(100vh - 104px)); height: min(680px, calc(100dvh - 104px));
      border: 1px solid #767676; border-radius: 12px; background: Canvas; box-shadow: 0 6px 20px 4px rgb(0 0 0 / 20%);`;
  const STYLE = `
    :host { all: initial; }
    button { ${BUTTON} }
    button:hover { text-decoration: underline; }
    button:focus-visible { outline: 4px solid #000; outline-offset: 4px; box-shadow: 0 0 0 6px #ffd43d; }
    iframe { ${FRAME} }
    [hidden] { display: none; }
    @media (max-width: 480px), (max-height: 520px) { iframe { inset: 0; width: 100vw; height: 100vh; height: 100dvh; border: 0; border-radius: 0; } }
    @media (forced-colors: active) { button { border-color: ButtonText; } }
    @media print { button, iframe { display: none; } }`;

  // Whether the rules hold. Safari before 16.4 makes no sheets from script; a style element there is subject to the site's policy.
  function dress(root) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      return true;
    } catch {
      const style = document.createElement("style");
      style.textContent = STYLE;
      root.prepend(style);
      return Boolean(style.sheet);
    }
  }

  function start() {
    const host = document.createElement("tomoni-chat");
    const root = host.attachShadow({ mode: "closed" });
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    button.lang = lang === "en" ? "en" : "ja";
    button.append(bubble(), (given.label || LABELS[lang]).slice(0, 40));
    root.append(button);
    document.body.append(host);
    const styled = dress(root);
    if (!styled) button.style.cssText = BUTTON;

    let frame = null;
    button.addEventListener("click", () => {
      if (frame) frame.hidden = !frame.hidden;
      else {
        frame = framed();
        if (!styled) frame.style.cssText = FRAME;
        root.append(frame);
      }
      button.setAttribute("aria-expanded", String(!frame.hidden));
      if (!frame.hidden) frame.focus();
    });
    let escapes = [];
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.repeat || event.isComposing || !frame) return;
      escapes = [...escapes.filter((at) => event.timeStamp - at < 3000), event.timeStamp];
      if (escapes.length >= 3) leave("");
    });
    addEventListener("message", (event) => {
      if (!frame || event.source !== frame.contentWindow || event.origin !== base.origin) return;
      if (event.data?.tomoni === "exit") leave(event.data.away);
      if (event.data?.tomoni === "fold") {
        frame.hidden = true;
        button.setAttribute("aria-expanded", "false");
        button.focus();
      }
    });

    // The page that held the chat is left too: going back must not lead to it.
    function leave(away) {
      host.remove();
      const target = given.exit || String(away);
      location.replace(/^https?:/.test(target) ? target : new URL("static/calendar.html", base));
    }
  }

  function framed() {
    const frame = document.createElement("iframe");
    const address = new URL("embed", base);
    address.searchParams.set("lang", lang);
    if (accent) address.searchParams.set("accent", accent);
    frame.title = given.label || LABELS[lang];
    frame.referrerPolicy = "no-referrer";
    frame.allow = "clipboard-write; web-share";
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads");
    frame.src = address;
    return frame;
  }

  function bubble() {
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", "M4 5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-8l-5 4v-4H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z");
    drawn.setAttribute("viewBox", "0 0 24 24");
    drawn.setAttribute("aria-hidden", "true");
    // As attributes, so that they hold without any style too.
    for (const [name, value] of Object.entries({ width: 24, height: 24, fill: "none", stroke: "currentcolor", "stroke-width": 2 })) drawn.setAttribute(name, value);
    drawn.append(line);
    return drawn;
  }

  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
