// Follows a session that is being prepared: by event stream, or by asking each second.

import { get, Problem } from "./api.js";

const ASK_MILLISECONDS = 1000;
const MOST_FAILURES = 20;
const ENDINGS = ["active", "failed", "expired", "destroyed"];
const PHASES = {
  queued: "En la cola…",
  starting: "Encendiendo un horno para ti…",
  handed_over: "Cambiamos de horno: enseguida seguimos…",
  schema: "Montando el obrador…",
  define: "Colocando las estanterías…",
  rows: "Trayendo la harina y el resto de tus datos…",
  keys: "Ordenando la despensa…",
  foreign_keys: "Repasando las cuentas…",
};

export function phaseSentence(progress) {
  return PHASES[progress?.phase] ?? "Dando los últimos toques…";
}

// Resolves with the session once it is no longer pending; calls `onProgress` for each step.
export async function untilReady(session, onProgress) {
  if (session.status !== "pending") return session;
  onProgress(session.progress);
  return (await byStream(session, onProgress)) ?? byAsking(session, onProgress);
}

// Resolves with null when there is no stream, or it broke off.
function byStream(session, onProgress) {
  return new Promise((resolve) => {
    if (!window.EventSource) {
      resolve(null);
      return;
    }
    const source = new EventSource(session.events_url);
    const finish = (result) => {
      source.close();
      resolve(result);
    };
    source.addEventListener("pending", (event) => onProgress(JSON.parse(event.data).progress));
    for (const status of ENDINGS) {
      source.addEventListener(status, (event) => finish({ ...session, ...JSON.parse(event.data) }));
    }
    source.addEventListener("timeout", () => finish(null));
    source.addEventListener("error", () => finish(null));
  });
}

async function byAsking(session, onProgress) {
  for (let failures = 0; failures < MOST_FAILURES; ) {
    try {
      const now = await get(session.status_url);
      if (now.status !== "pending") return now;
      onProgress(now.progress);
      failures = 0;
    } catch (problem) {
      if (problem.status === 404) throw problem;
      failures += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_MILLISECONDS));
  }
  throw new Problem(0);
}

// Shows progress in a <progress> and a sentence beside it.
export function progressInto(bar, text) {
  return (progress) => {
    const percent = progress?.percent ?? 0;
    if (percent > 0) bar.value = percent;
    else bar.removeAttribute("value");
    const sentence = phaseSentence(progress);
    if (text.textContent !== sentence) text.textContent = sentence;
  };
}
