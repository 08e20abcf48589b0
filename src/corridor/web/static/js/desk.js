/* Small behaviours of the desk. Every page works without them; nothing here decides anything. */
"use strict";

/* -- repeated rows: a blank one is kept in a <template>, numbered when it is added --------------------------------- */

function rowsOf(box) {
  return box.querySelectorAll(":scope > [data-row]");
}

function addRow(box) {
  const blank = box.querySelector(":scope > template[data-row-blank]");
  const numbers = Array.from(rowsOf(box), (row) => Number(row.dataset.number || 0));
  const number = Math.max(rowsOf(box).length - 1, ...numbers) + 1;
  const holder = document.createElement("template");
  holder.innerHTML = blank.innerHTML.replaceAll("__n__", String(number));
  const row = holder.content.querySelector("[data-row]");
  row.dataset.number = String(number);
  blank.before(row);
  const first = row.querySelector("input, select, textarea");
  if (first) first.focus();
  changed(box);
}

function removeRow(row) {
  const box = row.closest("[data-rows]");
  if (rowsOf(box).length > 1) {
    row.remove();
  } else {
    row.querySelectorAll("input, textarea").forEach((input) => { input.value = ""; });
    row.querySelectorAll("select").forEach((select) => { select.selectedIndex = 0; });
  }
  const add = box.querySelector(":scope > [data-row-add]");
  if (add) add.focus();
  changed(box);
}

function changed(inside) {
  const form = inside.closest("form");
  if (form) form.dispatchEvent(new CustomEvent("rows-changed", { bubbles: false }));
}

document.addEventListener("click", (event) => {
  const add = event.target.closest("[data-row-add]");
  if (add) return addRow(add.closest("[data-rows]"));
  const remove = event.target.closest("[data-row-remove]");
  if (remove) return removeRow(remove.closest("[data-row]"));
  const fire = event.target.closest("[data-fire]");
  if (fire && window.htmx && fire.form.reportValidity()) {
    event.preventDefault();
    fire.form.dispatchEvent(new CustomEvent(fire.dataset.fire));
  }
  return undefined;
});

/* -- pages that renew themselves wait while somebody reads or works in them ---------------------------------------- */

document.addEventListener("htmx:before:request", (event) => {
  const live = event.target;
  if (live.id !== "live") return;
  const reading = document.hidden || live.querySelector("details[open]:not([data-first])") || live.contains(document.activeElement);
  if (reading) event.preventDefault();
});

/* -- a fault is read out and shown at once; a page that is gone keeps no secret ------------------- */

document.addEventListener("DOMContentLoaded", () => {
  const fault = document.querySelector("[data-fault]");
  if (fault) {
    fault.setAttribute("tabindex", "-1");
    fault.focus();
  }
});
window.addEventListener("pagehide", () => {
  document.querySelectorAll("[data-secret]").forEach((input) => { input.value = ""; });
});

/* -- what belongs to a choice is shown when it is chosen (Alpine, CSP build) ----------------------------------------- */

document.addEventListener("alpine:init", () => {
  window.Alpine.data("choice", () => ({
    on: false,
    init() {
      this.on = this.$root.querySelector("input").checked;
    },
  }));
});
