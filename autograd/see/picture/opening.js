// The part that the page of a picture and the page of the player share. Folded boxes open at a click, or by Enter where
// they have the focus; Escape and the trail of opened boxes lead back; dragging moves the picture. The script of the page follows. It
// has `show(k)`, which shows picture k after `exchange(k)`, `tell(words)` for people who hear the page,
// and `canDrag(event)`.
"use strict";

const FOLDED = ".item.block, .item.elided, .item.neuron";
const CLOSED = 'this page does not hold its inside; in Python, focus=node, path=(a, b) or level="op" shows it';

const byId = (id) => document.getElementById(id);
const frame = byId("picture");
const { places, patterns } = JSON.parse(byId("insides")?.textContent ?? '{"places": []}');
// Picture k is the inside of one box of another picture; picture 0 is the whole one. Of each inside: that picture, the
// box, a title, and what the page needs to know of it.
const insides = [null, ...places];
const packed = [...document.querySelectorAll("script.inside")];

let picture = frame.querySelector("svg");
let shown = 0;
let dragged = false;

const whole = picture.cloneNode(true);
const nameOf = (box) => box.querySelector(".title").textContent.replace(/^… /, "");
const boxOf = (k) => picture.querySelectorAll(".item")[insides[k][1]];

// Makes buttons of the boxes that open in this picture.
function mark() {
  insides.forEach((inside, k) => {
    if (!inside || inside[0] !== shown) return;
    const box = boxOf(k);
    const shape = [...box.querySelectorAll(".shape")].at(-1); // of a pile, the one in front
    const [x, y, wide] = ["x", "y", "width"].map((name) => Number(shape.getAttribute(name)));
    const sign = document.createElementNS(picture.namespaceURI, "path");
    sign.setAttribute("d", `M${x + wide - 9} ${y + 6}h6m-3 -3v6`);
    sign.setAttribute("class", "sign");
    box.append(sign);
    box.classList.add("opens");
    box.dataset.inside = k;
    box.setAttribute("role", "button");
    box.setAttribute("tabindex", "0");
    box.setAttribute("aria-label", `open ${box.querySelector("title")?.textContent ?? nameOf(box)}`);
  });
  for (const box of picture.querySelectorAll(FOLDED)) {
    const hint = box.querySelector("title");
    if (hint && !box.dataset.inside) hint.textContent += `; ${CLOSED}`;
  }
  // An image cannot hold buttons.
  if (picture.querySelector(".opens")) picture.setAttribute("role", "group");
}

// Returns picture k as it was drawn. Each line of an inside is a pattern and what stands in its gaps; what all pictures
// have in common is that of the whole.
function drawn(k) {
  if (!k) return whole.cloneNode(true);
  const made = document.createElement("template");
  made.innerHTML = packed[k - 1].textContent.split("\n").map((line) => {
    const [pattern, ...own] = line.split("\t");
    return patterns[pattern].map((text, i) => text + (own[i] ?? "")).join("");
  }).join("\n");
  const next = made.content.querySelector("svg");
  const { width, height } = next.viewBox.baseVal;
  next.setAttribute("width", width);
  next.setAttribute("height", height);
  for (const { name, value } of whole.attributes) if (!next.hasAttribute(name)) next.setAttribute(name, value);
  const [title, desc, defs] = ["title", "desc", "defs"].map((name) => whole.querySelector(name).cloneNode(true));
  title.textContent = next.querySelector("title").textContent;
  desc.textContent = [...next.querySelectorAll(".item:not(.constant) title")].map((hint) => hint.textContent).join(". ");
  next.querySelector("title").replaceWith(title, desc, defs);
  return next;
}

// Puts picture k in the place of the one that is shown.
function exchange(k) {
  const next = drawn(k);
  picture.replaceWith(next);
  [picture, shown] = [next, k];
  mark();
  const path = [];
  for (let step = k; step; step = insides[step][0]) path.unshift(step);
  const trail = byId("trail");
  trail.hidden = !k;
  trail.replaceChildren(...(k ? [0, ...path] : []).map((to) => {
    const step = document.createElement(to === k ? "b" : "button");
    if (to !== k) Object.assign(step, { type: "button", onclick: () => back(to) });
    else step.setAttribute("aria-current", "page");
    step.textContent = to ? insides[to][2] : "the whole graph";
    return step;
  }));
}

function open(k) {
  show(k);
  frame.focus({ preventScroll: true });
  tell(`Opened: ${insides[k][2]}. Escape leads back.`);
}

// Goes back to a picture that this one was opened from.
function back(to) {
  let from = shown;
  while (from && insides[from][0] !== to) from = insides[from][0];
  show(to);
  boxOf(from)?.focus();
  tell(`Closed: ${insides[from][2]}.`);
}

// Opens or closes a box where the key says so, and tells whether it did.
function opensOrCloses(key) {
  const box = document.activeElement.closest?.(".opens");
  if (box && (key === "Enter" || key === " ")) open(Number(box.dataset.inside));
  else if (key === "Escape" && shown) back(insides[shown][0]);
  else return false;
  return true;
}

frame.addEventListener("pointerdown", (event) => {
  dragged = false;
  if (event.button !== 0 || !canDrag(event)) return;
  const from = { x: event.clientX, y: event.clientY, left: frame.scrollLeft, top: frame.scrollTop };
  const move = (to) => {
    dragged ||= Math.hypot(to.clientX - from.x, to.clientY - from.y) > 5;
    frame.scrollTo(from.left + from.x - to.clientX, from.top + from.y - to.clientY);
  };
  addEventListener("pointermove", move);
  const end = () => removeEventListener("pointermove", move);
  addEventListener("pointerup", end, { once: true });
  addEventListener("pointercancel", end, { once: true });
});
