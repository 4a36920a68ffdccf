// The total of an order while it is written, at the prices of the customer that is chosen.

const form = document.getElementById("pedido");
const customer = document.getElementById("cliente");
const total = document.getElementById("order-total");
const euros = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: "EUR", useGrouping: "always" });
const pieces = [...form.querySelectorAll("input[data-price]")];

// In whole cents, and factors in ten-thousandths: each piece is rounded as the server rounds it.
function show() {
  const factor = Number(customer.selectedOptions[0]?.dataset.factor);
  const cents = pieces.reduce((sum, field) => {
    const price = Math.floor((Math.round(Number(field.dataset.price) * 100) * factor + 5000) / 10000);
    return sum + price * Math.max(0, Math.trunc(Number(field.value)));
  }, 0);
  total.hidden = !(cents > 0);
  total.querySelector("output").textContent = euros.format(cents / 100);
}

form.addEventListener("input", show);
show();
