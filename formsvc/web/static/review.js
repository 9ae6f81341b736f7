// The queue and the review by keys, and who has a submission open. Every page works without it.
"use strict";

const OFF = "formsvc.keys";
const dialog = document.getElementById("keys");
const hook = (name) => document.querySelector(`[data-key="${name}"]`);

function focusOn(element) {
  if (!element) return;
  element.focus();
  element.scrollIntoView({ block: "nearest" });
}

// The rows of the queue: the one that has the focus is where one is.
const rows = [...document.querySelectorAll("[data-row]")];
const here = () => document.activeElement?.closest("tr")?.querySelector("[data-row]");

function step(by, name) {
  if (!rows.length) return hook(name)?.click();
  const at = rows.indexOf(here());
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by;
  focusOn(rows[Math.min(Math.max(next, 0), rows.length - 1)]);
}

const tick = () => here()?.closest("tr").querySelector("input[type=checkbox]")?.click();

// The box in the head of the queue ticks all rows or none, and says whether all are.
const all = hook("all");

if (all) {
  const boxes = [...document.querySelectorAll("tbody .pick input")];
  const count = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && !all.checked;
  };
  all.parentElement.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  all.form.addEventListener("change", count);
  window.addEventListener("pageshow", count);
}

// The first field that is not decided yet, else the first one.
function decide() {
  const fields = [...document.querySelectorAll("fieldset.decide")];
  const field = fields.find((each) => !each.querySelector(":checked")) || fields[0];
  focusOn(field?.querySelector(":checked") || field?.querySelector("input"));
}

// The comment on the field that has the focus, else on the first one.
function comment() {
  const near = document.activeElement?.closest("tr, dd")?.querySelector("details.comment");
  const details = near || document.querySelector("details.comment");
  if (!details) return;
  details.open = true;
  focusOn(details.querySelector("input"));
}

// From what is typed back to where keys work: to what stands beside it, so that one stays in the row.
function rest(typed) {
  typed.blur();
  (typed.closest("details")?.querySelector("summary") || typed.closest("td")?.querySelector(":checked"))?.focus();
}

// No key decides: it leads to the button, and Enter presses that.
const KEYS = {
  j: () => step(1, "next"),
  k: () => step(-1, "previous"),
  "]": () => hook("next")?.click(),
  "[": () => hook("previous")?.click(),
  o: () => here()?.click(),
  x: tick,
  "*": () => all?.click(),
  n: () => hook("take")?.click(),
  a: () => focusOn(hook("approve")),
  r: () => focusOn(hook("note")),
  e: decide,
  c: comment,
};

// Where a key is a letter of what is typed, or chooses from a list.
const TYPED = "select, textarea, [contenteditable], input:not([type=checkbox], [type=radio])";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (!dialog || document.querySelector("dialog[open]")) return;
  if (event.target.closest?.(TYPED)) return event.key === "Escape" && rest(event.target);
  const act = event.key === "?" ? () => dialog.showModal() : KEYS[event.key];
  if (!act || (event.key !== "?" && localStorage.getItem(OFF))) return;
  event.preventDefault();
  act();
});

if (dialog) {
  const opener = document.querySelector("[data-keys-open]");
  opener.hidden = false;
  opener.firstElementChild.addEventListener("click", () => dialog.showModal());
  const box = dialog.querySelector("[data-keys-on]");
  box.checked = !localStorage.getItem(OFF);
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
}

// What was chosen or typed is saved with the decision only: whoever leaves without one is asked first.
const decision = document.querySelector("form[data-decision]");
const leaving = document.getElementById("leaving");

if (decision && leaving) {
  const said = (form) => new URLSearchParams(new FormData(form)).toString();
  const blank = decision.cloneNode(true); // as the server sent it: a browser may have filled in again what was typed
  blank.reset();
  let mayLeave = false, go = null;
  const isUnsaved = () => !mayLeave && ("unsaved" in decision.dataset || said(decision) !== said(blank));

  const ask = (event, onward) => {
    event.preventDefault();
    go = onward;
    leaving.returnValue = "";
    leaving.showModal();
  };
  leaving.addEventListener("close", () => {
    mayLeave = leaving.returnValue === "leave";
    if (mayLeave) go();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]"), isHere = link?.getAttribute("href").startsWith("#");
    const isElsewhere = link?.target || event.ctrlKey || event.metaKey || event.shiftKey;
    if (link && !isHere && !isElsewhere && isUnsaved()) ask(event, () => link.click());
  });
  document.addEventListener("submit", (event) => {
    const button = event.submitter, stays = event.target.method === "dialog" || button?.formTarget === "_blank";
    if (stays) return;
    if (event.target === decision) mayLeave = true;
    else if (isUnsaved()) ask(event, () => event.target.requestSubmit(button));
  }, true); // before the form counts as sent
  window.addEventListener("beforeunload", (event) => isUnsaved() && event.preventDefault());
  window.addEventListener("pageshow", () => { mayLeave = false; });
}

// Whoever looks at a submission has it; whoever leaves the page leaves it to others.
const RENEW = 3 * 60 * 1000; // a claim lasts for ten minutes
const LOOK = 1000; // who only passes by claims nothing
const claim = document.querySelector("[data-claim]");
const claimForm = document.getElementById("claim");

if (claim && claimForm) {
  const body = () => new URLSearchParams([...new FormData(claimForm), ["quiet", "1"]]);
  const isShown = (state) => !claim.querySelector(`[data-when=${state}]`).hidden;
  let mayBeMine = isShown("mine"); // and from when it is asked for: who leaves before the answer leaves it as well

  const show = (state) => {
    for (const part of claim.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
  };
  const take = async () => {
    if (document.visibilityState !== "visible") return;
    mayBeMine = true;
    try {
      const answer = await fetch(claimForm.action, { method: "POST", body: body(), redirect: "error" });
      mayBeMine = answer.status === 204;
      if (mayBeMine || answer.status === 409) show(mayBeMine ? "mine" : "taken");
    } catch {
      // Without the network nobody is told; the next one tries again
    }
  };
  const leave = () => {
    if (mayBeMine) navigator.sendBeacon(claimForm.dataset.release, body());
    mayBeMine = false;
  };

  if (!isShown("taken")) setTimeout(take, LOOK);
  setInterval(take, RENEW);
  document.addEventListener("visibilitychange", take);
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", (event) => event.persisted && take());
}
