// The class puzzle by mouse, touch and arrow keys. Every move is the same button a form without scripts would press.

const board = document.getElementById("puslespill");
const said = document.getElementById("sagt");
const broken = document.getElementById("brudd");
const columns = [...board.querySelectorAll(".column")];
const STEP = 6;

const columnOf = (card) => card.closest(".column");
const buttonTo = (card, column) =>
  [...card.querySelectorAll("button[name=flytt]")].find((button) => button.value.endsWith(`:${column.dataset.class}`));

function say(text) {
  said.textContent = "";
  requestAnimationFrame(() => { said.textContent = text; });
}

async function move(card, button) {
  const form = new FormData(board);
  form.set("flytt", button.value);
  card.setAttribute("aria-busy", "true");
  let answer;
  try {
    const response = await fetch(board.action, { method: "POST", body: form, headers: { "X-Requested-With": "fetch" } });
    if (response.status !== 200 && response.status !== 409) throw new Error(response.status);
    answer = await response.json();
  } catch {
    // The page itself can say what is wrong: logged out, or no network.
    window.location.reload();
    return;
  }
  card.removeAttribute("aria-busy");
  put(card, answer);
  say(answer.say);
}

function put(card, answer) {
  const column = columns.find((each) => each.dataset.class === answer.to);
  const list = column.querySelector(".cards-in");
  const after = [...list.children].find((each) => each !== card && each.dataset.order > card.dataset.order);
  list.insertBefore(card, after ?? null);
  for (const button of card.querySelectorAll("button[name=flytt]")) {
    const target = button.value.split(":").slice(2).join(":");
    button.value = `${answer.place}:${answer.version}:${target}`;
    button.hidden = target === answer.to;
  }
  const menu = card.querySelector("details");
  menu.open = false;
  menu.querySelector("summary").focus();
  for (const counted of answer.columns) {
    const each = columns.find((one) => one.dataset.class === counted.key);
    each.querySelector("[data-count]").textContent = counted.count;
    each.querySelector("[data-sexes]").textContent = counted.sexes;
  }
  broken.hidden = answer.problems.length === 0;
  broken.querySelector("ul").replaceChildren(...answer.problems.map((text) => {
    const line = document.createElement("li");
    line.textContent = text;
    return line;
  }));
}

board.addEventListener("submit", (event) => {
  if (event.submitter?.name !== "flytt") return;
  event.preventDefault();
  move(event.submitter.closest("li"), event.submitter);
});

board.addEventListener("keydown", (event) => {
  const card = event.target.closest("summary")?.closest("li");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!card) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const beside = event.key === "ArrowDown" ? card.nextElementSibling : card.previousElementSibling;
    if (beside) { event.preventDefault(); beside.querySelector("summary").focus(); }
  }
  if (!step || card.hasAttribute("aria-busy")) return;
  const target = columns[columns.indexOf(columnOf(card)) + step];
  const button = target && buttonTo(card, target);
  if (button) { event.preventDefault(); move(card, button); }
});

// Dragging. A finger drags by the grip, so that the page can still be scrolled; a mouse drags the whole card.
let drag = null;

for (const summary of board.querySelectorAll("summary")) {
  if (!summary.parentElement.querySelector("button[name=flytt]")) continue;
  const grip = document.createElement("span");
  grip.className = "grip";
  grip.setAttribute("aria-hidden", "true");
  grip.textContent = "⠿";
  summary.prepend(grip);
}

board.addEventListener("pointerdown", (event) => {
  const summary = event.target.closest("summary");
  if (!summary || event.button !== 0 || (event.pointerType === "touch" && !event.target.closest(".grip"))) return;
  if (!summary.parentElement.querySelector("button[name=flytt]")) return;
  drag = { card: summary.closest("li"), x: event.clientX, y: event.clientY, moving: false };
});

window.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
  if (!drag.moving && Math.hypot(x, y) < STEP) return;
  drag.moving = true;
  drag.card.classList.add("dragged");
  drag.card.style.transform = `translate(${x}px, ${y}px)`;
  drag.over = document.elementFromPoint(event.clientX, event.clientY)?.closest(".column");
  for (const column of columns) column.classList.toggle("over", column === drag.over);
  event.preventDefault();
}, { passive: false });

function drop(isKept) {
  if (!drag) return;
  const { card, moving, over } = drag;
  drag = null;
  card.classList.remove("dragged");
  card.style.transform = "";
  for (const column of columns) column.classList.remove("over");
  if (!moving) return;
  // What was a drag is no click that opens the card; the click, if one comes, comes at once.
  const refuse = (event) => { event.preventDefault(); event.stopPropagation(); };
  window.addEventListener("click", refuse, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", refuse, { capture: true }), 50);
  const button = isKept && over && over !== columnOf(card) && buttonTo(card, over);
  if (button) move(card, button);
}

window.addEventListener("pointerup", () => drop(true));
window.addEventListener("pointercancel", () => drop(false));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") drop(false); });
