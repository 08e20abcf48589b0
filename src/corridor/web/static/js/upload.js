/* Sends evidence in raw parts of 8 MiB, one after the other, and then asks for the seal. Files are read part by part:
   the browser's memory stays flat, and nothing is sent as a multipart form. */
"use strict";

(() => {
  const form = document.getElementById("upload");
  if (!form) return;
  const input = document.getElementById("files");
  const drop = document.getElementById("drop");
  const table = document.getElementById("chosen");
  const box = document.getElementById("progress");
  const bar = box.querySelector("progress");
  const words = document.getElementById("progress-words");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  let files = [];

  const size = (bytes) => {
    for (const unit of ["B", "kB", "MB", "GB"]) {
      if (bytes < 1000) return `${unit === "B" ? bytes : bytes.toFixed(1)} ${unit}`;
      bytes /= 1000;
    }
    return `${bytes.toFixed(1)} TB`;
  };

  function choose(list) {
    files = Array.from(list);
    const body = table.tBodies[0];
    body.replaceChildren();
    files.forEach((file, number) => {
      const row = body.insertRow();
      const name = document.createElement("bdi");
      name.textContent = file.webkitRelativePath || file.name;
      row.insertCell().append(name);
      const bytes = row.insertCell();
      bytes.className = "num";
      bytes.textContent = size(file.size);
      const mark = document.createElement("input");
      mark.type = "checkbox";
      mark.className = "form-check-input";
      mark.dataset.restricted = String(number);
      mark.setAttribute("aria-label", `${table.tHead.rows[0].cells[2].textContent}: ${file.name}`);
      row.insertCell().append(mark);
    });
    table.hidden = files.length === 0;
  }

  input.addEventListener("change", () => choose(input.files));
  ["dragover", "dragleave", "drop"].forEach((name) => {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("drop-over", name === "dragover");
      if (name === "drop") choose(event.dataTransfer.files);
    });
  });

  async function call(method, path, body, type) {
    const headers = { "X-CSRFToken": token };
    if (type) headers["Content-Type"] = type;
    const answer = await fetch(form.dataset.api + path, { method, headers, body, credentials: "same-origin" });
    const told = await answer.json();
    if (!answer.ok) throw told;
    return told;
  }

  function show(text, share) {
    box.hidden = false;
    words.textContent = text;
    if (share !== undefined) bar.value = share * 100;
  }

  async function send() {
    const secret = document.getElementById("upload-secret").value;
    const total = files.reduce((sum, file) => sum + file.size, 0) || 1;
    const upload = await call("POST", `/dossiers/${form.dataset.dossier}/uploads`);
    let sent = 0;
    for (const [number, file] of files.entries()) {
      const name = file.webkitRelativePath || file.name;
      const mark = form.querySelector(`[data-restricted="${number}"]`);
      let offset = 0;
      do {
        const part = file.slice(offset, offset + upload.part_size);
        const last = offset + part.size >= file.size;
        const query = new URLSearchParams({ item: name, offset, last, restricted: Boolean(mark && mark.checked) });
        await call("PUT", `/uploads/${upload.id}/parts?${query}`, part, "application/octet-stream");
        offset += part.size;
        sent += part.size;
        show(`${form.dataset.saySending} ${name}`, sent / total);
      } while (offset < file.size);
    }
    show(form.dataset.saySealing, 1);
    await call("POST", `/uploads/${upload.id}/seal`, JSON.stringify({ secret }), "application/json");
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (files.length === 0) return input.focus();
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    try {
      await send();
      document.getElementById("upload-secret").value = "";
      show(form.dataset.sayDone, 1);
      window.location.assign(form.dataset.done);
    } catch (told) {
      show((told && told.next) || form.dataset.sayFailed);
      words.dataset.fault = (told && told.code) || "network";
      button.disabled = false;
    }
    return undefined;
  });
})();
