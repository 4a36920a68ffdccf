// The landing page: a click opens a session, and the back office once it is ready.

import { clearAlerts, showProblem, showSuccess } from "./alerts.js";
import { post, Problem, whenOver } from "./api.js";
import { byId } from "./dom.js";
import { forgetDemo, mayBeOpen, takeFarewell, tellTabs, whenTold } from "./demo_state.js";
import { SessionBar } from "./session.js";
import { progressInto, untilReady } from "./waiting.js";

const BACK_OFFICE = "/demo";
const FAILED = "No hemos podido preparar tu panadería. Vuelve a intentarlo: suele salir a la segunda.";
const SLOW_MILLISECONDS = 20000;
const buttons = [...document.querySelectorAll("[data-try]")];

const bar = new SessionBar({ onReset: () => {}, onOver: endResume });

for (const button of buttons) {
  button.addEventListener("click", () => begin(button));
}
whenOver(endResume);
whenTold(showResume);
greet();
window.addEventListener("pageshow", (event) => {
  if (event.persisted) greet();
});

function greet() {
  showChoices();
  const farewell = takeFarewell();
  if (farewell) showSuccess(farewell);
  showResume();
}

// The demo that is open in this browser, if there is one: how long it lasts and the way back to it.
async function showResume() {
  if (!mayBeOpen()) return endResume();
  try {
    await bar.refresh();
    byId("resume").hidden = !byId("waiting").hidden;
  } catch {
    byId("resume").hidden = true;
  }
}

function endResume() {
  if (!byId("resume").hidden) showSuccess("Tu demo ha terminado. Puedes probar otra cuando quieras.");
  byId("resume").hidden = true;
  forgetDemo();
  bar.stop();
}

async function begin(button) {
  clearAlerts();
  const label = button.textContent;
  for (const each of buttons) each.disabled = true;
  button.textContent = "Abriendo…";
  try {
    const session = await post("/api/demo/session/create", { demo_account_type: button.dataset.try });
    tellTabs("opened");
    const ready = await follow(session);
    if (ready.status !== "active") throw new Problem(500, { detail: FAILED });
    window.location.assign(BACK_OFFICE);
  } catch (problem) {
    showProblem(problem);
    showChoices();
    button.textContent = "Reintentar";
    button.focus();
    return;
  }
  button.textContent = label;
}

async function follow(session) {
  if (session.status !== "pending") return session;
  byId("choices").hidden = true;
  byId("resume").hidden = true;
  byId("waiting").hidden = false;
  byId("waiting-title").focus();
  const slow = setTimeout(() => {
    byId("waiting-text").textContent = "Está tardando más de lo normal, pero seguimos en ello.";
  }, SLOW_MILLISECONDS);
  try {
    return await untilReady(session, progressInto(byId("waiting-bar"), byId("waiting-phase")));
  } finally {
    clearTimeout(slow);
  }
}

function showChoices() {
  byId("waiting").hidden = true;
  byId("choices").hidden = false;
  for (const button of buttons) {
    button.disabled = false;
    button.textContent = "Probar demo";
  }
}
