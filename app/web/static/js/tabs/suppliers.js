// Suppliers and purchase suggestions.

import { clearAlerts, showProblem, showSuccess } from "../alerts.js";
import { post } from "../api.js";
import { el, whileDisabled, withNote } from "../dom.js";
import { amount, count, euros, quantity } from "../format.js";
import { List } from "../list.js";

export function suppliersTab() {
  const suppliers = new List({
    path: "/api/suppliers",
    caption: "Proveedores",
    things: ["proveedor", "proveedores"],
    none: "Ningún proveedor coincide con lo que buscas.",
    search: "Buscar proveedor",
    columns: [
      { title: "Proveedor", cell: (supplier) => withNote(supplier.name, `${supplier.category} · ${supplier.city}`) },
      { title: "Contacto", from: "md", cell: (supplier) => withNote(supplier.contact_name, supplier.phone) },
      { title: "Plazo", number: true, cell: (supplier) => count(supplier.lead_time_days, "día", "días") },
      { title: "Pedido mínimo", number: true, from: "sm", cell: (supplier) => euros(supplier.minimum_order) },
      { title: "Valoración", number: true, from: "md", cell: (supplier) => `${supplier.rating} de 5` },
    ],
  });
  const suggestions = new List({
    path: "/api/procurement/suggestions",
    caption: "Compras sugeridas",
    things: ["sugerencia", "sugerencias"],
    none: "No falta nada: no hay compras que sugerir.",
    columns: [
      { title: "Ingrediente", cell: (item) => withNote(item.ingredient_name, item.supplier_name) },
      { title: "Hay", number: true, cell: (item) => quantity(item.quantity, item.unit) },
      { title: "Comprar", number: true, cell: (item) => quantity(item.needed, item.unit) },
      { title: "Coste", number: true, from: "sm", cell: (item) => euros(item.cost) },
    ],
    onItems: (page) => { run.disabled = page.total === 0; },
  });
  const run = el("button", { type: "button", class: "btn btn-primary btn-sm", disabled: true, onclick: buy }, "Preparar pedidos de compra");

  async function buy() {
    clearAlerts();
    await whileDisabled(run, async () => {
      try {
        const done = await post("/api/procurement/runs");
        const made = count(done.orders, "pedido de compra", "pedidos de compra");
        showSuccess(`Listo: ${made} en borrador, por ${euros(done.total)} en total.`);
      } catch (problem) {
        showProblem(problem);
      }
    });
    await suggestions.load();
  }

  const pane = el(
    "div",
    {},
    el("section", { class: "panel", "aria-labelledby": "suppliers-title" },
      el("h2", { class: "h5", id: "suppliers-title" }, "Proveedores"), suppliers.element),
    el("section", { class: "panel", "aria-labelledby": "suggestions-title" },
      el("div", { class: "list-head" }, el("h2", { class: "h5", id: "suggestions-title" }, "Compras sugeridas"), run),
      suggestions.element),
  );
  return { pane, load: () => Promise.all([suppliers.load(), suggestions.load()]) };
}
