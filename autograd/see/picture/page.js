// The page of a saved picture: fits it to the width, down to a size that can be read, and enlarges it by buttons, keys,
// the wheel with Ctrl, or a pinch that the browser turns into such a wheel. `opening.js` comes before it. Without scripts
// the picture is shown as it is.

const SMALLEST = 0.05;
const LARGEST = 8;
const READABLE = 0.6; // as in a notebook

const scales = new Map(); // of the pictures that were left, with the place that was seen

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
  if (scale >= READABLE) return;
  zoom(READABLE, 0, 0);
  // The corner of a picture may be empty, so the box nearest to it is brought into view.
  const view = frame.getBoundingClientRect();
  const boxes = [...picture.querySelectorAll(".item")].map((box) => box.getBoundingClientRect());
  const [first] = boxes.sort((a, b) => a.left + a.top - b.left - b.top);
  if (first) frame.scrollBy(Math.max(0, first.right - view.right + 8), Math.max(0, first.bottom - view.bottom + 8));
}

// Folded boxes

const tell = (words) => { byId("word").textContent = words; };
const canDrag = (event) => event.pointerType !== "touch"; // a finger scrolls by itself

function show(k) {
  scales.set(shown, [scale, frame.scrollLeft, frame.scrollTop]);
  exchange(k);
  scale = 1;
  const seen = scales.get(k);
  if (!seen) return begin();
  zoom(seen[0]);
  frame.scrollTo(seen[1], seen[2]);
  chosen = true;
}

function press(box) {
  if (box.dataset.inside) open(Number(box.dataset.inside));
  else tell(`${nameOf(box)}: ${CLOSED}.`);
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
  if (id) act(id);
  else if (!opensOrCloses(event.key)) return;
  event.preventDefault();
});
frame.addEventListener("wheel", (event) => {
  if (!event.ctrlKey) return; // the page scrolls
  event.preventDefault();
  const box = frame.getBoundingClientRect();
  chosen = true;
  zoom(scale * Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
}, { passive: false });

frame.addEventListener("click", (event) => {
  const box = event.target.closest(FOLDED);
  if (box && !dragged) press(box);
});

document.body.classList.add("moves");
mark();
if (picture.querySelector(".opens")) tell("A click on a box with + shows what it holds; Escape leads back.");
begin();
// A frame in a notebook has no size when its script runs.
new ResizeObserver(() => chosen || begin()).observe(frame);
