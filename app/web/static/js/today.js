// «Hoy» moves while one looks: the page is asked for again each minute, and what changed is shown.

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

setInterval(refresh, MILLISECONDS);
