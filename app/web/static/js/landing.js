// The landing page: buttons that say what they do, and news of the demo in other tabs.

import { prepareForms } from "./forms.js";
import { whenTold } from "./tabs.js";

const address = new URL(location.href);
if (address.searchParams.has("hecho")) {
  address.searchParams.delete("hecho");
  history.replaceState(history.state, "", address);
}
whenTold((news) => {
  if (news === "opened" || news === "ended") location.reload();
});
prepareForms(document.querySelector("[data-opening]")?.dataset.opening);
