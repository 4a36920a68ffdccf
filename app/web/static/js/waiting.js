// The page that waits for a bakery: it follows the event stream, and asks where there is none.

const ASK_MILLISECONDS = 1000;
const bar = document.getElementById("progress");
const phase = document.getElementById("phase");

async function fetchSession() {
  const answer = await fetch("/api/demo/session/current", { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : null;
}

function show(progress) {
  const percent = progress?.percent ?? 0;
  if (percent > 0) bar.value = percent;
}

// The server draws this page again: it has the sentence of each phase, and the way on.
async function refresh() {
  try {
    const answer = await fetch(location.href);
    if (answer.redirected || !answer.ok) return location.replace(answer.ok ? answer.url : location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const sentence = page.getElementById("phase")?.textContent;
    if (sentence && sentence !== phase.textContent) phase.textContent = sentence;
    const value = page.getElementById("progress")?.value;
    if (value) bar.value = value;
  } catch {
    phase.textContent = phase.dataset.offline;
  }
  return setTimeout(refresh, ASK_MILLISECONDS);
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
