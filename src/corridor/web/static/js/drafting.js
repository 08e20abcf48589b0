/* Saving as one types. Nothing is kept in the browser: what is typed lives in the open page and, sealed, in the node.
   When the session has ended or the network is away, the page stays as it is, says so, and goes on when it can. */
"use strict";

(() => {
  const form = document.getElementById("request");
  if (!form || !window.fetch) return;
  const line = document.getElementById("keep");
  const trouble = document.getElementById("keep-trouble");
  const PAUSE = 2500;
  let typed = false;
  let waiting = 0;
  let saving = null;
  let stopped = false;
  let leaving = false;

  function say(words, more) {
    line.textContent = more ? words + " " + more : words;
  }

  function complain(code, words, ended) {
    trouble.hidden = false;
    trouble.querySelector("[data-keep-words]").textContent = words;
    trouble.querySelector("[data-keep-code]").textContent = code;
    trouble.querySelector("[data-keep-ended]").hidden = !ended;
    say(line.dataset.unsaved);
  }

  function calm() {
    trouble.hidden = true;
    stopped = false;
  }

  /* What no draft can hold is told before it is sent, field by field, and stays where it was typed. */
  function tooLarge() {
    let total = 0;
    for (const box of form.querySelectorAll("textarea, input[type=text]")) {
      const long = box.tagName === "TEXTAREA" && box.value.length > Number(form.dataset.textLimit);
      box.classList.toggle("wrong", long);
      total += new Blob([box.value]).size;
      if (long) return longText(box);
    }
    return total > Number(form.dataset.draftLimit) ? ["casework.draft.too-large", form.dataset.draftLarge] : null;
  }

  function longText(box) {
    const label = form.querySelector(`label[for="${CSS.escape(box.id)}"]`);
    return ["casework.text.too-long", form.dataset.textLong + " " + (label ? label.textContent : "")];
  }

  /* A browser takes minutes to lay out millions of characters: what no act can carry is not pasted at all. It is lost
     nowhere: it stays where it was copied from. */
  form.addEventListener("paste", (event) => {
    const box = event.target;
    const text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    if (!box.matches("textarea, input") || box.value.length + text.length <= Number(form.dataset.textLimit)) return;
    event.preventDefault();
    complain(...longText(box), false);
  });

  async function freshToken() {
    const answer = await fetch(location.href, { redirect: "manual", credentials: "same-origin" });
    if (answer.type === "opaqueredirect" || !answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("input[name=csrfmiddlewaretoken]");
    if (!token) return false;
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((each) => { each.value = token.value; });
    return true;
  }

  async function send() {
    const data = new FormData(form);
    data.delete("secret");
    for (const name of Array.from(data.keys())) if (name.startsWith("settle.")) data.delete(name);
    return fetch(form.dataset.keep, {
      method: "POST", body: data, redirect: "manual", credentials: "same-origin", headers: { Accept: "application/json" },
    });
  }

  function endedSession() {
    stopped = true;
    complain("web.session.ended", "", true);
    return "ended";
  }

  /* One save at a time. Answers "saved", "clash", "ended", "refused" or "away". */
  async function keep() {
    if (saving) {
      await saving;
      if (!typed) return "saved";
    }
    saving = once();
    try {
      return await saving;
    } finally {
      saving = null;
    }
  }

  async function once() {
    clearTimeout(waiting);
    const large = tooLarge();
    if (large) {
      complain(large[0], large[1], false);
      return "refused";
    }
    typed = false;
    say(line.dataset.saving);
    let answer;
    try {
      answer = await send();
      if (answer.status === 403 && !(answer.headers.get("Content-Type") || "").includes("json")) {
        if (!(await freshToken())) return endedSession();
        answer = await send();
      }
    } catch (error) {
      typed = true;
      complain("web.network.away", form.dataset.noNetwork, false);
      waiting = setTimeout(keep, 4 * PAUSE);
      return "away";
    }
    if (answer.type === "opaqueredirect") {
      typed = true;
      return endedSession();
    }
    if (!(answer.headers.get("Content-Type") || "").includes("json")) {
      typed = true;
      complain("web.page.broken", form.dataset.noNetwork, false);
      return "refused";
    }
    const told = await answer.json();
    if (answer.status === 409 && told.clashes) {
      stopped = true;
      typed = true;
      say(line.dataset.clash, told.clashes.join("; "));
      const compare = document.createElement("button");
      compare.className = "btn btn-second btn-small";
      compare.type = "submit";
      compare.name = "do";
      compare.value = "save";
      compare.textContent = line.dataset.compare + " (" + told.by + ")";
      line.append(" ", compare);
      return "clash";
    }
    if (!answer.ok) {
      typed = true;
      complain(told.code || "", told.next || "", false);
      return "refused";
    }
    took(told);
    return "saved";
  }

  function took(told) {
    calm();
    form.elements.base.value = JSON.stringify(told.base);
    if (!form.action.includes("/drafts/")) {
      form.action = "/drafts/" + told.draft + "/";
      form.dataset.keep = form.action + "keep/";
      history.replaceState(null, "", form.action);
    }
    say(line.dataset.saved, told.at);
    if (told.taken.length) {
      const link = document.createElement("a");
      link.href = form.action;
      link.textContent = line.dataset.taken + " " + told.by + ": " + told.taken.join("; ");
      line.append(" ", link);
    }
  }

  function touched(event) {
    if (event.target.matches && event.target.matches("[data-secret]")) return;
    typed = true;
    if (stopped) return;
    say(line.dataset.unsaved);
    clearTimeout(waiting);
    waiting = setTimeout(keep, PAUSE);
  }
  ["input", "change", "rows-changed"].forEach((name) => form.addEventListener(name, touched));

  /* Enter in a line saves; it neither signs nor submits, whichever button stands first. */
  form.addEventListener("keydown", (event) => {
    const line = event.target;
    if (event.key !== "Enter" || line.tagName !== "INPUT" || line.matches("[data-secret], [type=checkbox], [type=radio]")) return;
    event.preventDefault();
    if (typed && !stopped) keep();
  });

  /* A button saves first: a page whose session has ended must not be sent away with what was typed on it. */
  form.addEventListener("submit", async (event) => {
    if (leaving) return;
    event.preventDefault();
    const button = event.submitter;
    stopped = false;
    const how = await keep();
    if (how !== "saved" && how !== "clash") {
      trouble.focus();
      return;
    }
    leaving = true;
    // The button to compare stood in the line that has just been written anew.
    form.requestSubmit(form.contains(button) ? button : form.querySelector("button[data-keep-plain]"));
  });
  trouble.querySelector("[data-keep-again]").addEventListener("click", async () => {
    await freshToken();
    await keep();
  });
  window.addEventListener("beforeunload", (event) => {
    if (typed && !leaving) event.preventDefault();
  });

  /* The signing secret is for signing alone: it goes with no look beside the form. */
  document.addEventListener("htmx:config:request", (event) => {
    const body = event.detail && event.detail.ctx && event.detail.ctx.request && event.detail.ctx.request.body;
    if (body && body.delete) body.delete("secret");
    if (event.target === form && tooLarge()) event.preventDefault(); // nothing to be told of what cannot be kept
  });

  /* An answer that is not what stands beside a form (the page to sign in, a fault) takes no place and no focus on it. */
  document.addEventListener("htmx:before:response", (event) => {
    const raw = event.detail.ctx.response.raw;
    if (event.target !== form || (raw.ok && !raw.redirected)) return;
    event.preventDefault();
    if (raw.redirected) endedSession();
  });

  /* What is said of an identifier stands at its field as well as beside the form. */
  function notes() {
    form.querySelectorAll("[data-note]:not([hidden])").forEach((note) => { note.hidden = true; });
    document.querySelectorAll("#panel [data-place]").forEach((mark) => {
      if (mark.dataset.verdict === "good") return;
      const place = mark.dataset.place;
      const note = ["", ".value", ".ip"].map((end) => form.querySelector(`[data-note="${CSS.escape(place + end)}"]`)).find(Boolean);
      if (!note) return;
      note.hidden = false;
      note.className = "mark-line mark-line-" + mark.dataset.verdict;
      note.textContent = mark.querySelector(".small").textContent;
    });
  }
  document.addEventListener("htmx:after:swap", notes);
  document.addEventListener("DOMContentLoaded", notes);

  /* A field that belongs to one choice beside it is shown with that choice. */
  function belongs() {
    form.querySelectorAll("[data-when]").forEach((box) => {
      const input = box.querySelector("[name]");
      const name = input.name.replace(/[^.]+$/, box.dataset.when);
      const other = form.elements[name];
      box.hidden = Boolean(other) && other.value !== box.dataset.whenValue && !input.value;
    });
  }
  form.addEventListener("change", belongs);
  form.addEventListener("rows-changed", belongs);
  belongs();
  notes();
})();
