// The one search as a dialog. Without this script the field in the top bar leads to a page of hits.

const field = document.querySelector("[data-search-field]");
const opener = document.querySelector("[data-search-open]");
const box = document.querySelector("[data-search-dialog]");

if (field && opener && box?.showModal) {
  const input = box.querySelector("[role=combobox]");
  const answer = box.querySelector("#sok-svar");
  const options = () => [...answer.querySelectorAll("[role=option]")];
  const chosen = () => answer.querySelector("[aria-selected=true]");

  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  };

  const show = () => {
    if (box.open) return;
    box.showModal(); // the browser gives focus back to where it was when the dialog closes
    input.select();
  };

  const settle = () => {
    const list = answer.querySelector("[role=listbox]");
    input.setAttribute("aria-expanded", String(Boolean(list)));
    input.setAttribute("aria-controls", list ? list.id : answer.id);
    choose(null);
  };

  field.hidden = true;
  opener.hidden = false;
  if (/Mac|iP(hone|ad)/.test(navigator.userAgent)) opener.querySelector("kbd").textContent = "⌘ K";
  opener.addEventListener("click", show);
  box.querySelector("[data-search-close]").addEventListener("click", () => box.close());
  box.addEventListener("click", (event) => {
    if (event.target === box) box.close();
  });
  box.addEventListener("close", () => {
    input.value = "";
    answer.replaceChildren();
    settle();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      show();
    }
  });
  answer.addEventListener("htmx:afterSwap", settle);
  input.addEventListener("input", () => choose(null));
  input.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.indexOf(chosen());
    const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? all.length - 1 : at - 1 }[event.key];
    if (next !== undefined && all.length) {
      event.preventDefault();
      choose(all[next] ?? null); // past either end is back in the field
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      all[at].click();
    }
  });
}
