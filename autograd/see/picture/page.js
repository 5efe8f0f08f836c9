// The page of a saved picture: fits it to the width, down to a size that can be read, and enlarges it by buttons, keys,
// the wheel with Ctrl, or a pinch that the browser turns into such a wheel. Dragging moves it. Without this script the
// picture is shown as it is.
"use strict";

const frame = document.getElementById("picture");
const picture = frame.querySelector("svg");
const wide = picture.viewBox.baseVal.width;
const high = picture.viewBox.baseVal.height;
const SMALLEST = 0.05;
const LARGEST = 8;
const READABLE = 0.6; // as in a notebook
let scale = 1;

// Enlarges the picture so that the point (x, y) of the frame stays where it is.
function zoom(to, x = frame.clientWidth / 2, y = frame.clientHeight / 2) {
  const before = scale;
  scale = Math.min(LARGEST, Math.max(SMALLEST, to));
  const left = (frame.scrollLeft + x) * (scale / before) - x;
  const top = (frame.scrollTop + y) * (scale / before) - y;
  picture.setAttribute("width", wide * scale);
  picture.setAttribute("height", high * scale);
  frame.scrollTo(left, top);
  document.getElementById("scale").textContent = `${Math.round(scale * 100)} %`;
}

function fit() {
  zoom(Math.min(1, frame.clientWidth / wide));
  frame.scrollTo(0, 0);
}

const actions = { larger: () => zoom(scale * 1.25), smaller: () => zoom(scale / 1.25), whole: fit };
for (const [id, act] of Object.entries(actions)) document.getElementById(id).onclick = act;
addEventListener("keydown", (event) => {
  const id = { "+": "larger", "=": "larger", "-": "smaller", "0": "whole" }[event.key];
  if (id && !event.ctrlKey && !event.metaKey && !event.altKey) actions[id]();
});
frame.addEventListener("wheel", (event) => {
  if (!event.ctrlKey) return; // the page scrolls
  event.preventDefault();
  const box = frame.getBoundingClientRect();
  zoom(scale * Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
}, { passive: false });
frame.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || event.pointerType === "touch") return; // a finger scrolls by itself
  const from = { x: event.clientX + frame.scrollLeft, y: event.clientY + frame.scrollTop };
  const move = (to) => frame.scrollTo(from.x - to.clientX, from.y - to.clientY);
  frame.addEventListener("pointermove", move);
  addEventListener("pointerup", () => frame.removeEventListener("pointermove", move), { once: true });
});

document.body.classList.add("moves");
fit();
if (scale < READABLE) zoom(READABLE, 0, 0); // a phone shows a part that can be read; "fit" shows the whole
