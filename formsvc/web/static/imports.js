// Bringing a worksheet: drop it on the box, and hear at once that it is too large. The page works without this.
"use strict";

const form = document.querySelector("form[data-largest]");
const box = form.querySelector(".drop");
const input = box.querySelector("input");
const error = form.querySelector(".error");
box.querySelector("[hidden]").hidden = false;

for (const name of ["dragenter", "dragover"]) {
  box.addEventListener(name, (event) => {
    event.preventDefault();
    box.classList.add("over");
  });
}
for (const name of ["dragleave", "drop"]) box.addEventListener(name, () => box.classList.remove("over"));
box.addEventListener("drop", (event) => {
  event.preventDefault();
  if (!event.dataTransfer.files.length) return;
  const one = new DataTransfer();
  one.items.add(event.dataTransfer.files[0]);
  input.files = one.files;
  input.dispatchEvent(new Event("change"));
});
input.addEventListener("change", () => {
  const isTooLarge = input.files.length > 0 && input.files[0].size > Number(form.dataset.largest);
  error.textContent = isTooLarge ? form.dataset.tooLarge : "";
  error.hidden = !isTooLarge;
  input.setCustomValidity(error.textContent);
});
