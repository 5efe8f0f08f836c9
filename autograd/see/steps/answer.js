// Reads an answer and compares it with the right one: answer.py in JavaScript. A test compares the two over a table.
"use strict";

// `rule` holds the constants of answer.py: number, special, tolerance, unreadable, comma and longest.
function readNumber(text, rule) {
  const word = text.trim().toLowerCase();
  const special = /^[+-]?([a-z]+)$/.exec(word);
  if (special && Object.hasOwn(rule.special, special[1])) {
    const size = rule.special[special[1]] === "nan" ? NaN : Infinity;
    return { value: word.startsWith("-") ? -size : size, rounding: 0, digits: 0 };
  }
  const found = new RegExp(`^${rule.number}$`).exec(word);
  if (!found || !(found[2] || found[3])) return null;
  const value = Number(word);
  if (!Number.isFinite(value)) return { value, rounding: 0, digits: 0 };
  const fraction = found[3] ?? "";
  const last = Number(found[4] ?? 0) - fraction.length;
  const digits = (found[2] + fraction).replace(/^0+/, "");
  return { value, rounding: 0.5 * Number(`1e${last}`), digits: Math.max(1, digits.length) };
}

// Returns the answer, or { wrong: a sentence } where the text is no number.
function readAnswer(typed, rule) {
  const text = typed.trim().replaceAll("\u2212", "-");
  const slash = text.indexOf("/");
  const above = readNumber(slash < 0 ? text : text.slice(0, slash), rule);
  const below = slash < 0 ? null : readNumber(text.slice(slash + 1), rule);
  if (above === null || (slash >= 0 && (below === null || below.value === 0))) {
    const shown = [...text].slice(0, rule.longest).join("");
    return { wrong: `"${shown}" ${rule.unreadable}${text.includes(",") ? rule.comma : ""}` };
  }
  return below === null ? above : { value: above.value / below.value, rounding: 0, digits: 0 };
}

function answerMatches(answer, truth, rule) {
  if (!Number.isFinite(truth) || !Number.isFinite(answer.value)) {
    return answer.value === truth || (Number.isNaN(answer.value) && Number.isNaN(truth));
  }
  if (answer.value === 0) return Math.abs(truth) < 1e-12;
  const allowed = answer.digits >= 2 ? answer.rounding * (1 + 1e-9) : 0;
  return Math.abs(answer.value - truth) <= Math.max(rule.tolerance * Math.abs(truth), allowed);
}

function answerIsNear(answer, truth) {
  if (!Number.isFinite(truth) || !Number.isFinite(answer.value) || answer.value === 0) return false;
  const size = Math.abs(truth);
  return Math.abs(answer.value - truth) <= Math.max(0.05 * size, Math.min(answer.rounding, 0.5 * size));
}
