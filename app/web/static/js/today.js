// «Hoy» moves while one looks: when the session's stream says that something changed, the page is
// asked for again, and what differs is shown. Without a stream it is asked for each minute.

const MINUTE = 60_000;
let fallback = 0;

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
    const answer = await fetch("/api/demo/session/current", { headers: { Accept: "application/json" } });
    const stream = new EventSource(`${(await answer.json()).events_url}?until=end`);
    stream.addEventListener("changed", refresh);
    stream.addEventListener("said", ({ data }) => {
      const { text } = JSON.parse(data);
      const said = document.getElementById("dicho");
      said.querySelector("span").textContent = text ?? "";
      said.hidden = !text;
    });
    // A stream ends after a while and opens again by itself; one that is refused is closed.
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) fallback ||= setInterval(refresh, MINUTE);
    });
    stream.addEventListener("busy", () => {
      stream.close();
      fallback ||= setInterval(refresh, MINUTE);
    });
    for (const end of ["destroyed", "expired", "failed"]) {
      stream.addEventListener(end, () => {
        stream.close();
        location.reload(); // the server says what comes now
      });
    }
    window.addEventListener("pagehide", () => stream.close());
  } catch {
    fallback ||= setInterval(refresh, MINUTE);
  }
}

follow();
