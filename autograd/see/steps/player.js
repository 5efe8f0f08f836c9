// The player: shows the picture and the table as they are after `at` steps, and moves on buttons, keys and clicks.
// The element #steps holds the result of Stepper.to_json(); all text for people is in it, ready to be shown.
"use strict";

const NO_GRADIENT = "\u2013";
const FIRST_HIDDEN_COLUMN = 4; // step, node, formula and data are known from the start

const data = JSON.parse(document.getElementById("steps").textContent);
const steps = data.steps;
const picture = document.getElementById("picture");
const rows = [...document.querySelectorAll("tbody tr")];
const items = new Map(); // name of a node -> its box
const arrows = new Map(); // name of a node and position of an input -> the arrow from that input
for (const element of picture.querySelectorAll("[data-name]")) items.set(element.dataset.name, element);
for (const element of picture.querySelectorAll("[data-from]")) arrows.set(element.dataset.from, element);

let at = 0; // how many steps are taken

function gradientsAfter(count) {
  const gradients = new Map();
  for (const [name, left] of Object.entries(data.earlier)) gradients.set(name, left.words);
  if (count && data.begun) {
    for (const [name, seed] of Object.entries(data.begun)) gradients.set(name, seed.words);
  } else if (count) {
    gradients.set(steps[0].node, steps[0].words.gradient);
  }
  for (const step of steps.slice(0, count)) {
    for (const flow of step.flows) gradients.set(flow.input, flow.words.after);
  }
  return gradients;
}

function showGradients() {
  const gradients = gradientsAfter(at);
  for (const [name, item] of items) {
    const lines = (gradients.get(name) ?? NO_GRADIENT).split("\n");
    item.querySelectorAll(".grad").forEach((line, i) => {
      line.textContent = lines[i] ?? "";
    });
  }
}

function markPicture() {
  for (const element of [...items.values(), ...arrows.values()]) element.classList.remove("now", "done");
  steps.slice(0, at).forEach((step, i) => {
    const state = i === at - 1 ? "now" : "done";
    items.get(step.node)?.classList.add(state);
    for (const flow of step.flows) arrows.get(`${step.node} ${flow.position}`)?.classList.add(state);
  });
}

function markRows() {
  for (const row of rows) {
    const number = Number(row.dataset.step);
    row.className = number === at ? "now" : number > at ? "later" : "";
    [...row.cells].forEach((cell, i) => {
      cell.classList.toggle("hidden", i >= FIRST_HIDDEN_COLUMN && number > at);
    });
  }
}

function showWords() {
  const seeds = Object.entries(data.seeds ?? { [data.root]: data.seed });
  const starts = seeds.map(([name, seed]) =>
    seed.words === "1" ? `d${name}/d${name} = 1.` : `the gradient of ${name}:\n${seed.words}`);
  const start = data.seeds ? `each root:\n${starts.join("\n")}` : starts[0];
  const earlier = Object.keys(data.earlier).length
    ? "Leaves have the gradients that earlier sweeps left there; every other grad"
    : "Every grad";
  document.getElementById("now").textContent = at
    ? steps[at - 1].words.text
    : `No step is taken yet. ${earlier} is ${NO_GRADIENT}. The sweep begins with ${start}`;
  document.getElementById("count").textContent = `step ${at} of ${steps.length}`;
}

// Scrolls the picture only: the page stays where the reader has put it.
function bringIntoView(element) {
  if (!element) return;
  const box = element.getBoundingClientRect();
  const frame = picture.getBoundingClientRect();
  const distance = (low, high, from, to, aim) =>
    low < from + 20 || high > to - 20 ? (low + high) / 2 - from - aim * (to - from) : 0;
  // To the right of the middle, because the contributions of the step go to the left.
  const x = distance(box.left, box.right, frame.left, frame.right, 0.75);
  picture.scrollBy(x, distance(box.top, box.bottom, frame.top, frame.bottom, 0.5));
}

function show(count) {
  at = Math.max(0, Math.min(steps.length, count));
  showGradients();
  markPicture();
  markRows();
  showWords();
  bringIntoView(items.get(steps[Math.max(at - 1, 0)].node));
  for (const id of ["first", "back"]) document.getElementById(id).disabled = at === 0;
  for (const id of ["next", "last"]) document.getElementById(id).disabled = at === steps.length;
}

const moves = { first: () => 0, back: () => at - 1, next: () => at + 1, last: () => steps.length };
for (const [id, move] of Object.entries(moves)) document.getElementById(id).onclick = () => show(move());
for (const row of rows) row.onclick = () => show(Number(row.dataset.step));
addEventListener("keydown", (event) => {
  const id = { ArrowLeft: "back", ArrowRight: "next", Home: "first", End: "last" }[event.key];
  if (id && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    show(moves[id]());
  }
});

document.body.classList.add("plays");
show(1);
