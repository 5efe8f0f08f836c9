"""The main job on a real neuron, and on a network of them: see the graph, step through backprop, train.

`python3 tools/demo.py`. The neuron is the one of Karpathy's micrograd lecture, tanh(x1*w1 + x2*w2 + b), whose gradients
are well known; the network is micrograd's, with so few neurons that all of it can be looked at.
"""

import os

import environment


def main() -> None:
    environment.enter()
    out = os.path.join(environment.ROOT, "out")
    os.makedirs(out, exist_ok=True)
    neuron(out)
    network(out)


def neuron(out: str) -> None:
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

    svg, html = os.path.join(out, "neuron.svg"), os.path.join(out, "neuron.html")
    stepper.save(svg)
    stepper.save(html)
    print("\nWritten, for any browser:")
    print("  %s   the graph: data and gradients, local derivatives on the arrows" % os.path.relpath(svg))
    print("  %s  the same, with the steps" % os.path.relpath(html))
    print("Look at the gradients of x1, w1, x2, w2: they should be -1.5, 1.0, 0.5, 0.0.")
    print('Your own:  %s -m autograd "tanh(w*x + b)" w=-3 x=2 b=6.88' % os.path.relpath(environment.PYTHON))


def network(out: str) -> None:
    import autograd
    import nn

    draw = autograd.manual_seed(0)
    points, classes = nn.data.moons(40, noise=0.1, generator=draw)
    rows, signs = points.tolist(), (2 * classes - 1).tolist()
    model = nn.MLP(2, [3, 1], activation="tanh")
    optimizer = nn.optim.Adam(model.parameters(), lr=0.2)
    print("\nAn MLP of %d Values learns to separate two moons of %d points:\n" % (len(model.parameters()), len(rows)))
    for step in range(81):
        scores = [model(row) for row in rows]
        loss = nn.functional.hinge_loss(scores, signs)
        if step % 10 == 0:
            right = sum((score.data > 0) == (sign > 0) for score, sign in zip(scores, signs, strict=True))
            print("  step %2d   loss %.4f   accuracy %5.1f %%" % (step, loss.data, 100.0 * right / len(rows)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    x = [autograd.Value(number, label=name) for number, name in zip(rows[0], ("x1", "x2"), strict=True)]
    score = model(x)
    score.label = "score"
    optimizer.zero_grad()
    score.backward()
    svg = os.path.join(out, "network.svg")
    autograd.draw(score).save(svg)
    print("\nWritten: %s   the trained network, all of it, at a point of class %d" % (os.path.relpath(svg), signs[0]))


if __name__ == "__main__":
    main()
