// The page of a saved picture: fits it to the width, down to a size that can be read, and enlarges it by buttons, keys,
// the wheel with Ctrl, or a pinch that the browser turns into such a wheel. Dragging moves it. A click on a folded box,
// or Enter where it has the focus, opens it; Escape and the trail of opened boxes lead back. Without this script the
// picture is shown as it is.
"use strict";

const SMALLEST = 0.05;
const LARGEST = 8;
const READABLE = 0.6; // as in a notebook
const FOLDED = ".item.block, .item.elided, .item.neuron";

const byId = (id) => document.getElementById(id);
const frame = byId("picture");
const whole = frame.querySelector("svg");
const templates = [...document.querySelectorAll("template.inside")];
// Picture k is the inside of one box of another picture; picture 0 is the whole one.
const insides = [null, ...JSON.parse(byId("insides")?.textContent ?? "[]")];
const scales = new Map(); // of the pictures that were left, with the place that was seen

let picture = whole;
let shown = 0;
let scale = 1;
let chosen = false; // whether the reader has chosen the size

// Size and place

// Enlarges the picture so that the point (x, y) of the frame stays where it is.
function zoom(to, x = frame.clientWidth / 2, y = frame.clientHeight / 2) {
  const before = scale;
  const { width, height } = picture.viewBox.baseVal;
  scale = Math.min(LARGEST, Math.max(SMALLEST, to));
  const left = (frame.scrollLeft + x) * (scale / before) - x;
  const top = (frame.scrollTop + y) * (scale / before) - y;
  picture.setAttribute("width", width * scale);
  picture.setAttribute("height", height * scale);
  frame.scrollTo(left, top);
  byId("scale").textContent = `${Math.round(scale * 100)} %`;
}

function fit() {
  zoom(Math.min(1, frame.clientWidth / picture.viewBox.baseVal.width));
  frame.scrollTo(0, 0);
}

// Fits the picture; a phone shows a part of it that can be read, and "fit" shows the whole.
function begin() {
  chosen = false;
  fit();
  if (scale < READABLE) zoom(READABLE, 0, 0);
}

// Folded boxes

const nameOf = (box) => box.querySelector(".title").textContent.replace(/^… /, "");
const boxOf = (k) => picture.querySelector(`#${picture.id}-item${insides[k][1]}`);

// Makes buttons of the boxes that open in this picture.
function mark() {
  insides.forEach((inside, k) => {
    if (!inside || inside[0] !== shown) return;
    const box = boxOf(k);
    const shape = [...box.querySelectorAll(".shape")].at(-1); // of a pile, the one in front
    const [x, y, wide] = ["x", "y", "width"].map((name) => Number(shape.getAttribute(name)));
    const sign = document.createElementNS(picture.namespaceURI, "path");
    sign.setAttribute("d", `M${x + wide - 14} ${y + 8}h8m-4 -4v8`);
    sign.setAttribute("class", "sign");
    box.append(sign);
    box.classList.add("opens");
    box.dataset.inside = k;
    box.setAttribute("role", "button");
    box.setAttribute("tabindex", "0");
    box.setAttribute("aria-label", `open ${box.querySelector("title")?.textContent ?? nameOf(box)}`);
  });
  // An image cannot hold buttons.
  if (picture.querySelector(".opens")) picture.setAttribute("role", "group");
}

function show(k) {
  scales.set(shown, [scale, frame.scrollLeft, frame.scrollTop]);
  const next = k ? templates[k - 1].content.querySelector("svg").cloneNode(true) : whole;
  picture.replaceWith(next);
  [picture, shown, scale] = [next, k, 1];
  if (!picture.querySelector(".opens")) mark();
  const seen = scales.get(k);
  if (seen) {
    zoom(seen[0]);
    frame.scrollTo(seen[1], seen[2]);
    chosen = true;
  } else begin();
  writeTrail();
}

function writeTrail() {
  const path = [];
  for (let k = shown; k; k = insides[k][0]) path.unshift(k);
  const trail = byId("trail");
  trail.hidden = !path.length;
  trail.replaceChildren(...(path.length ? [0, ...path] : []).map((k) => {
    const step = document.createElement(k === shown ? "b" : "button");
    if (k !== shown) Object.assign(step, { type: "button", onclick: () => back(k) });
    else step.setAttribute("aria-current", "page");
    step.textContent = k ? insides[k][2] : "the whole picture";
    return step;
  }));
}

function open(k) {
  show(k);
  frame.focus({ preventScroll: true });
  byId("word").textContent = `Opened: ${insides[k][2]}. Escape leads back.`;
}

// Goes back to a picture that this one was opened from.
function back(to) {
  let from = shown;
  while (from && insides[from][0] !== to) from = insides[from][0];
  show(to);
  boxOf(from)?.focus();
  byId("word").textContent = `Closed: ${insides[from][2]}.`;
}

function press(box) {
  if (box.dataset.inside) open(Number(box.dataset.inside));
  else {
    byId("word").textContent = `This page does not hold the inside of ${nameOf(box)}. In Python, draw(root, focus=node), `
      + 'path=(a, b) or level="op" shows it.';
  }
}

// Moves

const actions = { larger: () => zoom(scale * 1.25), smaller: () => zoom(scale / 1.25), whole: fit };
function act(id) {
  chosen = true;
  actions[id]();
}
for (const id of Object.keys(actions)) byId(id).onclick = () => act(id);
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const id = { "+": "larger", "=": "larger", "-": "smaller", "0": "whole" }[event.key];
  const box = document.activeElement.closest?.(".opens");
  if (id) act(id);
  else if (box && (event.key === "Enter" || event.key === " ")) press(box);
  else if (event.key === "Escape" && shown) back(insides[shown][0]);
  else return;
  event.preventDefault();
});
frame.addEventListener("wheel", (event) => {
  if (!event.ctrlKey) return; // the page scrolls
  event.preventDefault();
  const box = frame.getBoundingClientRect();
  chosen = true;
  zoom(scale * Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
}, { passive: false });

let dragged = false;
frame.addEventListener("pointerdown", (event) => {
  dragged = false;
  if (event.button !== 0 || event.pointerType === "touch") return; // a finger scrolls by itself
  const from = { x: event.clientX, y: event.clientY, left: frame.scrollLeft, top: frame.scrollTop };
  const move = (to) => {
    dragged ||= Math.hypot(to.clientX - from.x, to.clientY - from.y) > 5;
    frame.scrollTo(from.left + from.x - to.clientX, from.top + from.y - to.clientY);
  };
  frame.addEventListener("pointermove", move);
  addEventListener("pointerup", () => frame.removeEventListener("pointermove", move), { once: true });
});
frame.addEventListener("click", (event) => {
  const box = event.target.closest(FOLDED);
  if (box && !dragged) press(box);
});

document.body.classList.add("moves");
mark();
begin();
// A frame in a notebook has no size when its script runs.
new ResizeObserver(() => chosen || begin()).observe(frame);
