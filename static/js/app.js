// Small comforts. Every page works without them.

const search = document.getElementById("topp-sok");

document.addEventListener("keydown", (event) => {
  if (search && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    search.focus();
    search.select();
  }
  if (event.key === "Escape") {
    for (const open of document.querySelectorAll("details.drop[open]")) {
      open.open = false;
      if (open.contains(document.activeElement)) open.querySelector("summary").focus();
    }
  }
});

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.drop[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

// After a failed form the reader, also of a screen reader, starts at the list of errors.
document.querySelector("[data-focus-first]")?.focus();
