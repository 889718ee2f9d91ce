// A month as any calendar shows it: somewhere ordinary to be when the chat is closed in a hurry.
const today = new Date();
const locale = navigator.language || "ja";
document.documentElement.lang = locale;
const make = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });

document.getElementById("month").textContent = today.toLocaleDateString(locale, { year: "numeric", month: "long" });
const weekdays = document.getElementById("weekdays");
for (let day = 0; day < 7; day += 1) {
  // 1 January 2023 was a Sunday.
  weekdays.append(make("th", new Date(2023, 0, 1 + day).toLocaleDateString(locale, { weekday: "short" })));
}

const first = new Date(today.getFullYear(), today.getMonth(), 1).getDay();
const last = new Date(today.getFullYear(), today.getMonth() + 1, 0).getDate();
let row;
for (let cell = 0; cell < first + last; cell += 1) {
  if (cell % 7 === 0) document.getElementById("days").append((row = document.createElement("tr")));
  const date = cell - first + 1;
  const td = make("td", date > 0 ? String(date) : "");
  if (date === today.getDate()) td.setAttribute("aria-current", "date");
  row.append(td);
}
