// «Hoy» moves while one looks: when the session's stream says that something changed, the page is
// asked for again, and what differs is shown. Without a stream it is asked for each minute, and the
// stream is asked for again: an answer that has no place says what the operators' message is.

const AGAIN = 20_000;
const PAGE_EACH = 3;
let address = "";
let tries = 0;

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
    if (!address) {
      const answer = await fetch("/api/demo/session/current", { headers: { Accept: "application/json" } });
      address = `${(await answer.json()).events_url}?until=end`;
    }
    const stream = new EventSource(address);
    // A stream ends after a while and opens again by itself; one that is refused is closed.
    const refused = () => {
      stream.close();
      withoutStream();
    };
    stream.addEventListener("changed", refresh);
    stream.addEventListener("said", ({ data }) => {
      const { text } = JSON.parse(data);
      const said = document.getElementById("dicho");
      said.querySelector("span").textContent = text ?? "";
      said.hidden = !text;
    });
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) refused();
    });
    stream.addEventListener("busy", refused);
    for (const end of ["destroyed", "expired", "failed"]) {
      stream.addEventListener(end, () => {
        stream.close();
        location.reload(); // the server says what comes now
      });
    }
    window.addEventListener("pagehide", () => stream.close());
  } catch {
    withoutStream();
  }
}

function withoutStream() {
  tries += 1;
  if (tries % PAGE_EACH === 0) refresh();
  setTimeout(follow, AGAIN);
}

follow();
