// A page with live parts asks for itself every few seconds and shows what differs. What is in use stays.

const SECONDS = 4;
const address = document.querySelector("[data-live-at]")?.dataset.liveAt ?? "/ops/live";

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
      const isInUse = part.contains(document.activeElement) && document.activeElement.matches("input, button");
      if (fresh && fresh.innerHTML !== part.innerHTML && !isInUse) part.replaceWith(fresh);
    }
  } catch {
    // Without a connection the page stays as it is.
  }
}

setInterval(refresh, SECONDS * 1000);
