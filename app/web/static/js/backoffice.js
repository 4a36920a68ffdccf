// The back office: the bakery of the session's cookie, one tab a module.

import { clearAlerts, showProblem } from "./alerts.js";
import { get, whenOver } from "./api.js";
import { byId, el } from "./dom.js";
import { name } from "./format.js";
import { forgetDemo, mayBeOpen, whenTold } from "./demo_state.js";
import { SessionBar } from "./session.js";
import { inventoryTab } from "./tabs/inventory.js";
import { ordersTab } from "./tabs/orders.js";
import { productionTab } from "./tabs/production.js";
import { recipesTab } from "./tabs/recipes.js";
import { salesTab } from "./tabs/sales.js";
import { suppliersTab } from "./tabs/suppliers.js";
import { tillTab } from "./tabs/till.js";
import { progressInto, untilReady } from "./waiting.js";

const RETRY_MILLISECONDS = 1000;
const TABS = [
  { id: "inventory", module: "inventory", title: "Inventario", make: inventoryTab },
  { id: "till", module: "pos", title: "Ventas (TPV)", make: tillTab },
  { id: "production", module: "production", title: "Producción", make: productionTab },
  { id: "recipes", module: "recipes", title: "Recetas", make: recipesTab },
  { id: "orders", module: "orders", title: "Pedidos", make: ordersTab },
  { id: "suppliers", module: "suppliers", title: "Proveedores", make: suppliersTab },
  { id: "sales", module: "sales", title: "Ventas por día", make: salesTab },
];

let current = null;
let over = false;
const bar = new SessionBar({ onReset: enter, onOver: showOver });
whenOver(showOver);
whenTold((news) => bar.catchUp(news));
start();

async function start() {
  try {
    await enter(await bar.refresh());
  } catch (problem) {
    byId("loading").hidden = true;
    showProblem(problem);
  }
}

// Wait for the bakery, if it is still being prepared, and open it.
async function enter(session) {
  if (session.status === "pending") {
    bar.show(await untilReady(session, progressInto(byId("loading-bar"), byId("loading-phase"))));
  }
  await open();
}

// Fill the page with the bakery as it is now.
async function open() {
  const tenant = await fetchTenant();
  byId("bakery-name").textContent = tenant.name;
  byId("bakery-model").textContent = name("model", tenant.business_model);
  document.title = `${tenant.name} · Masa Madre`;
  const opened = current?.id;
  const tabs = TABS.filter((tab) => tenant.modules.includes(tab.module));
  byId("tabs").replaceChildren();
  byId("panes").replaceChildren();
  for (const tab of tabs) addTab(tab, tenant);
  byId("loading").hidden = true;
  byId("office").hidden = false;
  const first = tabs.find((tab) => tab.id === opened) ?? tabs[0];
  tabOf(first).show();
}

// Bootstrap's object for a tab, which also handles arrow keys.
const tabOf = (tab) => window.bootstrap.Tab.getOrCreateInstance(byId(`tab-${tab.id}`));

// Another tab may have opened the session, and its clone may not be done.
async function fetchTenant() {
  for (;;) {
    try {
      return await get("/api/tenant");
    } catch (problem) {
      if (problem.code !== "session_pending") throw problem;
      byId("loading-phase").textContent = problem.message;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
    }
  }
}

function addTab(tab, tenant) {
  const { pane, load } = tab.make(tenant);
  const button = el(
    "button",
    {
      type: "button", class: "nav-link", role: "tab", id: `tab-${tab.id}`,
      "aria-controls": `pane-${tab.id}`, dataset: { bsToggle: "tab", bsTarget: `#pane-${tab.id}` },
    },
    tab.title,
  );
  button.addEventListener("show.bs.tab", () => {
    current = tab;
    load();
  });
  button.addEventListener("shown.bs.tab", () => button.scrollIntoView({ block: "nearest", inline: "nearest" }));
  byId("tabs").append(el("li", { class: "nav-item", role: "presentation" }, button));
  byId("panes").append(
    el("div", { class: "tab-pane", role: "tabpanel", id: `pane-${tab.id}`, "aria-labelledby": `tab-${tab.id}` }, pane),
  );
  tabOf(tab);
}

function showOver(problem) {
  if (over) return;
  over = true;
  const never = current === null && !mayBeOpen();
  bar.stop();
  clearAlerts();
  forgetDemo();
  byId("loading").hidden = true;
  byId("office").hidden = true;
  byId("over").hidden = false;
  if (never && problem?.code === "session_required") {
    byId("over-title").textContent = "No tienes ninguna demo abierta";
    byId("over-text").textContent = "Para usar la demo, primero ábrela con «Probar demo».";
    byId("bakery-model").textContent = "Sin demo abierta";
  } else {
    byId("bakery-model").textContent = "Demo terminada";
  }
  byId("over-title").focus();
}
