// The page that waits for a bakery: it follows the event stream, and asks where there is none.

const bar = document.getElementById("progress");
const phase = document.getElementById("phase");
const place = document.getElementById("place");
let told = "";

async function fetchSession() {
  const answer = await fetch("/api/demo/session/current", { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : null;
}

// The server draws this page again: it has the sentences, and the way on.
async function redraw() {
  try {
    const answer = await fetch(location.href);
    if (answer.redirected || !answer.ok) {
      location.replace(answer.ok ? answer.url : location.href);
      return false;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.dataset.again = page.getElementById("place")?.dataset.again ?? 1;
    for (const shown of [phase, place]) {
      const text = page.getElementById(shown.id)?.textContent ?? "";
      if (text !== shown.textContent) shown.textContent = text;
    }
    const value = page.getElementById("progress")?.value;
    if (value) bar.value = value;
  } catch {
    phase.textContent = phase.dataset.offline;
  }
  return true;
}

async function refresh() {
  if (await redraw()) setTimeout(refresh, 1000 * place.dataset.again);
}

function show(progress) {
  if (!progress) return;
  if (progress.percent > 0) bar.value = progress.percent;
  const now = `${progress.phase} ${progress.place}`;
  if (now !== told) redraw();
  told = now;
}

async function follow() {
  const session = await fetchSession().catch(() => null);
  if (session?.status !== "pending" || !window.EventSource) return refresh();
  const source = new EventSource(session.events_url);
  source.addEventListener("pending", (event) => show(JSON.parse(event.data).progress));
  for (const name of ["active", "failed", "expired", "destroyed", "timeout", "error"]) {
    source.addEventListener(name, () => {
      source.close();
      refresh();
    });
  }
  return undefined;
}

follow();
