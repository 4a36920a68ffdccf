// Tells the other tabs of this browser what happened to the demo. Nothing is stored.

const channel = "BroadcastChannel" in window ? new BroadcastChannel("demo") : null;

// News: "opened", "extended", "reset" or "ended".
export const tellTabs = (news) => channel?.postMessage(news);

// Call `listener` with the news of other tabs; a tab does not receive its own.
export const whenTold = (listener) => channel?.addEventListener("message", ({ data }) => listener(data));
