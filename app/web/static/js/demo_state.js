// Stores, for all tabs of this browser, that a demo is open, and notifies them of changes.
// The session itself is in a cookie that scripts cannot read; no secret is stored here.

const NEWS = "demo_news";
const FAREWELL = "demo_farewell";

// Storage can be forbidden; the server still tells the demo's state, only later.
function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}

// True when a demo may be open; only the server can tell for certain.
export const mayBeOpen = () => attempt(() => localStorage.getItem(NEWS)) !== null;
export const forgetDemo = () => attempt(() => localStorage.removeItem(NEWS));

// Tell the other tabs: "opened", "extended", "reset" or "ended".
export const tellTabs = (news) => attempt(() => localStorage.setItem(NEWS, `${news} ${Date.now()}`));

// Call `listener` with the news of other tabs; a tab does not receive its own.
export function whenTold(listener) {
  window.addEventListener("storage", ({ key, newValue }) => {
    if (key === NEWS && newValue !== null) listener(newValue.split(" ")[0]);
  });
}

// Store a sentence that the landing page of this tab shows once.
export const leaveFarewell = (sentence) => attempt(() => sessionStorage.setItem(FAREWELL, sentence));

export function takeFarewell() {
  return attempt(() => {
    const sentence = sessionStorage.getItem(FAREWELL);
    sessionStorage.removeItem(FAREWELL);
    return sentence;
  });
}
