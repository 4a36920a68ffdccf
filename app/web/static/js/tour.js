// The tour on the page that its step speaks of: what it speaks of is marked, brought into sight and
// told to screen readers; Escape leaves it. Without this the step is a panel with links. The title
// that `#paso` leads to can have the focus: the browser gives it.

const panel = document.querySelector(".tour-step");
const place = panel?.dataset.anchor ? document.getElementById(panel.dataset.anchor) : null;

function show() {
  place.scrollIntoView();
  if (!place.matches("a, button, input, select, textarea, [tabindex]")) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

if (place) {
  place.classList.add("tour-place");
  place.setAttribute("aria-describedby", "paso");
  panel.querySelector('a[href^="#"]')?.addEventListener("click", (event) => {
    event.preventDefault();
    show();
  });
}
panel?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") panel.querySelector("[data-leave]").click();
});
