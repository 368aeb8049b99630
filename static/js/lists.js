// Comforts of lists where many can be ticked. Everything works without them.

document.addEventListener("click", (event) => {
  const box = event.target.closest?.('form[data-many] input[name="elev"]');
  if (!box) return;
  const boxes = [...box.form.querySelectorAll('input[name="elev"]')];
  const here = boxes.indexOf(box);
  const last = Number(box.form.dataset.last ?? -1);
  if (event.shiftKey && last >= 0) {
    for (const other of boxes.slice(Math.min(here, last), Math.max(here, last) + 1)) other.checked = box.checked;
  }
  box.form.dataset.last = here;
  count(box.form);
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-many]");
  const isTick = event.target.matches?.('input[name="elev"]');
  if (!form || !isTick || event.key.toLowerCase() !== "a" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  const boxes = [...form.querySelectorAll('input[name="elev"]')];
  const all = boxes.every((box) => box.checked);
  for (const box of boxes) box.checked = !all;
  count(form);
});

function count(form) {
  const n = form.querySelectorAll('input[name="elev"]:checked').length;
  const told = form.querySelector("[data-chosen]");
  if (told) told.textContent = n ? String(n) : "";
  if (n) form.elements.utvalg.value = "valgte";
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
