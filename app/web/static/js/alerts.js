// Messages at the top of the page: they can be dismissed, and successes disappear by themselves.

import { byId, el } from "./dom.js";

const GOOD_NEWS_MILLISECONDS = 6000;

function show(kind, sentence, details = []) {
  const close = el("button", { type: "button", class: "btn-close", "aria-label": "Cerrar" });
  const items = details.filter((detail) => detail !== sentence).map((detail) => el("li", {}, detail));
  const alert = el(
    "div",
    { class: `alert alert-${kind} alert-dismissible`, role: kind === "danger" ? "alert" : null },
    sentence,
    items.length ? el("ul", {}, items) : null,
    close,
  );
  close.addEventListener("click", () => alert.remove());
  byId("alerts").replaceChildren(alert);
  return alert;
}

export function showSuccess(sentence) {
  const alert = show("success", sentence);
  setTimeout(() => alert.remove(), GOOD_NEWS_MILLISECONDS);
}

// Stays until it is dismissed; returns the element, so that the caller can remove it.
export const showWarning = (sentence) => show("warning", sentence);

// Shows a failed call. The end of the session is shown elsewhere, instead of the page.
export function showProblem(problem) {
  if (problem.status === 401 || problem.status === 410) return;
  show("danger", problem.message, problem.fields ?? []);
  if (problem.status === undefined) console.error(problem);
}

export function clearAlerts() {
  byId("alerts").replaceChildren();
}
