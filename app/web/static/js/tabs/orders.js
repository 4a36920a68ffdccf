// Orders: the list, one of them in detail, and a button to move it along.

import { clearAlerts, showProblem, showSuccess } from "../alerts.js";
import { get, put } from "../api.js";
import { badge, el, whileDisabled, withNote } from "../dom.js";
import { amount, day, euros, name } from "../format.js";
import { filter, List } from "../list.js";

const NEXT = { confirmed: "Confirmar", ready: "Marcar como preparado", delivered: "Marcar como entregado", cancelled: "Cancelar pedido" };

export function ordersTab() {
  const detail = el("section", { class: "panel stay", "aria-live": "polite", "aria-label": "Pedido elegido" },
    el("p", { class: "list-none" }, "Elige un pedido para ver sus líneas."));

  async function open(id) {
    try {
      show(await get(`/api/orders/${id}`));
      detail.scrollIntoView({ block: "nearest", behavior: "smooth" });
    } catch (problem) {
      showProblem(problem);
    }
  }

  function show(order) {
    detail.replaceChildren(...describe(order, (status, button) => move(order, status, button)));
  }

  async function move(order, status, button) {
    clearAlerts();
    await whileDisabled(button, async () => {
      try {
        const moved = await put(`/api/orders/${order.id}`, { status });
        showSuccess(`Pedido n.º ${moved.order_number}: ${name("order", moved.status).toLowerCase()}.`);
        show(moved);
        await list.load();
      } catch (problem) {
        showProblem(problem);
      }
    });
  }

  const status = filter("Estado del pedido", [["", "Todos"], ["pending", "Pendientes"], ["confirmed", "Confirmados"], ["ready", "Preparados"], ["delivered", "Entregados"], ["cancelled", "Cancelados"]], () => list.restart());
  const list = new List({
    path: "/api/orders",
    caption: "Pedidos",
    things: ["pedido", "pedidos"],
    none: "No hay pedidos que coincidan.",
    search: "Buscar pedido o cliente",
    perPage: 15,
    filters: [status],
    parameters: () => ({ status: status.value }),
    columns: [
      { title: "Pedido", cell: (order) => [orderButton(order, open), el("span", { class: "minor" }, order.customer_name)] },
      { title: "Cliente", from: "lg", cell: (order) => name("customer", order.customer_kind) },
      { title: "Entrega", cell: (order) => withNote(day(order.due_on), order.overdue ? "con retraso" : null) },
      { title: "Piezas", number: true, from: "md", cell: (order) => amount(order.pieces) },
      { title: "Total", number: true, from: "sm", cell: (order) => euros(order.total) },
      { title: "Estado", cell: (order) => badge(order.status, name("order", order.status)) },
    ],
  });
  const pane = el(
    "div",
    {},
    el("h2", { class: "visually-hidden" }, "Pedidos"),
    el("div", { class: "columns columns-till" }, el("div", { class: "panel" }, list.element), detail),
  );
  return { pane, load: () => list.load() };
}

const orderButton = (order, open) =>
  el("button", { type: "button", class: "btn btn-link p-0 text-start", onclick: () => open(order.id) }, `N.º ${order.order_number}`);

function describe(order, move) {
  const rows = order.lines.map((line) =>
    el("tr", {},
      el("td", {}, line.product_name),
      el("td", { class: "number" }, amount(line.quantity)),
      el("td", { class: "number" }, euros(line.amount))));
  const steps = order.next_statuses.map((status) => {
    const style = status === "cancelled" ? "btn-outline-secondary" : "btn-primary";
    const button = el("button", { type: "button", class: `btn btn-sm ${style}`, onclick: () => move(status, button) }, NEXT[status] ?? name("order", status));
    return button;
  });
  return [
    el("h3", { class: "h5" }, ...withNote(`Pedido n.º ${order.order_number}`, `${order.customer_name} · entrega ${day(order.due_on)}`)),
    el("p", { class: "mb-2" }, badge(order.status, name("order", order.status))),
    el("table", { class: "table table-sm" },
      el("caption", { class: "visually-hidden" }, "Líneas del pedido"),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Producto"), el("th", { scope: "col", class: "number" }, "Cant."), el("th", { scope: "col", class: "number" }, "Importe"))),
      el("tbody", {}, rows)),
    el("p", { class: "ticket-total" }, el("span", {}, "Total"), el("span", {}, euros(order.total))),
    order.notes ? el("p", { class: "text-secondary" }, order.notes) : null,
    el("div", { class: "d-flex flex-wrap gap-2" }, steps),
  ].filter(Boolean);
}
