// The player: shows the picture and the table as they are at a stop of the lesson, and moves on buttons, the slider,
// keys, clicks and by itself. `opening.js` and `lesson.js` come before this script.

const BEAT = 1600; // milliseconds of a step at speed 1
const SMALLEST = 0.6; // of a picture whose text can be read
const FIRST_HIDDEN = { forward: 3, backward: 4 }; // columns: step, node and formula are known from the start

const left = new Map(); // lessons that were left, and the stop that was shown

let at = 0; // the stop that is shown; 0: before the first
let timer = 0;
let shrunk = false;

// The picture

function writeTexts() {
  for (const [line, text] of finished) line.textContent = text;
  const write = ([key, number, text]) => {
    const line = lines.get(key)[number];
    line.textContent = text ?? finished.get(line);
  };
  lesson.start.forEach(write);
  for (const stop of stops.slice(0, at)) stop.changes.forEach(write);
}

// The paper under the words of an arrow hides its line only as far as the words that are shown reach.
function fitPapers() {
  const long = papers.map(({ words }) => Math.max(...words.map((word) => word.getComputedTextLength())));
  papers.forEach(({ rect, middle, width }, i) => {
    const shown = long[i] ? Math.min(width, long[i] + 10) : 0;
    rect.setAttribute("width", shown);
    rect.setAttribute("x", middle - shown / 2);
  });
}

function markPicture() {
  const now = at ? stops[at - 1] : { items: [], arrows: [], gets: [] };
  for (const element of parts.values()) element.classList.remove("now", "done", "gets");
  for (const stop of stops.slice(forwards, at)) {
    const boxes = stop.done.some((item) => stop.items.includes(item)) ? [...stop.items, ...stop.done] : stop.done;
    for (const item of boxes) parts.get(`item${item}`).classList.add("done");
    for (const arrow of stop.arrows) parts.get(`arrow${arrow}`).classList.add("done");
  }
  const present = [...now.items.map((k) => `item${k}`), ...now.arrows.map((k) => `arrow${k}`)];
  for (const key of present) {
    parts.get(key).classList.remove("done");
    parts.get(key).classList.add("now");
  }
  for (const item of now.gets) parts.get(`item${item}`).classList.add("gets");
  for (const [key, list] of lines) {
    if (key.startsWith("arrow")) list.at(-1)?.classList.toggle("contribution", present.includes(key));
  }
}

function titleOf(element) {
  const found = element.querySelector("title") ?? document.createElementNS(picture.namespaceURI, "title");
  if (!found.parentNode) element.prepend(found);
  return found;
}

// Tooltips and the description say what the picture shows, and nothing that is still to come.
function describe() {
  const told = [];
  for (const [key, element] of parts) {
    if (key.startsWith("item")) {
      const words = [...element.querySelectorAll("text")].map((text) => text.textContent.trim());
      titleOf(element).textContent = words.filter((text) => text).join(" ");
      if (lines.get(key).length) told.push(titleOf(element).textContent);
    } else if (hints.has(key)) {
      const first = element.classList.contains("weight") ? forwards : 0;
      const seen = stops.slice(first, at).some((stop) => stop.arrows.includes(Number(key.slice(5))));
      titleOf(element).textContent = seen ? hints.get(key) : "";
    }
  }
  picture.querySelector("desc").textContent = told.join(". ").slice(0, 4000);
}

function markRows() {
  for (const row of rows) {
    const number = Number(row.dataset.step);
    row.className = number === at ? "now" : number > at ? "later" : "";
    const first = number <= forwards ? FIRST_HIDDEN.forward : FIRST_HIDDEN.backward;
    const data = number > forwards && at < forwards ? FIRST_HIDDEN.forward : first;
    [...row.cells].forEach((cell, i) => cell.classList.toggle("hidden", i >= data && number > at));
  }
  const now = rows.filter((row) => row.className === "now");
  if (!now.length) {
    pane.scrollTop = 0;
    return;
  }
  const box = pane.getBoundingClientRect();
  const top = now[0].getBoundingClientRect().top - box.top;
  const bottom = now.at(-1).getBoundingClientRect().bottom - box.top;
  const head = pane.querySelector("thead").offsetHeight;
  if (top < head || bottom > pane.clientHeight) {
    pane.scrollTop += top - head - Math.max(0, (pane.clientHeight - head - (bottom - top)) / 2);
  }
}

// Says how the ops of a folded box are seen one by one.
function opening(stop) {
  const box = parts.get(`item${stop.items.at(-1)}`);
  if (!box.matches(FOLDED)) return "";
  return `\n  ${box.dataset.inside ? "its ops one by one: click its box" : wholeLesson.opens}`;
}

function writeWords() {
  const phase = at === 0 ? "start" : at <= forwards ? "forward" : "backward";
  byId("now").textContent = at
    ? wordsOf(at) + opening(stops[at - 1])
    : "No step is taken yet. First each op computes its data (?); then the gradients (\u2013) come backward.";
  byId("count").textContent = `step ${at} of ${stops.length}, ${phase}`;
  byId("slider").value = at;
  byId("slider").setAttribute("aria-valuetext", `step ${at}, ${phase}`);
  for (const id of ["first", "back"]) byId(id).setAttribute("aria-disabled", at === 0);
  for (const id of ["next", "last"]) byId(id).setAttribute("aria-disabled", at === stops.length);
}

// Size and place

function fit() {
  const taken = [...frame.parentElement.children].filter((each) => each !== frame && each !== pane);
  const others = taken.reduce((sum, each) => sum + each.offsetHeight, 0) + 150;
  const room = Math.max(170, innerHeight - others);
  const across = Math.min(1, frame.clientWidth / wide);
  let scale = Math.min(across, room / high);
  const fits = scale >= SMALLEST;
  byId("whole").hidden = fits;
  if (!fits && !shrunk) scale = Math.min(1, Math.max(across, SMALLEST));
  picture.setAttribute("width", wide * scale);
  picture.setAttribute("height", high * scale);
  frame.style.height = `${Math.min(high * scale, room)}px`;
  frame.classList.toggle("wide", !fits && !shrunk);
  follow();
}

// Moves the picture, where it does not fit, so that this step is seen, with the boxes that it contributes to.
function follow() {
  const stop = stops[Math.max(at - 1, 0)];
  const seen = frame.getBoundingClientRect();
  const boxes = [...stop.items, ...stop.gets].map((k) => parts.get(`item${k}`).getBoundingClientRect());
  const own = parts.get(`item${stop.items.at(-1)}`).getBoundingClientRect();
  const along = (low, high) => {
    const first = Math.min(...boxes.map((box) => box[low]));
    const last = Math.max(...boxes.map((box) => box[high]));
    const [from, to] = [seen[low] + 8, seen[high] - 8];
    if (first >= from && last <= to) return 0;
    if (last - first <= to - from) return (first + last - from - to) / 2;
    // Too far apart: its own box to the right of the middle, because what flows backward goes to the left.
    return (own[low] + own[high]) / 2 - from - (to - from) * (low === "left" && !stop.forward ? 0.75 : 0.5);
  };
  frame.scrollBy(along("left", "right"), along("top", "bottom"));
}

function goTo(count, write = true) {
  at = Math.max(0, Math.min(stops.length, count));
  writeTexts();
  markPicture();
  fitPapers();
  describe();
  markRows();
  writeWords();
  follow();
  if (write && !shown) {
    try {
      history.replaceState(null, "", `#step=${at}`);
    } catch {
      // A frame without an address of its own has nothing to write to.
    }
  }
}

// Folded boxes

const canDrag = () => frame.classList.contains("wide");
const tell = (words) => { byId("word").textContent = words; };

// Shows lesson k where it was left; at first at the begin of the phase that the outer one is in.
function show(k) {
  left.set(shown, at);
  const backward = at > forwards;
  exchange(k);
  read(k);
  goTo(left.get(k) ?? (backward ? forwards + 1 : 1), false);
  fit();
}

// Moves

function play(on) {
  clearInterval(timer);
  timer = 0;
  if (on) {
    if (at === stops.length) goTo(0);
    timer = setInterval(() => {
      goTo(at + 1);
      if (at === stops.length) play(false);
    }, BEAT / Number(byId("speed").value));
  }
  byId("play").textContent = on ? "\u23f8" : "\u25b6";
  byId("play").title = on ? "pause" : "play";
  byId("play").setAttribute("aria-label", byId("play").title);
}

function go(count) {
  play(false);
  goTo(count);
}

const moves = { first: () => 0, back: () => at - 1, next: () => at + 1, last: () => stops.length };
for (const [id, move] of Object.entries(moves)) byId(id).onclick = () => go(move());
byId("play").onclick = () => play(!timer);
byId("speed").onchange = () => play(timer !== 0);
byId("slider").oninput = (event) => go(Number(event.target.value));
byId("whole").onclick = () => {
  shrunk = !shrunk;
  byId("whole").setAttribute("aria-pressed", shrunk);
  fit();
};
pane.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-step]");
  if (row) go(Number(row.dataset.step));
});

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("input, select")) return;
  const id = { ArrowLeft: "back", ArrowRight: "next", Home: "first", End: "last" }[event.key];
  if (id) go(moves[id]());
  else if (opensOrCloses(event.key)) play(false);
  else if (event.key === " " && !event.target.matches?.("button")) play(!timer);
  else return;
  event.preventDefault();
});

// A click on a folded box opens it. One on another box goes to its step in this phase; a second one to its step in the
// other.
frame.addEventListener("click", (event) => {
  const box = event.target.closest(".item");
  if (!box || dragged) return;
  play(false);
  if (box.dataset.inside) return void open(Number(box.dataset.inside));
  const { key } = box.dataset;
  const found = [visits.forward.get(key), visits.backward.get(key)];
  if (at > forwards) found.reverse();
  const goal = found[0] === at || !found[0] ? found[1] ?? found[0] : found[0];
  if (goal) go(goal);
});

const asked = () => /^#step=(\d+)$/.exec(location.hash)?.[1];
addEventListener("hashchange", () => {
  if (!asked()) return;
  if (shown) show(0); // the address counts the steps of the whole graph
  goTo(Number(asked()), false);
});
addEventListener("resize", fit);
document.body.classList.add("plays");
mark();
read(0);
goTo(Number(asked() ?? 1), false);
fit();
// A frame in a notebook has no size when its script runs, and then the words have no length.
new ResizeObserver(fitPapers).observe(frame);
