"""Write the generated files of the docs: the tables of derivatives, kinks and borders, and the README's picture.

`python3 tools/docs.py` writes them. `python3 tools/docs.py --check` writes nothing and fails if one of them is not what
the engine gives now. The other files in `docs/` are written by hand; tests run their examples.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import environment

ROOT = Path(environment.ROOT)
COMMAND = "python3 tools/docs.py"

DERIVATIVES = """\
# Derivatives

Generated from the rules by `%s`; `print(autograd.derivative_table())` prints the same table.

`y` is the result. Some formulas are not those of a textbook because they keep more digits: `square(sech(x))` is
1 - tanh(x)², and `y * sigmoid(-x)` is y (1 - y). An operation that changes shapes has no derivative that is one number.
Its row says what flows back to each input when the gradient `g` arrives at the result.

%s

## Names in the table

| name | meaning |
|---|---|
| `sech(x)` | 1 / cosh(x) |
| `gaussian(x)` | exp(-x²) |
| `normal_pdf(x)`, `normal_cdf(x)` | density and distribution function of the standard normal distribution |
| `log_normal_cdf(x)` | log(normal_cdf(x)) |
| `inverse_mills(x)` | normal_pdf(x) / normal_cdf(x), the derivative of `log_normal_cdf` |
| `lgamma(x)` | logarithm of the absolute value of the gamma function |
| `digamma(x)`, `polygamma(x, n)` | derivative of `lgamma`, and derivative number n of `digamma` |
| `where(mask, a, b)` | a where the mask is true, b elsewhere |
| `xᵀ` | x with its last two dimensions exchanged |
| `sum_to(x, shape)` | sum over the dimensions along which `broadcast_to` copies `shape` to that of x |
| `put(x, [index], shape)` | zeros of this shape with x added at the index |
| `spread(x, shape, dim)` | each sum over `dim` copied to every element of that sum, in this shape |
| `as_value(x)` | a Tensor of one element as a Value |
| `cast(x, dtype)` | x in another dtype |
| `share(x, y)` | 1 where an element of x is its maximum y, divided by the number of such elements, else 0 |
| `cofactor(a)` | det(a) times the transposed inverse of a, also where a has no inverse |
| `log_abs_det(a)` | logarithm of the absolute value of det(a) |
| `symmetric(x)` | (x + xᵀ) / 2 |
| `lower_half(x)` | lower triangle of x with half of its diagonal |
| `inverse_gaps(w)` | matrix with 1 / (w[j] - w[i]) in row i and column j, and 0 on the diagonal |
| `eigenvalues(a)`, `eigenvectors(a)` | those of `symmetric(a)`; each column is an eigenvector |
| `singular_values(a)` | singular values of a, largest first |
| `singular_vectors(a)` | left singular vectors, in the first `rows` rows, above the right ones |
"""

KINKS = """\
# Gradients at kinks

Generated from the engine by `%s`.

At some points a function has no derivative. The gradient there is a convention, and these are PyTorch's.

| function | at | gradient |
|---|---|---|
%s
"""

# The formulas whose gradient is shown, each with the numbers of its variables.
POINTS = (
    ("abs(x)", "x=0"),
    ("sign(x)", "x=0"),
    ("relu(x)", "x=0"),
    ("leaky_relu(x)", "x=0"),
    ("elu(x)", "x=0"),
    ("clip(x, -1, 1)", "x=1"),
    ("clip(x, -1, 1)", "x=-1"),
    ("maximum(x, y)", "x=3 y=3"),
    ("minimum(x, y)", "x=3 y=3"),
    ("sqrt(x)", "x=0"),
    ("x**0", "x=0"),
    ("0**b", "b=2"),
    ("0**b", "b=0"),
    ("pow(x, y)", "x=0 y=0"),
    ("hypot(x, y)", "x=0 y=0"),
    ("atan2(y, x)", "y=0 x=0"),
    ("cbrt(x)", "x=0"),
    ("floor(x)", "x=1"),
    ("remainder(x, y)", "x=6 y=3"),
    ("logaddexp(x, y)", "x=-Infinity y=-Infinity"),
    ("amax(x)", "x=[3,3]"),
    ("amin(x)", "x=[3,3]"),
    ("norm(x)", "x=[0,0]"),
    ("std(x)", "x=[3,3]"),
)


def contents() -> dict[str, str]:
    """Return the text of every generated file by its path in the repository."""
    import autograd
    from tests.borders.page import page  # the table of borders is a table of tests

    rows = [f"| `{formula}` | `{at}` | {gradients(formula, at)} |" for formula, at in POINTS]
    return {
        "docs/derivatives.md": DERIVATIVES % (COMMAND, autograd.derivative_table("markdown")),
        "docs/kinks.md": KINKS % (COMMAND, "\n".join(rows)),
        "docs/borders.md": page(COMMAND),
        ".github/neuron.svg": picture(),
        ".github/steps.svg": moving_picture(),
    }


def gradients(formula: str, at: str) -> str:
    """Return the gradient of each variable of a formula, for example "0.5 0.5" for maximum(x, y) at x=3 y=3."""
    import numpy as np

    import autograd

    variables: dict[str, autograd.Value | autograd.Tensor] = {}
    for word in at.split():
        name, _, text = word.partition("=")
        number = json.loads(text)
        is_list = isinstance(number, list)
        variables[name] = autograd.Tensor(number, True, float) if is_list else autograd.Value(number)
    eval(formula, {**vars(autograd), **variables}).backward()
    return " ".join(f"{number:g}" for node in variables.values() for number in np.array(node.grad).flat)


def picture() -> str:
    """Return the picture of the neuron in the README."""
    from autograd import Value, draw

    data = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    x1, x2, w1, w2, b = (Value(number, label=name) for name, number in data.items())
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    o.backward()
    return draw(o, engine="layered").svg


def moving_picture() -> str:
    """Return the picture in the README that plays the steps of x*x + 2*x."""
    from autograd import Stepper, Value

    x = Value(3.0, label="x")
    with tempfile.TemporaryDirectory() as folder:
        return Stepper(x * x + 2 * x, by="edge").save(Path(folder) / "steps.svg").read_text("utf-8")


def outdated(root: Path) -> list[str]:
    """Return the generated files that are missing or not what the engine gives now."""
    files = contents().items()
    return [name for name, text in files if not (root / name).exists() or (root / name).read_text("utf-8") != text]


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the generated files of the docs.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not current")
    options = parser.parse_args()
    environment.enter("test")
    sys.path.insert(0, str(ROOT))
    names = outdated(ROOT)
    for name in names:
        if options.check:
            print(f"{name} is not current: run {COMMAND}")
        else:
            (ROOT / name).parent.mkdir(exist_ok=True)
            (ROOT / name).write_text(contents()[name], encoding="utf-8", newline="\n")
            print(f"{name} is written")
    if not names:
        print("the generated files are current")
    return 1 if names and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
