// What a page does better with JavaScript; every page works without it.
"use strict";

// A second press while the first is under way sends nothing; the server holds it as well.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  const button = event.submitter;
  if (button) button.setAttribute("aria-disabled", "true");
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
});

// What became of a form is read first: the summary of errors, or that it is saved.
(document.getElementById("errors") || document.getElementById("kept"))?.focus();

// Copy a link.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const input = document.getElementById(button.dataset.copy);
    input.select();
    await navigator.clipboard.writeText(input.value);
    button.textContent = button.dataset.done;
  });
}

// A long list of options gets a box to search it.
for (const select of document.querySelectorAll("select[data-search]")) {
  const box = document.createElement("input");
  box.type = "search";
  box.className = "filter";
  box.placeholder = select.dataset.search;
  box.setAttribute("aria-label", select.dataset.search);
  box.setAttribute("aria-controls", select.id);
  const all = [...select.options];
  box.addEventListener("input", () => {
    const wanted = box.value.trim().toLowerCase();
    const words = (option) => `${option.text} ${option.dataset.words || ""}`.toLowerCase();
    select.replaceChildren(...all.filter((o) => o.selected || !o.value || words(o).includes(wanted)));
  });
  select.before(box);
}
