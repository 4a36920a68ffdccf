// Remembers, in this tab, which session is ours. The credential itself is a cookie out of reach.

const KEY = "demo_session_id";
const FAREWELL = "demo_farewell";

// Storage can be forbidden; the page then works without the countdown.
function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}

export const recallSession = () => attempt(() => sessionStorage.getItem(KEY));
export const rememberSession = (id) => attempt(() => sessionStorage.setItem(KEY, id));
export const forgetSession = () => attempt(() => sessionStorage.removeItem(KEY));

// A sentence for the landing page to say once.
export const leaveFarewell = (sentence) => attempt(() => sessionStorage.setItem(FAREWELL, sentence));

export function takeFarewell() {
  return attempt(() => {
    const sentence = sessionStorage.getItem(FAREWELL);
    sessionStorage.removeItem(FAREWELL);
    return sentence;
  });
}
