// The till: choose products, take payment, and list today's tickets.

import { clearAlerts, showProblem, showSuccess } from "../alerts.js";
import { get, post } from "../api.js";
import { el, tile, withNote } from "../dom.js";
import { amount, clock, euros, name, today } from "../format.js";
import { List } from "../list.js";
import { Ticket } from "../ticket.js";

const FEW = 5;

export function tillTab(tenant) {
  const manyPlaces = tenant.locations.length > 1;
  const place = el("p", { class: "minor mb-2" });
  const shelf = el("div", { class: "products" });
  const tiles = el("dl", { class: "tiles" });
  const ticket = new Ticket(pay);
  const tickets = new List({
    path: "/api/pos/sales",
    caption: "Tickets de hoy",
    things: ["ticket", "tickets"],
    none: "Hoy todavía no hay ventas.",
    perPage: 10,
    parameters: () => ({ from: today(), to: today(), sort: "-ticket_number" }),
    columns: [
      { title: "Ticket", cell: (sale) => withNote(`N.º ${sale.ticket_number}`, manyPlaces ? sale.location_name : null) },
      { title: "Hora", cell: (sale) => clock(sale.sold_at) },
      { title: "Piezas", number: true, from: "md", cell: (sale) => amount(sale.pieces) },
      { title: "Pago", cell: (sale) => name("payment", sale.payment_method) },
      { title: "Total", number: true, cell: (sale) => euros(sale.total) },
    ],
  });

  async function pay(lines, method) {
    clearAlerts();
    try {
      const sale = await post("/api/pos/sales", { lines, payment_method: method });
      ticket.clear();
      showSuccess(`Ticket n.º ${sale.ticket_number} cobrado: ${euros(sale.total)}.`);
      await load();
    } catch (problem) {
      showProblem(problem);
      await showProducts();
    }
  }

  async function showProducts() {
    try {
      const { items } = await get("/api/pos/products", { per_page: 100, active: true, sort: "category" });
      ticket.learn(items);
      shelf.replaceChildren(...items.map((product) => productButton(product, ticket)));
    } catch (problem) {
      showProblem(problem);
    }
  }

  async function showTill() {
    try {
      const till = await get("/api/pos/session");
      place.textContent = till.is_open && till.opened_by_name
        ? `${till.location_name} · caja abierta por ${till.opened_by_name}`
        : till.location_name;
      tiles.replaceChildren(
        tile("Tickets de esta caja", amount(till.tickets)),
        tile("Efectivo", euros(till.cash)),
        tile("Tarjeta", euros(till.card)),
        tile("Total", euros(till.total)),
      );
    } catch (problem) {
      showProblem(problem);
    }
  }

  async function load() {
    await Promise.all([showProducts(), showTill(), tickets.load()]);
  }

  const pane = el(
    "div",
    {},
    el("div", { class: "columns columns-till" },
      el("section", { class: "panel", "aria-labelledby": "shelf-title" },
        el("h2", { class: "h5 mb-0", id: "shelf-title" }, "Mostrador"), place, shelf),
      el("div", { class: "stay" }, ticket.element),
    ),
    tiles,
    el("section", { class: "panel", "aria-labelledby": "tickets-title" },
      el("h2", { class: "h5", id: "tickets-title" }, "Tickets de hoy"), tickets.element),
  );
  return { pane, load };
}

function stockSentence(stock) {
  if (stock <= 0) return "Agotado";
  return `${stock === 1 ? "Queda" : "Quedan"} ${amount(stock)}`;
}

function productButton(product, ticket) {
  const low = product.stock <= FEW ? " low" : "";
  return el(
    "button",
    { type: "button", class: "product", disabled: product.stock <= 0, dataset: { product: product.id }, onclick: () => ticket.add(product) },
    el("span", { class: "product-name" }, product.name),
    el("span", { class: "product-figures" },
      el("span", {}, euros(product.price)),
      el("span", { class: `product-stock${low}` }, stockSentence(product.stock))),
  );
}
