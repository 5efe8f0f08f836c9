"""The ops and their rules in JavaScript give the numbers of Python."""

import json
import subprocess
from pathlib import Path

import pytest

from autograd import Symbol, op
from autograd.engine.op import OPS
from autograd.operands.spelling import JAVASCRIPT
from autograd.operands.symbol import written
from tests.see.live.spelled import EXCEPTIONS, formulas, script
from tests.see.pictures import needs_node


@needs_node
def test_every_op_and_every_rule_is_pythons_to_twelve_digits(tmp_path: Path) -> None:
    asked = formulas()
    assert len(asked) > 200
    file = tmp_path / "ops.js"
    file.write_text(f"process.stdout.write({script(asked)});\n", encoding="utf-8")
    run = subprocess.run(["node", str(file)], capture_output=True, text=True, timeout=120)
    assert run.stderr == ""
    answers = json.loads(run.stdout)
    found = [line for formula, row in zip(asked, answers, strict=True) for line in formula.differences(row)]
    assert [line for line in found if line.split(" at ")[0] not in EXCEPTIONS] == []


def test_an_op_that_javascript_does_not_have_is_refused_by_name() -> None:
    op("cube", lambda x: x * x * x, lambda x: x * x * x, lambda g, y, x: g * 3 * x * x)
    try:
        with pytest.raises(ValueError, match="JavaScript has no function for the op cube"):
            written(OPS["cube"], [Symbol("x", spelling=JAVASCRIPT)], {})
    finally:
        del OPS["cube"]
