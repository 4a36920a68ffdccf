// Sales: the last thirty days as a chart and in figures.

import { showProblem } from "../alerts.js";
import { get } from "../api.js";
import { barChart } from "../chart.js";
import { el, tile } from "../dom.js";
import { amount, euros, longDay, shortDay } from "../format.js";
import { List } from "../list.js";

export function salesTab() {
  const tiles = el("dl", { class: "tiles" });
  const figure = el("div");
  const draw = drawnInto(figure);
  const days = new List({
    path: "/api/sales/daily",
    caption: "Ventas por día",
    things: ["día", "días"],
    none: "No hay ventas en este periodo.",
    perPage: 10,
    parameters: () => ({ sort: "-day" }),
    columns: [
      { title: "Día", cell: (each) => shortDay(each.day) },
      { title: "Tickets", number: true, cell: (each) => amount(each.tickets) },
      { title: "Piezas", number: true, from: "md", cell: (each) => amount(each.pieces) },
      { title: "Ticket medio", number: true, from: "sm", cell: (each) => euros(each.average_ticket) },
      { title: "Ventas", number: true, cell: (each) => euros(each.amount) },
    ],
  });

  async function showChart() {
    try {
      const { items } = await get("/api/sales/daily");
      const sum = (key) => items.reduce((total, each) => total + each[key], 0);
      const best = items.reduce((found, each) => (each.amount > found.amount ? each : found), items[0]);
      const tickets = sum("tickets");
      tiles.replaceChildren(
        tile("Ventas en 30 días", euros(sum("amount"))),
        tile("Tickets", amount(tickets)),
        tile("Ticket medio", euros(tickets ? sum("amount") / tickets : 0)),
        tile("Hoy", euros(items.at(-1).amount)),
      );
      const label = `Ventas de los últimos 30 días. El mejor fue el ${longDay(best.day)}, con ${euros(best.amount)}.`;
      draw((width) => barChart(items, label, width));
    } catch (problem) {
      showProblem(problem);
    }
  }

  const pane = el(
    "div",
    {},
    tiles,
    el("section", { class: "panel", "aria-labelledby": "chart-title" },
      el("h2", { class: "h5", id: "chart-title" }, "Ventas de los últimos 30 días"), figure),
    el("section", { class: "panel", "aria-labelledby": "days-title" },
      el("h2", { class: "h5", id: "days-title" }, "Día a día"), days.element),
  );
  return { pane, load: () => Promise.all([showChart(), days.load()]) };
}

// Draws a chart as wide as the figure, and again whenever that width changes.
function drawnInto(figure) {
  let chart = null;
  let drawn = 0;
  const draw = () => {
    const width = figure.clientWidth;
    if (chart === null || width === 0 || width === drawn) return;
    drawn = width;
    figure.replaceChildren(chart(width));
  };
  new ResizeObserver(draw).observe(figure);
  return (newChart) => {
    chart = newChart;
    drawn = 0;
    draw();
  };
}
