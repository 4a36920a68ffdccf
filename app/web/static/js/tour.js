// The tour on the page that its step speaks of: what it speaks of is marked, brought into sight and
// told to screen readers; Escape leaves it. Without this the step is a panel with links.

const panel = document.getElementById("paso");
const title = document.getElementById("tour-title");
const place = panel?.dataset.anchor ? document.getElementById(panel.dataset.anchor) : null;

function show() {
  place.scrollIntoView();
  if (!place.matches("a, button, input, select, textarea, [tabindex]")) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

if (place) {
  place.classList.add("tour-place");
  place.setAttribute("aria-describedby", "tour-title");
  panel.querySelector('a[href^="#"]')?.addEventListener("click", (event) => {
    event.preventDefault();
    show();
  });
}
// Who comes from the step before hears this one first.
if (panel && location.hash === "#paso") title.focus({ preventScroll: true });
panel?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") panel.querySelector("[data-leave]").click();
});
