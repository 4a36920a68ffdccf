// The till under a thumb: a tap adds a piece, and the ticket with its total is always in sight.
// The form's own fields hold the quantities, so that what is sent is what is seen.

const form = document.getElementById("till");
const lines = document.getElementById("ticket-lines");
const empty = document.getElementById("ticket-empty");
const total = document.getElementById("ticket-total");
const cash = document.getElementById("ticket-cash");
const given = document.getElementById("given");
const change = document.getElementById("change");
const most = document.getElementById("ticket-most");
const offline = document.getElementById("ticket-offline");
const euros = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: "EUR", useGrouping: "always" });
const products = [...form.querySelectorAll(".product")];
let waiting = null;

const [group, decimal] = ["group", "decimal"].map(
  (kind) => euros.formatToParts(1000.5).find((part) => part.type === kind).value,
);
// A number as it is written in the page's language: «1.000» is a thousand in Spanish; else as it is.
const grouped = new RegExp(`^[1-9]\\d{0,2}(\\${group}\\d{3})+$`);
const written = (text) => text.includes(",") || grouped.test(text);
const read = (text) => Number(written(text) ? text.replaceAll(group, "").replace(decimal, ".") : text);
const field = (product) => product.querySelector("input");
const count = (product) => Number(field(product).value) || 0;
const cents = (product) => count(product) * Math.round(Number(product.dataset.price) * 100);
const sum = () => products.reduce((all, product) => all + cents(product), 0);

function add(product, pieces) {
  const wanted = Math.max(0, count(product) + pieces);
  const now = Math.min(Number(product.dataset.stock), wanted);
  field(product).value = now || "";
  most.textContent = now < wanted ? form.dataset.most.replace("{name}", product.dataset.name) : "";
  show();
}

// The line is drawn again; the keyboard stays where it was.
function takeOne(product) {
  add(product, -1);
  const again = lines.querySelector(`[data-line="${product.dataset.product}"] button`);
  (again ?? product.querySelector(".product-add")).focus();
}

function button(text, label, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button button-small";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", action);
  return made;
}

function line(product) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = `${count(product)} × ${product.dataset.name}`;
  const amount = document.createElement("span");
  amount.textContent = euros.format(cents(product) / 100);
  item.append(name, amount, button("−", form.dataset.take.replace("{name}", product.dataset.name), () => takeOne(product)));
  item.dataset.line = product.dataset.product;
  return item;
}

function show() {
  const chosen = products.filter((product) => count(product) > 0);
  for (const product of products) {
    if (count(product) > 0) product.dataset.count = count(product);
    else delete product.dataset.count;
  }
  lines.replaceChildren(...chosen.map(line));
  empty.hidden = chosen.length > 0;
  cash.hidden = chosen.length === 0;
  total.textContent = euros.format(sum() / 100);
  for (const pay of form.querySelectorAll("[name=pago]")) pay.disabled = chosen.length === 0;
  showChange();
}

function showChange() {
  const paid = Math.round(read(given.value) * 100);
  const text = paid < sum() ? form.dataset.short : form.dataset.change;
  const amount = euros.format(Math.abs(paid - sum()) / 100);
  change.textContent = given.value && !Number.isNaN(paid) ? text.replace("{amount}", amount) : "";
}

for (const product of products) {
  product.querySelector(".product-add").addEventListener("click", () => add(product, 1));
}
given.addEventListener("input", showChange);

// Without a connection the ticket waits here, with its key: it is rung up once, when that is back.
form.addEventListener("submit", (event) => {
  if (navigator.onLine) return;
  event.preventDefault();
  waiting = event.submitter;
  offline.hidden = false;
}, { capture: true }); // before the form counts as sent
window.addEventListener("online", () => {
  offline.hidden = true;
  if (waiting) form.requestSubmit(waiting);
  waiting = null;
});
window.addEventListener("pageshow", show);
show();
