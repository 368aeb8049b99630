// A draft that is being autosaved is sent on only when the save has answered, so that it is not its own stale copy.

const draft = document.querySelector("form[data-waits]");
let saving = 0;
let waiting = null;

draft?.addEventListener("htmx:beforeRequest", () => { saving += 1; });
draft?.addEventListener("htmx:afterRequest", () => {
  saving -= 1;
  if (saving === 0 && waiting) draft.requestSubmit(waiting);
});
draft?.addEventListener("submit", (event) => {
  if (saving > 0 && event.submitter) {
    event.preventDefault();
    waiting = event.submitter;
  }
});
