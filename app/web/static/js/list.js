// A table of one of the API's lists: searched by the server, a page at a time.

import { get } from "./api.js";
import { showProblem } from "./alerts.js";
import { debounce, el } from "./dom.js";
import { count } from "./format.js";

const SEARCH_MILLISECONDS = 250;

// Options: `path`, `columns` [{title, cell(item), number?, from?}], `caption`, `none` (said of an
// empty list), `things` [one, many], and optionally `parameters()`, `perPage`, `search` (a label),
// `filters` (elements), `onItems(page)`. `from` is the screen width a column needs: "sm", "md", "xxl".
export class List {
  #options;
  #page = 1;
  #words = "";
  #asked = 0;

  constructor(options) {
    this.#options = { perPage: 25, parameters: () => ({}), ...options };
    this.body = el("tbody");
    this.none = el("p", { class: "list-none", hidden: true }, options.none);
    this.pager = el("nav", { class: "pager", "aria-label": `Páginas: ${options.caption}`, hidden: true });
    this.table = el(
      "div",
      { class: "table-responsive" },
      el(
        "table",
        { class: "table" },
        el("caption", { class: "visually-hidden" }, options.caption),
        el("thead", {}, el("tr", {}, options.columns.map((column) => heading(column)))),
        this.body,
      ),
    );
    this.element = el("div", { class: "list" }, this.#tools(), this.table, this.none, this.pager);
  }

  #tools() {
    const { search, filters = [] } = this.#options;
    if (!search) return null;
    const field = el("input", {
      type: "search",
      class: "form-control list-search",
      placeholder: search,
      "aria-label": search,
      oninput: debounce(SEARCH_MILLISECONDS, () => {
        this.#words = field.value.trim();
        this.restart();
      }),
    });
    return el("div", { class: "list-head" }, field, ...filters);
  }

  // Load the first page, after a change of the search or a filter.
  restart() {
    this.#page = 1;
    return this.load();
  }

  async load() {
    const { path, parameters, perPage, onItems } = this.#options;
    const asked = (this.#asked += 1);
    this.element.setAttribute("aria-busy", "true");
    try {
      const query = { page: this.#page, per_page: perPage, q: this.#words, ...parameters() };
      const page = await get(path, query);
      if (asked !== this.#asked) return; // a later request was sent meanwhile
      this.#show(page);
      onItems?.(page);
    } catch (problem) {
      if (problem.code === "page_out_of_range") await this.restart();
      else showProblem(problem);
    } finally {
      if (asked === this.#asked) this.element.removeAttribute("aria-busy");
    }
  }

  #show({ items, page, per_page: perPage, total }) {
    const { columns } = this.#options;
    this.body.replaceChildren(
      ...items.map((item) => el("tr", {}, columns.map((column) => cell(column, item)))),
    );
    this.table.hidden = items.length === 0;
    this.none.hidden = items.length > 0;
    this.#showPager(page, Math.ceil(total / perPage), total);
  }

  #showPager(page, last, total) {
    const [one, many] = this.#options.things;
    this.pager.hidden = last <= 1;
    this.pager.replaceChildren(
      this.#turn("Anterior", page - 1, page > 1),
      el("span", { "aria-live": "polite" }, `Página ${page} de ${last} · ${count(total, one, many)}`),
      this.#turn("Siguiente", page + 1, page < last),
    );
  }

  #turn(text, page, possible) {
    return el(
      "button",
      {
        type: "button",
        class: "btn btn-outline-primary btn-sm",
        disabled: !possible,
        dataset: { turn: text },
        onclick: async () => {
          this.#page = page;
          await this.load();
          this.pager.querySelector(`[data-turn="${text}"]`).focus(); // the old button was replaced
          this.element.scrollIntoView({ block: "nearest" });
        },
      },
      text,
    );
  }
}

const classes = ({ number, from }) =>
  [number ? "number" : "", from ? `d-none d-${from}-table-cell` : ""].join(" ").trim();

const heading = (column) => el("th", { scope: "col", class: classes(column) }, column.title);

const cell = (column, item) => el("td", { class: classes(column) }, column.cell(item));

// A drop-down that filters a list: [["value", "text"], …].
export function filter(label, choices, onchange) {
  return el(
    "select",
    { class: "form-select w-auto", "aria-label": label, onchange },
    choices.map(([value, text]) => el("option", { value }, text)),
  );
}
