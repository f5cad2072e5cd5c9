// The price over time, as steps: between two bids nothing moves.

import { money } from "./money.js";
import { counted, t } from "./texts.js";
import { hourOf, momentOf, pointInTime, span } from "./time.js";
import { draw } from "./view.js";

const height = 180;
const edge = { top: 14, right: 14, bottom: 26 };

export class Chart {
  #place;
  #observer;
  #last = null;

  constructor(place) {
    this.#place = place;
    this.#observer = new ResizeObserver(() => this.#last && this.#draw());
    this.#observer.observe(place);
  }

  close() { this.#observer.disconnect(); }

  /** points: { at, price, isOwn }, oldest first; until: the time up to which the last price holds. */
  show(points, lot, until) {
    this.#last = { points, lot, until };
    this.#draw();
  }

  #draw() {
    const { points, lot, until } = this.#last;
    const width = this.#place.clientWidth;
    if (points.length === 0 || width < 80) return this.#place.replaceChildren();
    const first = points[0];
    const end = Math.max(until, points.at(-1).at + 1000);
    const duration = end - first.at;
    const begin = Math.max(lot.starts_at, first.at - duration * 0.06);
    const prices = points.map((point) => point.price);
    const low = Math.min(...prices);
    const high = Math.max(...prices);
    const ticks = ticksBetween(low, high);
    const isFlat = low === high;
    const floor = isFlat ? low * 0.9 : Math.min(ticks[0], low);
    const ceiling = isFlat ? high * 1.1 : Math.max(ticks.at(-1), high);
    const labels = ticks.map((tick) => money(tick, lot));
    const left = 12 + Math.max(...labels.map((label) => label.length)) * 7;
    const x = (at) => left + (at - begin) / (end - begin) * (width - left - edge.right);
    const y = (price) => height - edge.bottom
      - (price - floor) / (ceiling - floor || 1) * (height - edge.top - edge.bottom);
    const at = (value) => Math.round(value * 10) / 10;

    const svg = draw("svg", {
      viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
      "aria-label": inWords(points, lot), class: "chart",
    });
    ticks.forEach((tick, index) => svg.append(
      draw("line", { x1: left, x2: width - edge.right, y1: at(y(tick)), y2: at(y(tick)), class: "grid" }),
      draw("text", { x: left - 8, y: at(y(tick)) + 4, class: "tick", "text-anchor": "end" }, labels[index])));
    const base = height - 6;
    svg.append(
      draw("text", { x: left, y: base, class: "tick" }, timeLabel(begin, duration)),
      draw("text", { x: width - edge.right, y: base, class: "tick", "text-anchor": "end" },
        timeLabel(end, duration)));

    let line = `M${at(x(first.at))} ${at(y(first.price))}`;
    for (const point of points.slice(1)) line += `H${at(x(point.at))}V${at(y(point.price))}`;
    line += `H${at(x(end))}`;
    const bottom = height - edge.bottom;
    svg.append(
      draw("path", { d: `${line}V${bottom}H${at(x(first.at))}Z`, class: "area" }),
      draw("path", { d: line, class: "line" }));
    if (points.length <= 150) {
      for (const point of points) svg.append(draw("circle", {
        cx: at(x(point.at)), cy: at(y(point.price)), r: point.isOwn ? 4.5 : 2.5,
        class: point.isOwn ? "own" : "dot",
      }));
    }
    svg.append(draw("circle", { cx: at(x(end)), cy: at(y(points.at(-1).price)), r: 4, class: "now" }));
    this.#place.replaceChildren(svg);
  }
}

function timeLabel(at, duration) {
  if (duration < 15 * 60000) return momentOf(at, at);
  return duration < 20 * 3600000 ? hourOf(at) : pointInTime(at);
}

/** What the picture says, for those who don't see it. */
function inWords(points, lot) {
  const [first, last] = [points[0], points.at(-1)];
  return t("chart.words", {
    low: money(first.price, lot), high: money(last.price, lot), bids: counted(points.length, "bid"),
    span: span(last.at - first.at),
  });
}

/** Two to five round amounts that span the prices. */
export function ticksBetween(low, high) {
  if (low === high) return [low];
  const rough = (high - low) / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((by) => by * power).find((by) => by >= rough));
  const ticks = [];
  for (let tick = Math.floor(low / step) * step; tick < high + step; tick += step) ticks.push(tick);
  return ticks;
}
