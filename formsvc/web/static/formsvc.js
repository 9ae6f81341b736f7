// What a page does better with JavaScript; every page works without it.
"use strict";

// A second press while the first is under way sends nothing; the server holds it as well.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const stays = form.method === "dialog" || event.submitter?.formTarget === "_blank"; // this page stays as it is
  if (event.defaultPrevented || stays) return;
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

// What became of a form is read first: the summary of errors, or that it is saved. Where one goes on typing, that is
// told as a change of the page: what stood there from the beginning is told by no reader of screens.
const kept = document.getElementById("kept");
const next = document.getElementById(kept?.dataset.next);
(document.getElementById("errors") || next || kept)?.focus();
if (next) setTimeout(() => kept.replaceChildren(...kept.childNodes), 100);

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
  box.placeholder = select.dataset.search;
  box.setAttribute("aria-label", select.dataset.search);
  box.setAttribute("aria-controls", select.id);
  const count = document.createElement("span");
  count.setAttribute("role", "status");
  const row = document.createElement("div");
  row.className = "with-unit filter";
  row.append(box, count);
  const all = [...select.options];
  const matches = () => {
    const wanted = box.value.trim().toLowerCase();
    const words = (option) => `${option.text} ${option.dataset.words || ""}`.toLowerCase();
    return wanted ? all.filter((option) => option.value && words(option).includes(wanted)) : all;
  };
  box.addEventListener("input", () => {
    const found = matches();
    select.replaceChildren(...all.filter((option) => option.selected || !option.value || found.includes(option)));
    const said = found.length ? select.dataset.found.replace("#", found.length) : select.dataset.none;
    count.textContent = found === all ? "" : said;
  });
  // Enter goes on to the list, and chooses the only match; it presses no button.
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const found = matches();
    if (found.length) select.focus();
    if (found.length !== 1 || found[0].selected) return;
    found[0].selected = true;
    for (const type of ["input", "change"]) select.dispatchEvent(new Event(type, { bubbles: true }));
  });
  select.before(row);
}
