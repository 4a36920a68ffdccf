// The session in the header: how long it lasts, and the buttons that extend, reset and end it.

import { clearAlerts, showProblem, showSuccess } from "./alerts.js";
import { get, post } from "./api.js";
import { byId } from "./dom.js";
import { countdown } from "./format.js";
import { forgetSession, leaveFarewell, recallSession, rememberSession } from "./memory.js";

const SOON_SECONDS = 120;
const BUTTONS = ["extend", "reset", "finish"];
const UNKNOWN = new Set([401, 404, 410]);

// Calls `onReset` when there are new data to show, `onOver` when the time is up.
export class SessionBar {
  #ends = null;
  #extensionsLeft = null;
  #stopped = false;
  #onReset;
  #onOver;

  constructor({ onReset, onOver }) {
    this.#onReset = onReset;
    this.#onOver = onOver;
    byId("extend").addEventListener("click", () => this.#act(() => this.#extend()));
    byId("reset").addEventListener("click", () => this.#act(() => this.#reset()));
    byId("finish").addEventListener("click", () => this.#act(() => this.#finish()));
    setInterval(() => this.#tick(), 1000);
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.#ends !== null) this.refresh().catch(showProblem);
    });
  }

  // Ask how the session is; null when this tab does not know which one it is.
  async refresh() {
    const id = recallSession();
    if (!id) return null;
    try {
      const session = await get(`/api/demo/session/${encodeURIComponent(id)}`);
      this.show(session);
      return session;
    } catch (problem) {
      if (!UNKNOWN.has(problem.status)) throw problem;
      forgetSession();
      return null;
    }
  }

  show(session) {
    rememberSession(session.session_id);
    this.#ends = performance.now() + session.seconds_left * 1000;
    this.#extensionsLeft = session.extensions_left;
    byId("countdown").hidden = session.status !== "active";
    if (session.status === "active") this.#tick();
    this.enable();
  }

  enable() {
    if (this.#stopped) return;
    for (const id of BUTTONS) byId(id).disabled = false;
    byId("extend").disabled = this.#extensionsLeft === 0;
    byId("extend-left").textContent = this.#extensionsLeft === null ? "" : ` (${left(this.#extensionsLeft)})`;
  }

  // No more time and no more buttons.
  stop() {
    this.#stopped = true;
    this.#ends = null;
    byId("countdown").hidden = true;
    byId("session-actions").hidden = true;
  }

  #tick() {
    if (this.#ends === null) return;
    const seconds = (this.#ends - performance.now()) / 1000;
    byId("countdown-time").textContent = countdown(seconds);
    byId("countdown").classList.toggle("soon", seconds < SOON_SECONDS);
    if (seconds <= 0) this.#onOver();
  }

  async #act(action) {
    clearAlerts();
    for (const id of BUTTONS) byId(id).disabled = true;
    try {
      await action();
    } catch (problem) {
      showProblem(problem);
      if (UNKNOWN.has(problem.status)) return;
    }
    this.enable();
  }

  async #extend() {
    this.show(await post("/api/demo/session/extend"));
    showSuccess("Hecho: tienes más tiempo.");
  }

  async #reset() {
    const sure = await confirm("¿Empezar de nuevo?", "Se pierde lo que hayas cambiado y vuelves a los datos del principio. El tiempo sigue contando.", "Empezar de nuevo");
    if (!sure) return;
    this.show(await post("/api/demo/session/reset"));
    await this.#onReset();
    showSuccess("Datos como nuevos: tu panadería vuelve a estar como al principio.");
  }

  async #finish() {
    const sure = await confirm("¿Terminar la demo?", "Tus datos se borran y no se pueden recuperar.", "Terminar");
    if (!sure) return;
    await post("/api/demo/session/destroy");
    forgetSession();
    leaveFarewell("Tu demo ha terminado y sus datos se han borrado. ¡Gracias por probarla!");
    this.stop();
    window.location.assign("/");
  }
}

const left = (number) => {
  if (number === 0) return "ya no quedan";
  return number === 1 ? "queda 1" : `quedan ${number}`;
};

// Ask first: resolves with whether the answer was yes.
function confirm(title, text, yes) {
  byId("confirm-title").textContent = title;
  byId("confirm-text").textContent = text;
  byId("confirm-yes").textContent = yes;
  const dialog = byId("confirm");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
