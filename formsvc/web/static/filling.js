// The questionnaire with JavaScript: what is typed is kept on the server as it is typed. Without it the page saves by a button.
"use strict";

const answers = document.getElementById("answers");
if (answers) keep(answers);

function keep(form) {
  const status = document.getElementById("saved"), sender = form.querySelector("button[data-send]"), label = sender.textContent;
  const spent = Object.fromEntries(Array.from(form.elements.times.value.matchAll(/(\w+):(\d+)/g), ([, name, seconds]) => [name, seconds * 1000]));
  let timer, slow, saving, isDirty = false, isSending = false, isUnsent = false, isOver = false;
  let section = "", since = performance.now();

  form.addEventListener("input", (event) => {
    if (event.target.type === "search" || isOver) return;
    isDirty = true;
    mark(event.target);
    clearTimeout(timer);
    timer = setTimeout(save, 1200);
  });
  form.addEventListener("change", () => isDirty && save());
  form.addEventListener("focusin", (event) => enter(event.target.closest("[data-module]")?.dataset.module || ""));
  form.addEventListener("submit", (event) => {
    if (event.submitter?.matches("[data-enter]")) return stay(event);
    enter("");
    if (event.submitter === sender) begin();
    form.elements.times.value = Object.entries(spent).map(([name, time]) => `${name}:${Math.round(time / 1000)}`).join(" ");
    if (!isOver && (isDirty || saving || !navigator.onLine)) {
      event.preventDefault(); // the page is left only once all of it is kept: the way out may break
      leave(event.submitter);
    }
    isOver ||= !event.defaultPrevented;
  });
  document.addEventListener("visibilitychange", () => document.hidden && isDirty && save());
  window.addEventListener("pageshow", () => { isOver = false; end(); });
  window.addEventListener("online", () => isDirty && save());

  // Seconds in which a module had the focus; nothing else is measured.
  function enter(next) {
    const now = performance.now();
    if (section) spent[section] = (spent[section] || 0) + now - since;
    [section, since] = [next, now];
  }

  async function leave(button) {
    await save();
    if (!navigator.onLine) isDirty = true; // so that the page says when it is back
    if (isOver || !isDirty) return form.requestSubmit(button);
    end();
    say(form.dataset.problem, "bad");
  }

  // Enter keeps what is typed, and leaves the page where it is.
  function stay(event) {
    event.preventDefault();
    isDirty ||= !saving;
    save();
  }

  // The button says that it is at work. After a while it can be pressed again: the server takes the same answers once.
  function begin() {
    if (isSending) return;
    isSending = isUnsent = true;
    sender.textContent = form.dataset.sending;
    say(form.dataset.sending);
    slow = setTimeout(() => { end(); say(form.dataset.slow, "warn"); }, 10000);
  }

  function end() {
    clearTimeout(slow);
    isSending = false;
    sender.textContent = label;
    sender.removeAttribute("aria-disabled");
    delete form.dataset.sent;
  }

  // Stands at the foot of the screen, and must not cover the control that has the focus.
  function say(text, kind = "") {
    status.textContent = text;
    status.className = kind;
    const focused = form.querySelector(":focus")?.getBoundingClientRect();
    const covered = focused && focused.top < innerHeight ? focused.bottom - status.getBoundingClientRect().top : 0;
    if (covered > 0) scrollBy(0, covered + 8);
  }

  function save() {
    clearTimeout(timer);
    saving ??= saveAll().finally(() => { saving = null; });
    return saving;
  }

  async function saveAll() {
    try {
      while (isDirty && !isOver) await saveOnce();
    } catch {
      isDirty = true; // no connection: once more in a while
      say(form.dataset.problem, "bad");
      timer = setTimeout(save, 5000);
    }
  }

  async function saveOnce() {
    isDirty = false;
    const sent = new FormData(form);
    const answer = await post();
    if (answer.ok) {
      show(await answer.json(), sent);
    } else if (answer.status >= 500 || answer.status === 429) {
      throw new Error(answer.statusText);
    } else {
      say(form.dataset.stopped, "bad");
      isOver = true;
    }
  }

  async function post(isLastTry = false) {
    const body = new URLSearchParams(new FormData(form));
    body.set("action", "save");
    const answer = await fetch(form.getAttribute("action"), {
      method: "POST", body, headers: { Accept: "application/json" }, keepalive: body.toString().length < 60000,
    });
    if (answer.status !== 422 || isLastTry) return answer;
    form.elements.csrf_token.value = (await answer.json()).csrf_token;
    return post(true);
  }

  function show(told, sent) {
    form.elements.draft.value = told.draft;
    if (!isSending) say(isUnsent ? `${told.saved} ${form.dataset.again}` : told.saved, isUnsent ? "warn" : "");
    document.getElementById("changes").innerHTML = told.changes; // made and escaped by our own server
    const current = new FormData(form);
    for (const [name, values] of Object.entries(told.taken)) {
      const isTouched = String(current.getAll(name)) !== String(sent.getAll(name)); // while the answer was under way
      if (!isTouched) put(form.elements[name], values);
    }
    for (const [name, text] of Object.entries(told.clashes)) tell(name, text);
  }

  function put(control, values) {
    const all = control instanceof RadioNodeList ? [...control] : [control].filter(Boolean);
    for (const each of all) {
      mark(each)?.setAttribute("open", "");
      if (each.type === "checkbox" || each.type === "radio") each.checked = values.includes(each.value);
      else each.value = each.type === "textarea" ? values.join("\n") : values[0] || "";
    }
  }

  // The folded line around a control, if any, which says from now on that it was changed.
  function mark(control) {
    const line = control.closest("details.fold");
    line?.setAttribute("data-changed", "");
    line?.querySelector(".fold-changed").removeAttribute("hidden");
    return line;
  }

  function tell(name, text) {
    const field = form.querySelector(`[name="${name}"], [name="${name}-from"]`)?.closest(".field");
    if (!field) return;
    field.closest("details")?.setAttribute("open", "");
    const said = field.querySelector(".theirs") || document.createElement("p");
    said.className = "said theirs";
    said.setAttribute("role", "status");
    said.textContent = text;
    field.append(said);
  }
}

// Lines that need no new look: all of them open at one press, without a way to the server.
for (const button of document.querySelectorAll("button[data-open]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    for (const line of button.closest("section").querySelectorAll("details.fold")) line.open = true;
    button.hidden = true;
  });
}

// A link to a question within a folded line opens the line.
document.addEventListener("click", (event) => {
  const target = event.target.closest?.('a[href^="#"]')?.hash.slice(1);
  document.getElementById(target)?.closest("details")?.setAttribute("open", "");
});
