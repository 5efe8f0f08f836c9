// The page of an exercise: asks the questions, checks answers, and fills the picture. All sentences are in #data.
// readAnswer, answerMatches and answerIsNear stand in answer.js, which is written before this script.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const { questions, words, rule } = data;
const element = (id) => document.getElementById(id);
const picture = element("picture");
const boxes = new Map(); // name of a node -> its box
const arrows = new Map(); // name of a node and position of an input -> the arrow from that input
for (const box of picture.querySelectorAll("[data-name]")) boxes.set(box.dataset.name, box);
for (const arrow of picture.querySelectorAll("[data-from]")) arrows.set(arrow.dataset.from, arrow);
const atStart = new Map(); // a text of the picture -> what it says at the start
for (const text of picture.querySelectorAll("tspan, .arrow text")) atStart.set(text, text.textContent);

let tries = [[]]; // for each question up to the present one, what was tried
const place = () => tries.length - 1; // how many questions are answered

const number = (x) => (typeof x === "string" ? { inf: Infinity, "-inf": -Infinity }[x] ?? NaN : x);

// The picture

function write(texts, lines) {
  texts.forEach((text, k) => {
    text.textContent = lines[k] ?? "";
  });
}

function textsOf(what, name) {
  if (what === "arrow") return [...(arrows.get(name)?.querySelectorAll("text") ?? [])];
  return [...(boxes.get(name)?.querySelectorAll(`.${what} tspan`) ?? [])];
}

function ownAnswers() {
  data.own.forEach((box, k) => {
    const last = k < place() ? tries[k].at(-1) : undefined;
    if (box && last !== undefined && last !== words.revealed) write(textsOf(...box), [last]);
  });
}

function showPicture() {
  for (const [text, words] of atStart) text.textContent = words;
  for (const { count, what, name, lines } of data.showings) {
    if (count <= place()) write(textsOf(what, name), lines);
  }
  if (!data.solutions) ownAnswers();
  const now = questions[place()]?.now;
  mark(boxes, (question) => question.now);
  mark(arrows, (question) => question.arrow);
  bringIntoView(boxes.get(now));
}

// Marks what the present question is about, and what all questions about it are answered of.
function mark(elements, about) {
  const begun = new Set(questions.slice(0, place()).map(about));
  const left = new Set(questions.slice(place()).map(about));
  const now = place() < questions.length ? about(questions[place()]) : "";
  for (const [name, item] of elements) {
    item.classList.toggle("now", name === now);
    item.classList.toggle("done", begun.has(name) && !left.has(name));
  }
}

// Scrolls the picture only: the page stays where the reader has put it.
function bringIntoView(box) {
  if (!box) return;
  const at = box.getBoundingClientRect();
  const frame = picture.getBoundingClientRect();
  const hidden = (low, high, from, to) => (low < from + 20 || high > to - 20 ? (low + high - from - to) / 2 : 0);
  picture.scrollBy(
    hidden(at.left, at.right, frame.left, frame.right),
    hidden(at.top, at.bottom, frame.top, frame.bottom),
  );
}

// The question

function say(text, look) {
  element("verdict").textContent = text;
  element("verdict").className = look;
}

function score() {
  const right = questions.filter((question, k) => k < place() && isRightAtFirst(question, tries[k]));
  return `right at the first try: ${right.length} of ${place()}`;
}

function isRightAtFirst(question, tried) {
  const first = tried.find((text) => text !== words.hint);
  const answer = first === undefined || first === words.revealed ? { wrong: "" } : readAnswer(first, rule);
  return answer.wrong === undefined && answerMatches(answer, number(question.truth), rule);
}

function resultText() {
  const lines = tries.map((tried, k) => `${k + 1}. ${tried.join(words.between)}`).filter((_, k) => tries[k].length);
  return `${[data.title, `exercise ${data.exercise}`, ...lines].join("\n")}\n`;
}

function show() {
  const done = place() === questions.length;
  const wasDone = element("entry").hidden;
  element("place").textContent = done
    ? `All ${questions.length} questions are answered.`
    : `question ${place() + 1} of ${questions.length}`;
  element("question").textContent = done ? "" : questions[place()].text;
  element("entry").hidden = done;
  element("question").hidden = done;
  element("end").hidden = place() === 0;
  if (done) element("card").after(element("end"));
  else document.querySelector("main").append(element("end"));
  element("back").disabled = place() === 0;
  element("score").textContent = data.solutions ? score() : "";
  element("result").value = resultText();
  element("copied").textContent = "";
  showPicture();
  if (done && !wasDone) element("copy").focus();
}

function log(question, text) {
  const item = document.createElement("li");
  item.textContent = `${question.asks} ${text}`;
  element("answered").append(item);
  element("log").hidden = false;
}

function goOn(said, look, logged) {
  log(questions[place()], logged);
  const answered = place() + 1;
  tries.push([]);
  element("answer").value = "";
  element("answer").removeAttribute("aria-invalid");
  show();
  say(`question ${answered}: ${said}`, look);
}

function wrong(text) {
  say(text, "wrong");
  element("answer").setAttribute("aria-invalid", "true");
  element("answer").select();
}

function hintOf(question) {
  return question.hints[Number(tries[place()].length >= data.tries)];
}

function check() {
  const question = questions[place()];
  const typed = element("answer").value.trim();
  const answer = readAnswer(typed, rule);
  if (answer.wrong !== undefined) {
    wrong(typed === "" ? `type a number, then press Enter; "" ${rule.unreadable}` : answer.wrong);
    return;
  }
  if (!data.solutions) {
    tries[place()].push(typed);
    goOn(typed, "kept", typed);
    return;
  }
  if (answerMatches(answer, number(question.truth), rule)) {
    tries[place()].push(typed);
    goOn(`${words.right}: ${question.solution}`, "right", question.solution);
    return;
  }
  const mistake = question.mistakes.find(([value]) => answerMatches(answer, number(value), rule));
  if (!mistake && answerIsNear(answer, number(question.truth))) {
    wrong(words.close);
    return;
  }
  tries[place()].push(typed);
  wrong(`${words.notYet}: ${mistake ? mistake[1] : hintOf(question)}`);
  element("result").value = resultText();
}

function hint() {
  tries[place()].push(words.hint);
  say(`hint: ${hintOf(questions[place()])}`, "kept");
  element("result").value = resultText();
  element("answer").focus();
}

function reveal() {
  const { solution } = questions[place()];
  tries[place()].push(words.revealed);
  if (data.solutions) goOn(solution, "kept", `${solution} (${words.revealed})`);
  else goOn("skipped", "kept", "skipped");
  if (place() < questions.length) element("answer").focus();
}

// Without solutions the learner may go back and change an answer.
function back() {
  tries = [...tries.slice(0, -2), []];
  element("answered").lastElementChild.remove();
  say("", "");
  show();
  element("answer").focus();
}

// Not navigator.clipboard, which a frame of a notebook may not use. Where nothing can be copied, the text is selected.
function copy() {
  element("result").select();
  const copied = document.execCommand("copy");
  if (copied) element("copy").focus();
  element("copied").textContent = copied ? "copied" : "press Ctrl+C to copy the selected text";
}

function again() {
  tries = [[]];
  element("answered").replaceChildren();
  element("log").hidden = true;
  say("", "");
  show();
  element("answer").focus();
}

element("check").onclick = () => {
  check();
  if (place() < questions.length) element("answer").focus();
};
element("hint").onclick = hint;
element("reveal").onclick = reveal;
element("back").onclick = back;
element("copy").onclick = copy;
element("again").onclick = again;
element("answer").onkeydown = (event) => {
  if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    check();
  }
};
element("answer").oninput = () => element("answer").removeAttribute("aria-invalid");

document.body.classList.add("asks");
show();
