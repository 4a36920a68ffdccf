// The page after the end: the other tabs of this browser learn of an end that was just asked for.

import { prepareForms } from "./forms.js";
import { tellTabs } from "./tabs.js";

const address = new URL(location.href);
if (address.searchParams.get("hecho") === "terminada") tellTabs("ended");
address.searchParams.delete("hecho");
history.replaceState(history.state, "", address);
prepareForms();
