// «Hoy» moves while one looks: the session's stream says that something happened, and what changed
// is shown. Where there is no stream left the page is asked for again each minute.

const MILLISECONDS = 60_000;

async function refresh() {
  if (document.hidden || !navigator.onLine) return;
  try {
    const answer = await fetch("/demo/", { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
      // What a visitor is using stays where it is.
      if (fresh && fresh.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) part.replaceWith(fresh);
    }
  } catch {
    // Without a connection the page stays as it is.
  }
}

async function follow() {
  try {
    const answer = await fetch("/api/demo/session/current");
    if (!answer.ok) throw new Error("no session");
    const { events_url: address } = await answer.json();
    const stream = new EventSource(`${address}?until=end`);
    stream.addEventListener("changed", refresh);
    // A stream ends after two minutes, and the next lets time pass again; a busy server has none.
    const again = () => { stream.close(); setTimeout(() => { refresh(); follow(); }, 2_000); };
    stream.addEventListener("timeout", again);
    stream.addEventListener("destroyed", () => stream.close());
    stream.addEventListener("expired", () => stream.close());
    stream.onerror = () => { stream.close(); setTimeout(() => { refresh(); follow(); }, MILLISECONDS); };
  } catch {
    setTimeout(() => { refresh(); follow(); }, MILLISECONDS);
  }
}

follow();
