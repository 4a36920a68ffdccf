// Every page of a demo: the countdown of its bar, the warning before its end, news of other tabs.

import { prepareForms } from "./forms.js";
import { tellTabs, whenTold } from "./tabs.js";

const SOON_SECONDS = 120;
const NEWS = { abierta: "opened", ampliada: "extended", "ampliada-menos": "extended", reinicio: "reset" };

const bar = document.querySelector(".bar");
const timer = bar.querySelector("time");
const warning = document.getElementById("aviso");
let ends = performance.now() + Number(bar.dataset.seconds) * 1000;

const two = (number) => String(number).padStart(2, "0");

function tick() {
  const left = Math.max(0, Math.round((ends - performance.now()) / 1000));
  timer.textContent = `${two(Math.floor(left / 60))}:${two(left % 60)}`;
  timer.parentElement.classList.toggle("soon", left <= SOON_SECONDS);
  if (warning.hidden !== left > SOON_SECONDS) warning.hidden = left > SOON_SECONDS;
  if (left > 0) return;
  clearInterval(ticking);
  location.reload(); // the server says what comes now; another tab may have extended the session
}

// Another tab extended the session, or this one was asleep: ask how long it lasts now.
async function catchUp() {
  try {
    const answer = await fetch("/api/demo/session/current", { headers: { Accept: "application/json" } });
    if (answer.status === 401 || answer.status === 410) location.reload();
    if (!answer.ok) return;
    ends = performance.now() + (await answer.json()).seconds_left * 1000;
    tick();
  } catch {
    // Without a connection the countdown goes on.
  }
}

function hear(news) {
  if (news === "extended") catchUp();
  else if (news === "ended") location.reload();
  else if (news === "reset") location.assign(`${location.pathname}?hecho=reinicio-en-otra`);
}

const ticking = setInterval(tick, 1000);
// Back to a page that the browser has kept: the demo may have ended meanwhile.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) catchUp();
});
// It shows a page of its own where there is no connection, and keeps nothing of a demo.
navigator.serviceWorker?.register("/sw.js", { scope: "/demo/" }).catch(() => {});
whenTold(hear);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) catchUp();
});

const done = bar.dataset.notice;
if (NEWS[done]) tellTabs(NEWS[done]);
if (done) {
  // A reload or a bookmark of this address does not say it again.
  const address = new URL(location.href);
  address.searchParams.delete("hecho");
  history.replaceState(history.state, "", address);
}
document.querySelector(".message-bad[tabindex]")?.focus();
document.querySelector(".sections [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
prepareForms();
