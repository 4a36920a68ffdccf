// The ticket being entered: lines with their quantity, the total, and the payment method.

import { el } from "./dom.js";
import { amount, euros } from "./format.js";

export class Ticket {
  #products = new Map();
  #quantities = new Map();
  #onPay;

  // Calls `onPay(lines, method)` as the API takes them; both buttons are disabled meanwhile.
  constructor(onPay) {
    this.#onPay = onPay;
    this.lines = el("ul", { class: "ticket-lines" });
    this.none = el("p", { class: "list-none" }, "Toca un producto para añadirlo.");
    this.total = el("output", {});
    this.buttons = [this.#payButton("cash", "Efectivo"), this.#payButton("card", "Tarjeta")];
    this.element = el(
      "section",
      { class: "panel", "aria-labelledby": "ticket-title" },
      el("h2", { class: "h5", id: "ticket-title" }, "Ticket"),
      this.none,
      this.lines,
      el("p", { class: "ticket-total" }, el("span", {}, "Total"), this.total),
      el("div", { class: "ticket-pay", role: "group", "aria-label": "Cobrar" }, this.buttons),
    );
    this.#show();
  }

  // Take over the products' present prices and stock.
  learn(products) {
    this.#products = new Map(products.map((product) => [product.id, product]));
    for (const id of this.#quantities.keys()) {
      if (!this.#products.has(id)) this.#quantities.delete(id);
    }
    this.#show();
  }

  add(product) {
    this.#change(product.id, 1);
  }

  clear() {
    this.#quantities.clear();
    this.#show();
  }

  #change(id, by) {
    const most = this.#products.get(id).stock;
    const quantity = Math.min((this.#quantities.get(id) ?? 0) + by, most);
    if (quantity > 0) this.#quantities.set(id, quantity);
    else this.#quantities.delete(id);
    this.#show();
  }

  #payButton(method, text) {
    const pay = async () => {
      const lines = [...this.#quantities].map(([id, quantity]) => ({ product_id: id, quantity }));
      for (const button of this.buttons) button.disabled = true;
      await this.#onPay(lines, method);
      this.#show();
    };
    return el("button", { type: "button", class: "btn btn-primary", disabled: true, onclick: pay }, text);
  }

  #show() {
    const focused = document.activeElement?.dataset?.step;
    const chosen = [...this.#quantities].map(([id, quantity]) => [this.#products.get(id), quantity]);
    this.lines.replaceChildren(...chosen.map(([product, quantity]) => this.#line(product, quantity)));
    const total = chosen.reduce((sum, [product, quantity]) => sum + product.price * quantity, 0);
    this.total.textContent = euros(total);
    this.none.hidden = chosen.length > 0;
    for (const button of this.buttons) button.disabled = chosen.length === 0;
    if (focused) this.lines.querySelector(`[data-step="${focused}"]`)?.focus();
  }

  #line(product, quantity) {
    return el(
      "li",
      { class: "ticket-line" },
      el("span", {}, product.name),
      el("span", { class: "stepper" },
        this.#step(product, -1, "−", `Quitar una unidad de ${product.name}`),
        el("output", { "aria-label": `Cantidad de ${product.name}` }, amount(quantity)),
        this.#step(product, 1, "+", `Añadir una unidad de ${product.name}`, quantity >= product.stock)),
      el("span", { class: "number" }, euros(product.price * quantity)),
    );
  }

  #step(product, by, sign, label, disabled = false) {
    const dataset = { step: `${product.id}:${by}` };
    const onclick = () => this.#change(product.id, by);
    return el("button", { type: "button", class: "btn btn-outline-primary", "aria-label": label, disabled, dataset, onclick }, sign);
  }
}
