// Puts an answer about two States together from the table the site carries. It looks up; it decides nothing.
"use strict";
(function () {
  const table = window.lawBetween;
  const form = document.querySelector("[data-between]");
  const place = document.getElementById("between");
  if (!table || !form || !place) return;
  form.hidden = false;
  const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%()*+,-./:;=?@[]^_{|}~";
  const two = (text, at) => digits.indexOf(text[at]) * digits.length + digits.indexOf(text[at + 1]);
  const codes = table.states.map((one) => one[0]);
  const names = new Map(table.states);
  const titles = new Map(table.shown.map(([id, title, page]) => [id, { title, page }]));
  const part = (name) => place.querySelector(`[data-${name}]`);
  const lines = (set) => table.sets[set].map((line) => table.lines[line]).join("");
  const own = (one, state, kind) => {
    const told = (table.own[one] || {})[state];
    return told === undefined ? "" : lines(Array.isArray(told) ? told[kind] : told);
  };
  const naming = (element, id) => {
    const { title, page } = titles.get(id) || { title: id, page: "" };
    const name = document.createElement(page ? "a" : "span");
    name.textContent = title;
    if (page) name.href = page;
    element.replaceChildren(name);
  };
  // where the pair stands: pairs follow each other by the first State, then the second
  const number = (first, second) => {
    const [low, high] = first < second ? [first, second] : [second, first];
    return low * codes.length - (low * (low + 1)) / 2 + high - low - 1;
  };

  const show = () => {
    const [a, b, kind] = ["a", "b", "form"].map((name) => form.elements[name].value);
    const [first, second] = [codes.indexOf(a), codes.indexOf(b)];
    place.hidden = first < 0 || second < 0 || first === second;
    if (place.hidden) return;
    const pair = number(first, second);
    const asked = Math.max(0, table.forms.indexOf(kind));
    const [orders, within] = table.classes[two(table.pairs, pair * 2)];
    const list = table.lists[orders[asked]];
    const chosen = form.elements.form.selectedOptions[0].textContent;
    place.querySelector(".law-pair").textContent = `${names.get(a)} · ${names.get(b)}` + (kind ? ` · ${chosen}` : "");
    const made = list.map((one) => {
      const item = place.querySelector("template").content.firstElementChild.cloneNode(true);
      const [since, mark] = table.days[two(table.since[pair], within.indexOf(one) * 2)];
      const [reasons, limits] = table.general[`${asked}.${orders[asked]}.${one}`];
      naming(item.querySelector("[data-name]"), table.ids[one]);
      const told = item.querySelector("[data-since]");
      told.innerHTML = told.textContent.replace("§", since) + " " + mark;
      item.querySelector("[data-reasons]").innerHTML = lines(reasons);
      const bound = own(one, a, asked) + own(one, b, asked) + lines(limits);
      item.querySelector("[data-limits]").innerHTML = bound;
      item.querySelector(".law-limits").hidden = !bound;
      return item;
    });
    part("bonds").replaceChildren(...made);
    part("some").hidden = !made.length;
    part("none").hidden = Boolean(made.length);
    const fallback = lines(two(table.fallback, pair * 2));
    part("fallback").innerHTML = fallback;
    part("fallback-part").hidden = !fallback || Boolean(made.length);
    const gaps = lines(two(table.gaps, pair * 2));
    part("gaps").innerHTML = gaps;
    part("gaps-part").hidden = !gaps;

    const inside = new Set(list.map((one) => table.ids[one]));
    const not = [];
    for (const [id] of table.shown) {
      if (inside.has(id)) continue;
      const [all, here] = [table.never["0"][id], (table.never[asked] || {})[id]];
      const alone = table.except[`${pair}.${asked}.${id}`];
      const said = alone !== undefined ? [table.told[alone]]
        : [a, b].map((state) => (table.why[id] || {})[state]).filter(Boolean);
      const told = all ? [all] : said.length ? said : here ? [here] : [];
      if (!told.length) continue;
      const item = document.createElement("li");
      const name = document.createElement("span");
      const why = document.createElement("p");
      why.className = "small";
      why.textContent = told.join(" ");
      naming(name, id);
      item.append(name, why);
      not.push(item);
    }
    part("not").replaceChildren(...not);
    document.title = `${names.get(a)} · ${names.get(b)}`;
  };

  const remember = () => {
    const chosen = new URLSearchParams();
    for (const name of ["a", "b", "form"]) if (form.elements[name].value) chosen.set(name, form.elements[name].value);
    history.replaceState(null, "", "#" + chosen);
    show();
  };
  for (const select of form.querySelectorAll("select")) select.addEventListener("change", remember);
  form.addEventListener("submit", (event) => event.preventDefault());
  const read = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    for (const name of ["a", "b", "form"]) {
      const value = asked.get(name) || "";
      form.elements[name].value = name === "form" ? value : value.toUpperCase();
    }
    show();
  };
  window.addEventListener("hashchange", read);
  read();
})();
