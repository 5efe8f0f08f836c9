// Reads a lesson and finds the parts of the picture and the table that it changes. Lesson k goes with picture k.
// `opening.js` comes before this script, and `player.js`, which plays what is read here, after it.

const NOTHING = { forward: false, items: [], arrows: [], gets: [], done: [], words: "", changes: [] };
const HEAD = 5; // columns that a step has once; the others are of its contributions

const pane = byId("table");
const wholeTable = pane.querySelector("table");
const wholeLesson = JSON.parse(byId("lesson").textContent);

let lesson, stops, forwards, rows, wide, high;

const parts = new Map(); // "item3" or "arrow5" -> the element
const lines = new Map(); // the same -> its lines that can change
const hints = new Map(); // an arrow -> its tooltip
const visits = { forward: new Map(), backward: new Map() }; // a box -> its stop
let finished; // line -> its text in the picture as it was drawn, with every number
let papers; // see fitPapers

// Reads lesson k, whose picture is shown.
function read(k) {
  lesson = k ? insides[k][3] : wholeLesson;
  stops = lesson.stops.map((stop) => ({ ...NOTHING, ...stop }));
  forwards = stops.filter((stop) => stop.forward).length;
  pane.replaceChildren(k ? tableOfStops() : wholeTable);
  rows = [...pane.querySelectorAll("tbody tr")];
  ({ width: wide, height: high } = picture.viewBox.baseVal);
  for (const known of [parts, lines, hints, visits.forward, visits.backward]) known.clear();
  find("item", ".item", "tspan, .tile");
  find("arrow", ".arrow, .weight", "text");
  finished = new Map([...lines.values()].flat().map((line) => [line, line.textContent]));
  stops.forEach((stop, i) => {
    const found = stop.forward ? visits.forward : visits.backward;
    for (const item of [...stop.items, ...stop.done]) if (!found.has(`item${item}`)) found.set(`item${item}`, i + 1);
  });
  papers = [...picture.querySelectorAll(".arrow rect")].map((rect) => {
    const [x, width] = [rect.x.baseVal.value, rect.width.baseVal.value];
    return { rect, words: [...rect.parentNode.querySelectorAll("text")], middle: x + width / 2, width };
  });
  byId("slider").max = stops.length;
}

function find(kind, selector, changing) {
  picture.querySelectorAll(selector).forEach((element, i) => {
    const key = `${kind}${i}`;
    element.dataset.key = key;
    parts.set(key, element);
    lines.set(key, [...element.querySelectorAll(changing)]);
    const hint = element.querySelector("title");
    if (hint && kind === "arrow") hints.set(key, hint.textContent);
  });
}

// Makes a table like that of the page. A row begins with the number of empty cells before its texts.
function tableOfStops() {
  const made = wholeTable.cloneNode(true);
  const body = document.createElement("tbody");
  made.tBodies[0].replaceWith(body);
  const columns = made.tHead.rows[0].cells.length;
  stops.forEach((stop, i) => {
    for (const [empty, ...texts] of stop.rows) {
      const row = body.insertRow();
      row.dataset.step = i + 1;
      for (let k = 0; k < columns; k += 1) row.insertCell().textContent = texts[k - empty] ?? "";
    }
  });
  return made;
}

// Returns the words of a stop. Those that say the same as its rows are written from these.
function wordsOf(number) {
  const stop = stops[number - 1];
  if (!stop.same) return stop.words;
  const own = rows.filter((row) => Number(row.dataset.step) === number);
  const cell = (row, k) => (k < HEAD ? own[0] : row).cells[k].textContent;
  const said = own.map((row) => wholeLesson.same.replace(/\{(\d)\}/g, (_, k) => cell(row, Number(k))));
  return [stop.words, ...said].join("\n");
}
