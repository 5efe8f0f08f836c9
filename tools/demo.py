"""The main job on a real neuron: see the graph, step through backprop. `python3 tools/demo.py`

The neuron is the one of Karpathy's micrograd lecture, tanh(x1*w1 + x2*w2 + b): its gradients are well known.
"""

import os

import environment


def main() -> None:
    environment.enter()

    import autograd

    x1 = autograd.Value(2.0, label="x1")
    x2 = autograd.Value(0.0, label="x2")
    w1 = autograd.Value(-3.0, label="w1")
    w2 = autograd.Value(1.0, label="w2")
    b = autograd.Value(6.8813735870195432, label="b")
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"

    stepper = autograd.Stepper(o)
    print("Backprop through o = tanh(x1*w1 + x2*w2 + b), step by step:\n")
    print(stepper)
    stepper.finish()

    out = os.path.join(environment.ROOT, "out")
    os.makedirs(out, exist_ok=True)
    svg, html = os.path.join(out, "neuron.svg"), os.path.join(out, "neuron.html")
    stepper.save(svg)
    stepper.save(html)
    print("\nWritten, for any browser:")
    print("  %s   the graph: data and gradients, local derivatives on the arrows" % os.path.relpath(svg))
    print("  %s  the same, with the steps" % os.path.relpath(html))
    print("Look at the gradients of x1, w1, x2, w2: they should be -1.5, 1.0, 0.5, 0.0.")
    print("Your own:  %s -m autograd \"tanh(w*x + b)\" w=-3 x=2 b=6.88" % os.path.relpath(environment.PYTHON))


if __name__ == "__main__":
    main()
