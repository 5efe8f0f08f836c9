"""The page of an exercise: the question, a field, and the picture with its numbers hidden. It loads nothing.

With solutions the page says at once whether an answer is right and which mistake was made. Without them it has no
right answer in it: it collects answers, and gives them as text. Its style is in `practice.css`, its script in
`practice.js` and `answer.js`, beside this file.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from ..picture.html_page import asset, document, least_width, script_data
from ..picture.theme import Theme
from .answer import COMMA, LONGEST, NUMBER, SPECIAL, TOLERANCE, UNREADABLE
from .practice_marking import BETWEEN, HINT, REVEALED, exercise_code, solved
from .practice_picture import Showing
from .question import CLOSE, NOT_YET, RIGHT, TRIES, Question, Wording

STILL: Final = (
    "Scripts are off here, so answers are not checked: above is the graph, below are the questions. To answer them, "
    "trust the notebook and run the cell again, or open the page that practice(...).save('exercise.html') writes in a "
    "browser."
)
RULE: Final = {
    "number": NUMBER,
    "special": {word: repr(number) for word, number in SPECIAL.items()},
    "tolerance": TOLERANCE,
    "unreadable": UNREADABLE,
    "comma": COMMA,
    "longest": LONGEST,
}
WORDS: Final = {
    "right": RIGHT, "notYet": NOT_YET, "close": CLOSE, "hint": HINT, "revealed": REVEALED, "between": BETWEEN,
}  # fmt: skip


def page(
    title: str,
    picture: str,
    questions: Sequence[Question],
    left_out: str,
    showings: Sequence[Showing],
    own: Sequence[tuple[str, str] | None],
    solutions: bool,
    theme: Theme,
) -> str:
    """Return the whole page.

    picture    SVG text, with the numbers hidden
    showings   what the picture shows after how many answers
    own        for each question the row of the box in which its answer belongs
    solutions  whether the page knows the answers
    """
    data = {
        "title": title,
        "exercise": exercise_code(questions),
        "solutions": solutions,
        "tries": TRIES,
        "words": WORDS,
        "rule": RULE,
        "questions": [_question(question, solutions) for question in questions],
        "own": own,
        "showings": [asdict(each) for each in showings] if solutions else [],
    }
    shown = html.escape(title)
    note = f'<p class="note">{html.escape(left_out)}</p>' if left_out else ""
    body = f"""<main class="column">
<h1><bdi>{shown}</bdi></h1>
{note}
<div id="still">
<p class="note">This page checks answers with a script, and scripts are off here. Open the saved page in a browser, or
work through the questions on paper:</p>
{question_list(questions)}
</div>
<section id="card" aria-label="the question">
<p id="place"></p>
<p id="question" tabindex="-1"></p>
<p id="entry">
<label for="answer">your answer</label>
<input type="text" id="answer" autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="verdict">
<button id="check" type="button">{"Check" if solutions else "Next"}</button>
<button id="hint" type="button">Hint</button>
<button id="reveal" type="button">{"Reveal" if solutions else "Skip"}</button>
<button id="back" type="button"{" hidden" if solutions else ""}>Back</button>
</p>
<p id="verdict" role="status"></p>
<p id="score"></p>
</section>
<div id="picture" tabindex="0" role="region" aria-label="the graph" style="--least:{least_width(picture)}px">
{picture}</div>
<section id="log" aria-label="answered questions" hidden>
<h2>Answered so far</h2>
<ol id="answered"></ol>
</section>
<section id="end" aria-label="the result" hidden>
<label for="result">the result as text, to be sent to a teacher</label>
<textarea id="result" rows="6" readonly></textarea>
<button id="copy" type="button">Copy as text</button>
<button id="again" type="button">Begin again</button>
<span id="copied" role="status"></span>
</section>
</main>
<script type="application/json" id="data">{script_data(data)}</script>
<script>
{{
{asset(__file__, "answer.js")}
{asset(__file__, "practice.js")}
}}
</script>
"""
    return document(title, asset(__file__, "practice.css"), body, theme)


def _question(question: Question, solutions: bool) -> dict[str, Any]:
    place = {"now": question.now, "arrow": question.arrow}
    if not solutions:
        return {**place, **_words(question.blind)}
    return {**place, **_words(question.open), **solved(question)}


def _words(wording: Wording) -> dict[str, Any]:
    return {"text": wording.text, "asks": wording.asks, "hints": wording.hints}


def question_list(questions: Sequence[Question]) -> str:
    """Return the questions as an HTML list, without their answers."""
    rows = "".join(f"<li>{html.escape(question.blind.text)}</li>\n" for question in questions)
    return f"<ol>\n{rows}</ol>"
