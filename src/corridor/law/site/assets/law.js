// Makes lists quicker to find one's way in. Every page says the same without it, and it holds no rule of law.
"use strict";
(function () {
  const fold = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

  // A list that can be narrowed: <input data-filter="id of the list">; rows carry data-find.
  for (const input of document.querySelectorAll("[data-filter]")) {
    const list = document.getElementById(input.dataset.filter);
    const count = document.getElementById(input.dataset.filter + "-count");
    if (!list) continue;
    input.closest("[hidden]")?.removeAttribute("hidden");
    const rows = [...list.querySelectorAll("[data-find]")];
    const said = rows.map((row) => fold(row.dataset.find + " " + row.textContent));
    const chosen = [...document.querySelectorAll(`[data-filter-by="${input.dataset.filter}"]`)];
    const narrow = () => {
      const words = fold(input.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, place) => {
        const fits = words.every((word) => said[place].includes(word)) &&
          chosen.every((one) => !one.value || (row.dataset[one.dataset.key] || "").split(" ").includes(one.value));
        row.hidden = !fits;
        if (fits) shown += 1;
      });
      for (const group of list.querySelectorAll("[data-section]")) {
        group.hidden = !group.querySelector("[data-find]:not([hidden])");
      }
      if (count) count.textContent = count.dataset.say.replace("#", shown);
    };
    input.addEventListener("input", narrow);
    for (const one of chosen) one.addEventListener("change", narrow);
    if (input.value || chosen.some((one) => one.value)) narrow();
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();

// Two States out of a table: the rows of others are hidden, and a State without a row is named as not researched.
for (const box of document.querySelectorAll("[data-two]")) {
  const table = document.getElementById(box.dataset.two);
  const missing = box.parentElement.querySelector("[data-two-missing]");
  const selects = [...box.querySelectorAll("select")];
  const rows = [...table.querySelectorAll("[data-code]")];
  box.hidden = false;
  const compare = () => {
    const chosen = selects.filter((one) => one.value);
    for (const row of rows) row.hidden = chosen.length > 0 && !chosen.some((one) => one.value === row.dataset.code);
    const without = chosen.filter((one) => !rows.some((row) => row.dataset.code === one.value));
    const names = [...new Set(without.map((one) => one.selectedOptions[0].textContent))];
    missing.hidden = !names.length;
    missing.textContent = missing.dataset.say.replace("#", names.join(", "));
  };
  for (const one of selects) one.addEventListener("change", compare);
  compare();
}

// A text to take along: select and copy, without asking the browser for a permission.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const range = document.createRange();
    range.selectNodeContents(document.getElementById(button.dataset.copy));
    const chosen = window.getSelection();
    chosen.removeAllRanges();
    chosen.addRange(range);
    if (document.execCommand("copy")) button.textContent = button.dataset.done;
  });
}

// A link to something folded away opens it.
const unfold = () => {
  const place = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (place && place.tagName === "DETAILS") place.open = true;
};
window.addEventListener("hashchange", unfold);
unfold();
