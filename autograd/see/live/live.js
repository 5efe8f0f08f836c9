// The live page: computes `model` at the reader's numbers, and shows them in the picture, the sliders and the plot.
// It stands in one block with functions.js and the model, which are its only dependencies.
const data = JSON.parse(document.getElementById("data").textContent);
const picture = document.getElementById("picture");
const plot = document.getElementById("plot");
const rootName = data.titles[data.root];
const v = Float64Array.from(model.start); // data
const g = new Float64Array(v.length); // gradients
const d = new Float64Array(data.edges.length); // local derivatives, one for each arrow
let dragged = 0; // the slider along which the plot is drawn

// Numbers

// A number in four digits, as the picture writes it.
function format(x) {
  if (Number.isNaN(x)) return "nan";
  if (Math.abs(x) === Infinity) return x < 0 ? "-inf" : "inf";
  if (Object.is(x, -0)) return "-0";
  if (Math.abs(x) >= 9999.5 && Math.abs(x) < 1e6) return x.toFixed(0);
  const text = x.toPrecision(4);
  const exponent = x === 0 ? 0 : Number(x.toExponential(3).split("e")[1]);
  const trimmed = (digits) => (digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits);
  if (exponent >= -4 && exponent < 4) return trimmed(text.includes("e") ? String(Number(text)) : text);
  const power = `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  return `${trimmed(x.toExponential(3).split("e")[0])}e${power}`;
}

// The number that a text stands for, or null. A typed minus may be the typographic one.
function parse(text) {
  const plain = text.trim().replace("\u2212", "-");
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain);
  return isNumber && Number.isFinite(Number(plain)) ? Number(plain) : null;
}

// The picture

const boxes = [];
for (const box of picture.querySelectorAll("[data-name]")) {
  const node = data.names.indexOf(box.dataset.name);
  const [title, number, grad] = ["title", ".data tspan", ".grad tspan"].map((part) => box.querySelector(part));
  if (node >= 0) boxes.push({ node, title, data: number, grad });
}
const placeOfEdge = new Map(data.edges.map((name, k) => [name, k]));
const numbers = []; // what ends in "= number" on an arrow and in its hint
for (const arrow of picture.querySelectorAll("[data-from]")) {
  const edge = placeOfEdge.get(arrow.dataset.from);
  const ending = (element) => /^([^]*= )\S+$/.exec(element.textContent);
  for (const element of edge === undefined ? [] : arrow.querySelectorAll("text, title")) {
    const found = ending(element);
    if (found) numbers.push({ element, before: found[1], edge });
  }
}

function gradientText(node) {
  return data.reached[node] ? format(g[node]) : "\u2013";
}

function showPicture() {
  for (const box of boxes) {
    if (box.data) box.data.textContent = format(v[box.node]);
    if (box.grad) box.grad.textContent = gradientText(box.node);
    if (box.title) {
      const gradient = box.grad ? `, grad ${data.reached[box.node] ? g[box.node] : "none"}` : "";
      box.title.textContent = `${data.titles[box.node]}: data ${v[box.node]}${gradient}`;
    }
  }
  for (const { element, before, edge } of numbers) element.textContent = before + format(d[edge]);
  const description = picture.querySelector("desc");
  if (description) description.textContent = boxes.map((box) => box.title?.textContent ?? "").join(". ").slice(0, 4000);
}

// Scrolls the picture, and only it, to the box of the result.
function bringRootIntoView() {
  const root = picture.querySelector(`[data-name="${CSS.escape(data.names[data.root])}"]`);
  if (!root) return;
  const [box, frame] = [root.getBoundingClientRect(), picture.getBoundingClientRect()];
  picture.scrollBy(box.right + 30 - frame.right, (box.top + box.bottom - frame.top - frame.bottom) / 2);
}

// The plot: the result along the slider that was moved last, and below it the derivative

const SVG = "http://www.w3.org/2000/svg";
const POINTS = 300;
const LEFT = 56;
const HEIGHT = 170; // of a panel, with its labels

function drawn(parent, kind, attributes, text) {
  const element = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

// Where the result is nan there is no slope to draw, though the rule may give a number there, as 1 / x for log(x).
function slopeAt(node, values, gradients) {
  if (Number.isNaN(values[data.root])) return NaN;
  return data.reached[node] ? gradients[node] : 0;
}

function curve(slider) {
  const at = Float64Array.from(v);
  const slopes = new Float64Array(v.length);
  const points = [];
  for (let k = 0; k <= POINTS; k += 1) {
    const x = slider.low + ((slider.high - slider.low) * k) / POINTS;
    at[slider.node] = x;
    model.forward(at);
    model.backward(at, slopes);
    points.push([x, at[data.root], slopeAt(slider.node, at, slopes)]);
  }
  return points;
}

// The range of an axis. A pole is cut off: where few points reach far beyond the others, those do not count.
function extent(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (!sorted.length) return [-1, 1];
  const cut = Math.floor(sorted.length * 0.03);
  let [low, high] = [sorted[cut], sorted[sorted.length - 1 - cut]];
  if (sorted[sorted.length - 1] - sorted[0] < 8 * (high - low)) [low, high] = [sorted[0], sorted[sorted.length - 1]];
  const room = (high - low) * 0.08 || Math.max(Math.abs(low) * 0.1, 1);
  return [low - room, high + room];
}

function ticks(low, high, most) {
  const power = 10 ** Math.floor(Math.log10((high - low) / most));
  const step = [1, 2, 5, 10].map((k) => k * power).find((size) => (high - low) / size <= most) ?? 10 * power;
  const found = [];
  for (let k = Math.ceil(low / step); k * step <= high; k += 1) found.push(Number((k * step).toPrecision(12)));
  return found;
}

function panel(svg, top, width, slider, points, place, now, title) {
  const [low, high] = extent([...points.map((point) => point[place]), now]);
  const bottom = top + HEIGHT - 26;
  const x = (value) => LEFT + ((value - slider.low) / (slider.high - slider.low)) * (width - LEFT - 12);
  const y = (value) => bottom - ((value - low) / (high - low)) * (bottom - top - 24);
  for (const tick of ticks(low, high, 4)) {
    drawn(svg, "line", { class: tick === 0 ? "axis" : "grid", x1: LEFT, x2: width - 12, y1: y(tick), y2: y(tick) });
    drawn(svg, "text", { class: "tick", x: LEFT - 6, y: y(tick) + 4, "text-anchor": "end" }, format(tick));
  }
  for (const tick of ticks(slider.low, slider.high, width < 500 ? 5 : 9)) {
    drawn(svg, "line", { class: tick === 0 ? "axis" : "grid", x1: x(tick), x2: x(tick), y1: top + 24, y2: bottom });
    drawn(svg, "text", { class: "tick", x: x(tick), y: bottom + 16, "text-anchor": "middle" }, format(tick));
  }
  let path = "";
  let before = NaN;
  for (const point of points) {
    const value = point[place];
    const visible = value >= low - (high - low) && value <= high + (high - low);
    const goesOn = Math.abs(value - before) < high - low; // not from one side of a pole to the other
    if (visible) path += `${goesOn ? "L" : "M"}${x(point[0]).toFixed(1)} ${y(value).toFixed(1)}`;
    before = visible ? value : NaN;
  }
  const clip = drawn(drawn(svg, "clipPath", { id: `panel${place}` }), "rect", { x: LEFT, y: top + 24 });
  clip.setAttribute("width", width - LEFT - 12);
  clip.setAttribute("height", bottom - top - 24);
  drawn(svg, "path", { class: `curve curve${place}`, d: path, "clip-path": `url(#panel${place})` });
  drawn(svg, "text", { class: "name", x: LEFT, y: top + 15 }, title);
  const seen = v[slider.node] >= slider.low && v[slider.node] <= slider.high && now >= low && now <= high;
  if (seen) drawn(svg, "circle", { class: "dot", cx: x(v[slider.node]), cy: y(now), r: 5.5 });
  return { x, y, clip: `url(#panel${place})`, seen };
}

function showPlot() {
  if (!data.plotted) return;
  const slider = data.sliders[dragged];
  const width = Math.max(280, plot.clientWidth);
  const name = data.titles[slider.node];
  const points = curve(slider);
  const slope = slopeAt(slider.node, v, g);
  const svg = document.createElementNS(SVG, "svg");
  drawn(svg, "title", {}, `${rootName} and d${rootName}/d${name} for ${name} from ${slider.low} to ${slider.high}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("width", width);
  svg.setAttribute("height", 2 * HEIGHT);
  const above = panel(svg, 0, width, slider, points, 1, v[data.root], `${rootName} along ${name}`);
  panel(svg, HEIGHT, width, slider, points, 2, slope, `d${rootName}/d${name}: the slope of the line above`);
  if (above.seen && Number.isFinite(slope)) {
    const reach = (slider.high - slider.low) / 6;
    const [from, to] = [v[slider.node] - reach, v[slider.node] + reach];
    const height = (x) => above.y(v[data.root] + slope * (x - v[slider.node]));
    const ends = { x1: above.x(from), y1: height(from), x2: above.x(to), y2: height(to) };
    drawn(svg, "line", { class: "tangent", ...ends, "clip-path": above.clip });
  }
  plot.replaceChildren(svg);
}

// The sliders

const controls = data.sliders.map((slider, k) => ({
  range: document.getElementById(`slider${k}`),
  number: document.getElementById(`number${k}`),
  gradient: document.getElementById(`gradient${k}`),
  wrong: document.getElementById(`wrong${k}`),
}));

function show() {
  model.forward(v);
  model.backward(v, g);
  model.local(v, d);
  document.getElementById("result").textContent = `${rootName} = ${format(v[data.root])}`;
  data.sliders.forEach((slider, k) => {
    const { range, gradient } = controls[k];
    gradient.textContent = `d${rootName}/d${data.titles[slider.node]} = ${gradientText(slider.node)}`;
    range.setAttribute("aria-valuetext", format(v[slider.node]));
  });
  showPicture();
  showPlot();
}

function complain(k, message) {
  controls[k].wrong.textContent = message;
  controls[k].number.setAttribute("aria-invalid", String(message !== ""));
}

function move(k, value, typed) {
  dragged = k;
  v[data.sliders[k].node] = value;
  if (!typed) controls[k].number.value = String(value);
  controls[k].range.value = String(value);
  complain(k, "");
  show();
}

controls.forEach(({ range, number }, k) => {
  range.oninput = () => move(k, Number(range.value), false);
  number.onchange = () => {
    const value = parse(number.value);
    const node = data.sliders[k].node;
    const kept = `${data.titles[node]} stays ${v[node]}`;
    if (value !== null) move(k, value, true);
    else complain(k, `"${number.value.slice(0, 40)}" is not a number; type one such as -0.5. ${kept}.`);
  };
});

function reset() {
  data.sliders.forEach((slider, k) => {
    v[slider.node] = model.start[slider.node];
    controls[k].number.value = String(v[slider.node]);
    controls[k].range.value = String(v[slider.node]);
    complain(k, "");
  });
  show();
}

document.getElementById("reset").onclick = reset;
document.body.classList.add("computes");
if (data.plotted) addEventListener("resize", showPlot);
reset();
bringRootIntoView();
