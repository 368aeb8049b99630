// A draft that is being autosaved is sent on only when the save has answered, and is not autosaved once it is sent,
// so that it is not its own stale copy.

const draft = document.querySelector("form[data-waits]");
let saving = 0;
let waiting = null;
let sent = false;

draft?.addEventListener("htmx:beforeRequest", (event) => {
  if (sent) event.preventDefault();
  else saving += 1;
});
draft?.addEventListener("htmx:afterRequest", () => {
  saving -= 1;
  if (saving === 0 && waiting) draft.requestSubmit(waiting);
});
draft?.addEventListener("submit", (event) => {
  if (saving > 0 && event.submitter) {
    event.preventDefault();
    waiting = event.submitter;
  } else {
    sent = true;
  }
});
// Back from the next page, the draft is open for writing again.
window.addEventListener("pageshow", () => { sent = false; waiting = null; });

// When a save has taken an error off the page, its field is no longer marked either.
document.addEventListener("htmx:afterSettle", () => {
  for (const field of document.querySelectorAll("#utkast [aria-invalid=true]")) {
    if (!document.getElementById(`${field.id}_error`)) field.removeAttribute("aria-invalid");
  }
});
