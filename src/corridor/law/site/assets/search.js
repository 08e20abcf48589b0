// Finds words in the index the site carries. It looks up and highlights; what a line says stands in the data.
"use strict";
(function () {
  const form = document.querySelector("[data-search]");
  const list = document.getElementById("found");
  const count = document.getElementById("found-count");
  const index = window.lawSearch || [];
  if (!form || !list) return;
  form.hidden = false;
  const input = form.querySelector("input");
  const fold = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const parts = (text) => fold(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  let known = null;

  const rank = (row, words) => {
    let total = 0;
    for (const word of words) {
      if (row.article && row.ref === word) total += 100;
      else if (row.title.some((each) => each.startsWith(word))) total += 10;
      else if (row.text.some((each) => each.startsWith(word))) total += 1;
      else return 0;
    }
    return total;
  };

  const show = () => {
    const words = parts(input.value);
    list.replaceChildren();
    count.textContent = "";
    if (!words.length) return;
    known ||= index.map((row) => ({
      row, article: Boolean(row[6]), ref: row[3], title: parts(row[4]), text: parts(row[5]),
    }));
    const hits = known.map((row, place) => [rank(row, words), place, row.row]).filter((hit) => hit[0])
      .sort((a, b) => b[0] - a[0] || a[1] - b[1]);
    count.textContent = form.dataset.search.replace("#", hits.length);
    for (const [, , [href, kind, instrument, ref, title, text]] of hits.slice(0, 100)) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      const note = document.createElement("span");
      const said = document.createElement("p");
      link.href = href;
      link.textContent = title || kind;
      note.className = "quiet small";
      note.textContent = ` ${kind} · ${instrument} ${ref}`;
      said.textContent = text;
      item.append(link, note, said);
      list.append(item);
    }
  };
  input.addEventListener("input", () => {
    show();
    history.replaceState(null, "", "#" + new URLSearchParams({ q: input.value }));
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  input.value = new URLSearchParams(location.hash.slice(1)).get("q") || "";
  show();
})();
