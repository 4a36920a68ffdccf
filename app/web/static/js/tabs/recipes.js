// Recipes: their costs and margins, and one of them in detail.

import { showProblem } from "../alerts.js";
import { get } from "../api.js";
import { el, withNote } from "../dom.js";
import { amount, euros, percent, quantity } from "../format.js";
import { List } from "../list.js";

export function recipesTab() {
  const detail = el("section", { class: "panel stay", "aria-live": "polite", "aria-label": "Receta elegida" },
    el("p", { class: "list-none" }, "Elige una receta para ver sus ingredientes."));
  const open = async (recipe) => {
    try {
      detail.replaceChildren(...describe(await get(`/api/recipes/${recipe.id}`)));
      detail.scrollIntoView({ block: "nearest", behavior: "smooth" });
    } catch (problem) {
      showProblem(problem);
    }
  };
  const list = new List({
    path: "/api/recipes",
    caption: "Recetas",
    things: ["receta", "recetas"],
    none: "Ninguna receta coincide con lo que buscas.",
    search: "Buscar receta",
    columns: [
      { title: "Receta", cell: (recipe) => [recipeButton(recipe, open), el("span", { class: "minor" }, recipe.category)] },
      { title: "Piezas", number: true, from: "md", cell: (recipe) => amount(recipe.yield_quantity) },
      { title: "Coste", number: true, cell: (recipe) => euros(recipe.cost_per_piece) },
      { title: "Precio", number: true, cell: (recipe) => euros(recipe.price) },
      { title: "Margen", number: true, cell: (recipe) => percent(recipe.margin_percent) },
    ],
  });
  const pane = el(
    "div",
    {},
    el("h2", { class: "visually-hidden" }, "Recetas"),
    el("div", { class: "columns columns-till" }, el("div", { class: "panel" }, list.element), detail),
  );
  return { pane, load: () => list.load() };
}

const recipeButton = (recipe, open) =>
  el("button", { type: "button", class: "btn btn-link p-0 text-start", onclick: () => open(recipe) }, recipe.name);

function describe(recipe) {
  const rows = recipe.ingredients.map((item) =>
    el("tr", {},
      el("td", {}, item.name),
      el("td", { class: "number" }, quantity(item.quantity, item.unit)),
      el("td", { class: "number" }, euros(item.cost))));
  return [
    el("h3", { class: "h5" }, ...withNote(recipe.name, `${amount(recipe.yield_quantity)} piezas · ${amount(recipe.total_minutes)} min · horno a ${amount(recipe.oven_celsius)} °C`)),
    el("p", {}, recipe.instructions),
    el("div", { class: "table-responsive" },
      el("table", { class: "table table-sm" },
        el("caption", { class: "visually-hidden" }, `Ingredientes de ${recipe.name}`),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Ingrediente"), el("th", { scope: "col", class: "number" }, "Cantidad"), el("th", { scope: "col", class: "number" }, "Coste"))),
        el("tbody", {}, rows))),
    el("p", { class: "mb-1" }, `Coste de la hornada: ${euros(recipe.cost_per_run)}`),
    recipe.allergens.length ? el("p", { class: "mb-0" }, `Alérgenos: ${recipe.allergens.join(", ")}`) : null,
  ].filter(Boolean);
}
