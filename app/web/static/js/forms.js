// What forms have besides: each is sent once, and filters are sent as soon as they are chosen.

// A second submit of the same form is dropped; its key makes the server do the same.
export function sendOnce(form, busy = "") {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.hasAttribute("aria-busy")) {
      event.preventDefault();
      return;
    }
    form.setAttribute("aria-busy", "true");
    if (busy && event.submitter) {
      event.submitter.dataset.label = event.submitter.textContent;
      event.submitter.textContent = busy;
    }
  });
}

export function prepareForms(busy = "") {
  for (const form of document.querySelectorAll('form[method="post"]')) sendOnce(form, busy);
  for (const form of document.querySelectorAll("form[data-filters]")) {
    form.addEventListener("change", (event) => {
      if (event.target.matches("select")) form.requestSubmit();
    });
  }
  // Back from another page: what was sent can be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[aria-busy]")) {
      form.removeAttribute("aria-busy");
      for (const button of form.querySelectorAll("[data-label]")) button.textContent = button.dataset.label;
    }
  });
}
