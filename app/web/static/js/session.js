// The session in the header: how long it lasts, and the buttons that extend, reset and end it.

import { clearAlerts, showProblem, showSuccess, showWarning } from "./alerts.js";
import { get, post, Problem } from "./api.js";
import { byId } from "./dom.js";
import { countdown } from "./format.js";
import { forgetDemo, leaveFarewell, mayBeOpen, tellTabs } from "./demo_state.js";

const SOON_SECONDS = 120;
const BUTTONS = ["extend", "reset", "finish"];
const OVER = new Set([401, 404, 410]);
const UNDER_WAY = new Set(["queued", "running"]);
const ASK_MILLISECONDS = 500;
const NOT_RESET = "No hemos podido devolver tu demo a los datos del principio. Vuelve a intentarlo.";

// Ask how the reset goes until it has ended; most have when they are asked for.
async function untilReset(session) {
  let now = session;
  while (UNDER_WAY.has(now.reset)) {
    await new Promise((resolve) => setTimeout(resolve, ASK_MILLISECONDS));
    now = await get(now.status_url);
  }
  if (now.reset !== "done") throw new Problem(503, { code: now.reset, detail: NOT_RESET });
  return now;
}

// Calls `onReset` with the session when it has new data to show, `onOver` when the time is up.
export class SessionBar {
  #ends = null;
  #tenant = null;
  #extensionsLeft = 0;
  #warning = null;
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
      if (!document.hidden) this.catchUp();
    });
  }

  // Fetch the session of the cookie.
  async refresh() {
    const session = await get("/api/demo/session/current");
    this.show(session);
    return session;
  }

  // Another tab changed the session, or this one was asleep: fetch it again.
  async catchUp(news = "") {
    if (this.#ends === null) return;
    const before = this.#tenant;
    try {
      const session = await this.refresh();
      if (news !== "reset" && session.virtual_tenant_id === before) return;
      await this.#onReset(session);
      if (news === "reset") showSuccess("Has empezado de nuevo en otra pestaña: estos son los datos del principio.");
    } catch (problem) {
      showProblem(problem);
    }
  }

  show(session) {
    if (!mayBeOpen()) tellTabs("opened");
    if (session.status !== "active") return;
    this.#ends = performance.now() + session.seconds_left * 1000;
    this.#tenant = session.virtual_tenant_id;
    this.#extensionsLeft = session.extensions_left;
    byId("countdown").hidden = false;
    byId("session-actions").hidden = false;
    this.#tick();
    this.#enable();
  }

  // No more time and no more buttons.
  stop() {
    this.#ends = null;
    this.#warn(false);
    byId("countdown").hidden = true;
    byId("session-actions").hidden = true;
  }

  #enable() {
    for (const id of BUTTONS) byId(id).disabled = false;
    byId("extend").disabled = this.#extensionsLeft === 0;
    byId("extend-left").textContent = ` (${left(this.#extensionsLeft)})`;
  }

  #tick() {
    if (this.#ends === null) return;
    const seconds = (this.#ends - performance.now()) / 1000;
    byId("countdown-time").textContent = countdown(seconds);
    this.#warn(seconds < SOON_SECONDS);
    if (seconds > 0) return;
    this.#ends = null; // asked once: another tab may have extended the session
    this.refresh().catch(() => this.#onOver());
  }

  #warn(soon) {
    byId("countdown").classList.toggle("soon", soon);
    if (soon) {
      this.#warning ??= showWarning(warning(this.#extensionsLeft));
    } else {
      this.#warning?.remove();
      this.#warning = null;
    }
  }

  async #act(action) {
    clearAlerts();
    for (const id of BUTTONS) byId(id).disabled = true;
    try {
      await action();
    } catch (problem) {
      showProblem(problem);
      if (OVER.has(problem.status)) return;
    }
    this.#enable();
  }

  async #extend() {
    const session = await post("/api/demo/session/extend");
    this.show(session);
    tellTabs("extended");
    showSuccess(session.notice ?? "Hecho: tienes más tiempo.");
  }

  async #reset() {
    const sure = await confirm("¿Empezar de nuevo?", "Se pierde lo que hayas cambiado y vuelves a los datos del principio. El tiempo sigue contando.", "Empezar de nuevo");
    if (!sure) return;
    const session = await untilReset(await post("/api/demo/session/reset"));
    this.show(session);
    tellTabs("reset");
    await this.#onReset(session);
    showSuccess("Datos como nuevos: tu panadería vuelve a estar como al principio.");
  }

  async #finish() {
    const sure = await confirm("¿Terminar la demo?", "Tus datos se borran y no se pueden recuperar.", "Terminar");
    if (!sure) return;
    await post("/api/demo/session/destroy");
    tellTabs("ended");
    forgetDemo();
    leaveFarewell("Tu demo ha terminado y sus datos se han borrado. ¡Gracias por probarla!");
    this.stop();
    window.location.assign("/");
  }
}

const left = (number) => {
  if (number === 0) return "ya no quedan";
  return number === 1 ? "queda 1" : `quedan ${number}`;
};

const warning = (extensionsLeft) =>
  `Tu demo termina en menos de dos minutos${extensionsLeft > 0 ? ": amplíala si quieres seguir." : "."}`;

// Ask the visitor; resolves with true when the answer was yes.
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
