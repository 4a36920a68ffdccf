// Production: a day's plan by recipe, the ingredients that it takes, and the batches.

import { showProblem } from "../alerts.js";
import { get } from "../api.js";
import { badge, el, tile, withNote } from "../dom.js";
import { amount, count, longDay, name, quantity, today } from "../format.js";
import { filter, List } from "../list.js";

export function productionTab() {
  const heading = el("h2", { class: "h5 mb-0", id: "plan-title" }, "Plan del día");
  const date = el("input", { type: "date", class: "form-control w-auto", "aria-label": "Día del plan", value: today(), onchange: () => showPlan() });
  const tiles = el("dl", { class: "tiles" });
  const missing = el("div");
  const status = filter("Estado de la hornada", [["", "Todas"], ["planned", "Previstas"], ["in_progress", "En curso"], ["completed", "Terminadas"], ["cancelled", "Canceladas"]], () => batches.restart());
  const batches = new List({
    path: "/api/production/batches",
    caption: "Hornadas",
    things: ["hornada", "hornadas"],
    none: "No hay hornadas que coincidan.",
    search: "Buscar hornada",
    perPage: 15,
    filters: [status],
    parameters: () => ({ status: status.value, from: date.value, to: date.value }),
    columns: [
      { title: "Receta", cell: (batch) => withNote(batch.recipe_name, batch.batch_code) },
      { title: "Panadero", from: "md", cell: (batch) => batch.baker_name ?? "—" },
      { title: "Previsto", number: true, cell: (batch) => amount(batch.quantity_planned) },
      { title: "Hecho", number: true, from: "sm", cell: (batch) => amount(batch.quantity_produced) },
      { title: "Estado", cell: (batch) => badge(batch.status, name("batch", batch.status)) },
    ],
  });

  async function showPlan() {
    batches.restart();
    try {
      const plan = await get("/api/production/plan", { date: date.value });
      heading.textContent = `Plan del ${longDay(plan.date)}`;
      tiles.replaceChildren(
        tile("Recetas", amount(plan.recipes.length)),
        tile("Piezas previstas", amount(plan.quantity_planned)),
        tile("Piezas hechas", amount(plan.quantity_produced)),
        tile("Ingredientes", plan.feasible ? "Suficientes" : "Faltan", plan.feasible ? "" : "bad"),
      );
      missing.replaceChildren(...shortages(plan.needs));
    } catch (problem) {
      showProblem(problem);
    }
  }

  const pane = el(
    "div",
    {},
    el("div", { class: "list-head" }, heading, date),
    tiles,
    missing,
    el("section", { class: "panel", "aria-label": "Hornadas del día" }, batches.element),
  );
  return { pane, load: showPlan };
}

function shortages(needs) {
  const short = needs.filter((need) => !need.enough);
  if (short.length === 0) return [];
  const items = short.map((need) =>
    el("li", {}, `${need.name}: hacen falta ${quantity(need.needed, need.unit)} y hay ${quantity(need.in_stock, need.unit)}.`));
  return [
    el("div", { class: "alert alert-warning" },
      `${short.length === 1 ? "Falta" : "Faltan"} ${count(short.length, "ingrediente", "ingredientes")} para las hornadas pendientes.`,
      el("ul", {}, items)),
  ];
}
