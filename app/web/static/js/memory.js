// Remembers, for all tabs of this browser, that a demo is open, and tells them what one of them did.
// Whose demo it is says a cookie that scripts cannot read; no secret is kept here.

const NEWS = "demo_news";
const FAREWELL = "demo_farewell";

// Storage can be forbidden; the server still says how the demo is, only later.
function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}

// Whether a demo may be open: what the server is asked then, since nobody else knows.
export const mayBeOpen = () => attempt(() => localStorage.getItem(NEWS)) !== null;
export const forgetDemo = () => attempt(() => localStorage.removeItem(NEWS));

// Tell the other tabs: "opened", "extended", "reset" or "ended".
export const tellTabs = (news) => attempt(() => localStorage.setItem(NEWS, `${news} ${Date.now()}`));

// Have `listener` called with what another tab tells; this one does not hear itself.
export function whenTold(listener) {
  window.addEventListener("storage", ({ key, newValue }) => {
    if (key === NEWS && newValue !== null) listener(newValue.split(" ")[0]);
  });
}

// A sentence for the landing page of this tab to say once.
export const leaveFarewell = (sentence) => attempt(() => sessionStorage.setItem(FAREWELL, sentence));

export function takeFarewell() {
  return attempt(() => {
    const sentence = sessionStorage.getItem(FAREWELL);
    sessionStorage.removeItem(FAREWELL);
    return sentence;
  });
}
