// Inventory: figures, the ingredients, and a form to correct an ingredient's stock.

import { clearAlerts, showProblem, showSuccess } from "../alerts.js";
import { get, post } from "../api.js";
import { badge, el, tile, whileDisabled, withNote } from "../dom.js";
import { amount, count, euros, name, quantity, unit } from "../format.js";
import { List } from "../list.js";

const COLUMNS = [
  { title: "Ingrediente", cell: (item) => withNote(item.name, name("category", item.category)) },
  { title: "Proveedor", from: "xxl", cell: (item) => item.supplier_name },
  { title: "Existencias", number: true, cell: (item) => quantity(item.quantity, item.unit) },
  { title: "Mínimo", number: true, from: "md", cell: (item) => quantity(item.reorder_point, item.unit) },
  { title: "Valor", number: true, from: "md", cell: (item) => euros(item.stock_value) },
  { title: "Estado", cell: (item) => badge(item.status, name("stock", item.status)) },
];

export function inventoryTab() {
  const tiles = el("dl", { class: "tiles" });
  const form = adjustmentForm(() => load());
  let onlyLow = false;
  const low = el("input", {
    type: "checkbox",
    class: "form-check-input",
    id: "only-low",
    onchange: () => {
      onlyLow = low.checked;
      list.restart();
    },
  });
  const list = new List({
    path: "/api/inventory/ingredients",
    caption: "Ingredientes",
    things: ["ingrediente", "ingredientes"],
    none: "Ningún ingrediente coincide con lo que buscas.",
    search: "Buscar ingrediente",
    columns: COLUMNS,
    parameters: () => ({ below_reorder: onlyLow ? true : undefined }),
    filters: [
      el("div", { class: "form-check" }, low, el("label", { class: "form-check-label", for: "only-low" }, "Solo por reponer")),
    ],
  });

  async function load() {
    await Promise.all([list.load(), showSummary(tiles), form.load()]);
  }

  const pane = el(
    "div",
    {},
    el("h2", { class: "visually-hidden" }, "Inventario"),
    tiles,
    el("div", { class: "columns columns-side" }, el("div", { class: "panel" }, list.element), form.element),
  );
  return { pane, load };
}

async function showSummary(tiles) {
  try {
    const summary = await get("/api/inventory/summary");
    tiles.replaceChildren(
      tile("Ingredientes", amount(summary.ingredients)),
      tile("Valor del almacén", euros(summary.total_value)),
      tile("Por reponer", amount(summary.low), summary.low ? "warn" : ""),
      tile("Agotados", amount(summary.out), summary.out ? "bad" : ""),
      tile("Caducan en 7 días", count(summary.expiring_lots, "lote", "lotes"), summary.expiring_lots ? "warn" : ""),
      tile("Producto terminado", count(summary.product_stock, "pieza", "piezas")),
    );
  } catch (problem) {
    showProblem(problem);
  }
}

function adjustmentForm(afterwards) {
  const which = el("select", { id: "adjust-which", class: "form-select", required: true });
  const direction = el(
    "select",
    { id: "adjust-kind", class: "form-select" },
    el("option", { value: "add" }, "Sumar (recuento)"),
    el("option", { value: "subtract" }, "Restar (recuento)"),
    el("option", { value: "waste" }, "Merma"),
  );
  const much = el("input", { id: "adjust-much", class: "form-control", type: "number", min: "0.001", max: "100000", step: "0.001", required: true, inputmode: "decimal" });
  const units = el("span", { class: "input-group-text", id: "adjust-unit" });
  const reason = el("input", { id: "adjust-reason", class: "form-control", maxlength: "500", required: true, placeholder: "Por ejemplo: recuento del viernes" });
  const button = el("button", { type: "submit", class: "btn btn-primary w-100" }, "Guardar ajuste");
  const showUnit = () => { units.textContent = which.selectedOptions[0]?.dataset.unit ?? ""; };
  which.addEventListener("change", showUnit);

  async function submit(event) {
    event.preventDefault();
    clearAlerts();
    const waste = direction.value === "waste";
    const sign = direction.value === "add" ? 1 : -1;
    await whileDisabled(button, async () => {
      try {
        const done = await post("/api/inventory/adjustments", {
          ingredient_id: Number(which.value),
          quantity: sign * Number(much.value),
          reason: reason.value,
          kind: waste ? "waste" : "adjustment",
        });
        showSuccess(`Ajuste guardado. De «${done.ingredient_name}» hay ahora ${quantity(done.quantity, done.unit)}.`);
        much.value = reason.value = "";
        await afterwards();
      } catch (problem) {
        showProblem(problem);
      }
    });
  }

  async function load() {
    if (which.options.length) return;
    try {
      const { items } = await get("/api/inventory/ingredients", { per_page: 100 });
      which.replaceChildren(
        ...items.map((item) => el("option", { value: item.id, dataset: { unit: unit(item.unit) } }, item.name)),
      );
      showUnit();
    } catch (problem) {
      showProblem(problem);
    }
  }

  const element = el(
    "form",
    { class: "panel stay", onsubmit: submit },
    el("h3", { class: "h5" }, "Ajustar existencias"),
    field("adjust-which", "Ingrediente", which),
    field("adjust-kind", "Qué ha pasado", direction),
    field("adjust-much", "Cantidad", el("div", { class: "input-group" }, much, units)),
    field("adjust-reason", "Motivo", reason),
    button,
  );
  return { element, load };
}

const field = (id, label, control) =>
  el("div", { class: "mb-3" }, el("label", { class: "form-label", for: id }, label), control);
