// Creates elements. Text is inserted as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

// An element: attributes (`class`, `dataset`, `onclick`, properties such as `disabled`), children.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// A badge; `state` chooses its colour.
export function badge(state, text) {
  return el("span", { class: `state state-${state}` }, text);
}

// A text with a note below it in small type.
export function withNote(text, note) {
  return [text, note ? el("span", { class: "minor" }, note) : null];
}

export function tile(label, value, tone = "") {
  const extra = tone ? ` tile-${tone}` : "";
  return el("div", { class: `tile${extra}` }, el("dt", {}, label), el("dd", {}, value));
}

// Call `call` once, after `milliseconds` without another call.
export function debounce(milliseconds, call) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...given), milliseconds);
  };
}

// Run an action with its button disabled, so that it cannot be started twice.
export async function whileDisabled(button, action) {
  button.disabled = true;
  try {
    return await action();
  } finally {
    button.disabled = false;
  }
}
