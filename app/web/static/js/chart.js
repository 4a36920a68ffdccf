// A small bar chart as SVG: one bar a day, each with a title.

import { svg } from "./dom.js";
import { day, euros, longDay } from "./format.js";

const HEIGHT = 240;
const LEFT = 56;
const RIGHT = 8;
const TOP = 12;
const BOTTOM = 26;
const LABEL_PIXELS = 62;
const STEPS = [1, 2, 2.5, 5, 10];

// Days are {day: "2030-12-31", amount: 12.5}, in order; the width is in pixels.
export function barChart(days, label, width) {
  const most = Math.max(...days.map((each) => each.amount), 1);
  const step = niceStep(most / 4);
  const top = Math.ceil(most / step) * step;
  const high = (value) => ((HEIGHT - TOP - BOTTOM) * value) / top;
  const wide = (width - LEFT - RIGHT) / days.length;
  const every = Math.ceil(LABEL_PIXELS / wide);
  const chart = svg("svg", { class: "chart", width, height: HEIGHT, role: "img", "aria-label": label });
  for (let value = 0; value <= top; value += step) {
    const y = HEIGHT - BOTTOM - high(value);
    chart.append(
      svg("line", { class: "chart-line", x1: LEFT, x2: width - RIGHT, y1: y, y2: y }),
      svg("text", { x: LEFT - 8, y: y + 4, "text-anchor": "end" }, `${value.toLocaleString("es-ES")} €`),
    );
  }
  days.forEach((each, index) => {
    const x = LEFT + index * wide;
    const last = index === days.length - 1;
    const bar = svg("rect", {
      class: last ? "chart-bar today" : "chart-bar",
      x: x + wide * 0.14, width: wide * 0.72, y: HEIGHT - BOTTOM - high(each.amount), height: high(each.amount), rx: 2,
    });
    bar.append(svg("title", {}, `${longDay(each.day)}: ${euros(each.amount)}`));
    chart.append(bar);
    if ((days.length - 1 - index) % every === 0) {
      chart.append(svg("text", { x: last ? width - RIGHT : x + wide / 2, y: HEIGHT - 8, "text-anchor": last ? "end" : "middle" }, day(each.day)));
    }
  });
  return chart;
}

// The least round number that is not below.
function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return STEPS.map((step) => step * power).find((step) => step >= least);
}
