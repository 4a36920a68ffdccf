// The page without a connection: it asks for the one that was wanted, as soon as that is possible.
// A form that was being sent has a key: sent again, it acts once.

const again = () => location.reload();
document.querySelector("[data-again]").addEventListener("click", again);
window.addEventListener("online", again);
