// The page on which a colleague records what a customer says. It works without this.
"use strict";

const recording = document.getElementById("recording");
const said = (form) => new URLSearchParams(new FormData(form)).toString();

if (recording) {
  const blank = recording.cloneNode(true); // as the server sent it: a browser may have filled in again what was typed
  blank.reset();
  let isSaving = false;

  recording.querySelector("[data-keys]").hidden = false;
  recording.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    recording.requestSubmit(recording.querySelector("[data-save]"));
  });
  recording.addEventListener("submit", () => { isSaving = true; });
  window.addEventListener("pageshow", () => { isSaving = false; });
  window.addEventListener("beforeunload", (event) => {
    if (!isSaving && ("unsaved" in recording.dataset || said(recording) !== said(blank))) event.preventDefault();
  });
}
