# %% [markdown]
# # 2 · Backprop by hand
#
# In [notebook 1](01_a_value_and_its_graph.ipynb), `backward()` found all derivatives of a computation. Here you do its
# work yourself. It needs three ideas: multiply along a path, add over the paths, and finish a value before you go on
# from it. At the end you answer ten questions about gradients by hand, and mend a `backward` that is wrong.

# %%
import random

import matplotlib.pyplot as plt

import nn
from autograd import Stepper, Value, draw, explain_order, practice

# %% [markdown]
# ## Multiply along a path
#
# Take two gears. The first turns `x` into `u = 3x + 1`, the second turns `u` into `y = u²`. Move `x` a little, and
# look how much faster the others move.

# %%
step = 1e-6


def u_of(x):
    return 3 * x + 1


def y_of(u):
    return u**2


x = 1.0
u = u_of(x)
du_dx = (u_of(x + step) - u) / step
dy_du = (y_of(u + step) - y_of(u)) / step
dy_dx = (y_of(u_of(x + step)) - y_of(u_of(x))) / step

print(f"u moves {du_dx:.3f} times as fast as x")
print(f"y moves {dy_du:.3f} times as fast as u")
print(f"y moves {dy_dx:.3f} times as fast as x, and {du_dx:.3f} × {dy_du:.3f} = {du_dx * dy_du:.3f}")
assert abs(dy_dx - du_dx * dy_du) < 1e-4

# %% [markdown]
# That is the **chain rule**. If `u` is 3 times as fast as `x`, and `y` is 8 times as fast as `u`, then `y` is 3 · 8 =
# 24 times as fast as `x`. In a graph the factors stand on the arrows:

# %%
x = Value(1.0, label="x")
u = 3 * x + 1
u.label = "u"
y = u**2
y.label = "y"
y.backward()
draw(y)

# %% [markdown]
# ## Backward, line by line
#
# Now a graph with several inputs. The forward pass computes it line by line. The backward pass goes through the same
# lines in the opposite order. For each line it asks: the gradient of the result is known, so what is that of the
# inputs?
#
# **contribution to an input = upstream gradient × local derivative**
#
# The *upstream gradient* is that of the result. The *local derivative* belongs to this one operation.

# %%
# forward
a, b, c, d = 2.0, -3.0, 10.0, 0.5
p = a * b
s = p + c
y = s * d

# backward; grad_p stands for dy/dp
grad_y = 1.0
grad_s = grad_y * d  # y = s * d: the local derivative for s is d
grad_d = grad_y * s
grad_p = grad_s * 1.0  # s = p + c: both local derivatives are 1
grad_c = grad_s * 1.0
grad_a = grad_p * b  # p = a * b
grad_b = grad_p * a

print("by hand:      ", {"a": grad_a, "b": grad_b, "c": grad_c, "d": grad_d})

# %%
a, b, c, d = (Value(number, label=name) for name, number in {"a": 2.0, "b": -3.0, "c": 10.0, "d": 0.5}.items())
p = a * b
s = p + c
y = s * d
p.label, s.label, y.label = "p", "s", "y"
y.backward()

print("by backward():", {value.label: value.grad for value in (a, b, c, d)})
assert [a.grad, b.grad, c.grad, d.grad] == [grad_a, grad_b, grad_c, grad_d]

# %% [markdown]
# A `Stepper` plays this walk on any graph. Each line of its table is one product, as above: *gradient* × *local
# derivative* = *contribution*.

# %%
for leaf in (a, b, c, d):
    leaf.grad = None  # else the sums would begin with these gradients; more on this in the section on zeroing

stepper = Stepper(y)
print(stepper)

# %% [markdown]
# Run the next cell in JupyterLab: it becomes a player, and its buttons go through the steps. On a page without scripts
# it is a picture.

# %%
stepper

# %% [markdown]
# ## Add over the paths
#
# A value may be used more than once. Take `y = (x + 2) · x` at 3. Give each use of `x` its own name, and move one use
# at a time:

# %%


def product(first, second):
    return (first + 2) * second


first_only = (product(3 + step, 3) - product(3, 3)) / step
second_only = (product(3, 3 + step) - product(3, 3)) / step
both = (product(3 + step, 3 + step) - product(3, 3)) / step

print(f"only the first use moves:  {first_only:.3f}")
print(f"only the second use moves: {second_only:.3f}")
print(f"both move:                 {both:.3f}")
assert abs(both - (first_only + second_only)) < 1e-4

# %% [markdown]
# If `x` moves, both uses move. So the gradient of `x` is the **sum** of what the two uses contribute. The column *sum
# so far* shows how it comes together:

# %%
x = Value(3.0, label="x")
y = (x + 2) * x
y.label = "y"
print(Stepper(y))

# %% [markdown]
# From school: `(x + 2) · x = x² + 2x`, and its derivative `2x + 2` is 8 at 3.
#
# ## Why `+=`
#
# In a program the sum is written with `+=`: each use adds its contribution to what is there already. A frequent
# mistake is `=`, which keeps only the contribution that came last.

# %%
for how in ("=", "+="):
    gradient = 0.0
    for contribution in (5.0, 3.0):
        if how == "=":
            gradient = contribution
        else:
            gradient += contribution
    print(f"with {how:2} the gradient of x is {gradient:g}")

# %% [markdown]
# ## Why this order
#
# When may a value pass its gradient on? Here is the smallest graph on which it matters: `b = a + a`, `c = b + b`.

# %%
a = Value(1.0, label="a")
b = a + a
b.label = "b"
c = b + b
c.label = "c"
draw(c)

# %% [markdown]
# `c` contributes 1 to `b` twice, so the gradient of `b` is 2. If `b` passes on its gradient after the first
# contribution, it passes on 1, which is not the whole. That is what the simplest program does: a recursion that goes
# on into the inputs at once.

# %%
explain_order(c)

# %% [markdown]
# So the rule is: **a value passes its gradient on when all of its users have contributed.** Backprop reaches that
# without counting: it takes the newest value first. A value is always newer than its inputs, so all its users come
# before it.
#
# The order also saves time. Each path of the graph is one visit of the recursion. Lengthen the chain by a link, and
# there are twice as many paths:

# %%
print("links   values   visits of the recursion")
for links in (1, 2, 5, 10, 20, 40):
    end = Value(1.0)
    for _ in range(links):
        end = end + end
    print(f"{links:5} {links + 1:8} {explain_order(end).visits:25,}")

# %% [markdown]
# The sweep of `backward()` visits each value once: 41 visits in the last line, in place of two million million.
#
# ## Your own backprop
#
# The three ideas make a complete program. It knows the local derivatives of four operations.


# %%
def local_derivatives(value):
    """Return the derivative of a value with respect to each of its inputs."""
    numbers = [each.data for each in value.inputs]
    match value.op.name:
        case "add":
            return [1.0, 1.0]
        case "sub":
            return [1.0, -1.0]
        case "mul":
            return [numbers[1], numbers[0]]
        case "tanh":
            return [1 - value.data**2]


def inputs_first(root):
    """Return all values of the graph, each after its inputs."""
    order, seen = [], set()

    def visit(value):
        if value not in seen:
            seen.add(value)
            for each in value.inputs:
                visit(each)
            order.append(value)

    visit(root)
    return order


def gradients_of(root):
    """Return the gradient of each value of the graph."""
    gradient = {value: 0.0 for value in inputs_first(root)}
    gradient[root] = 1.0
    for value in reversed(inputs_first(root)):  # users first
        if value.op:
            for each, local in zip(value.inputs, local_derivatives(value), strict=True):
                gradient[each] += gradient[value] * local
    return gradient


# %% [markdown]
# Is it right? Build 200 random graphs, in which values are used again and again, and compare with the engine:


# %%
def random_graph(generator):
    """Return the result and the leaves of a random graph of 12 operations."""
    leaves = [Value(generator.uniform(-1, 1)) for _ in range(3)]
    values = list(leaves)
    for _ in range(12):
        one, two = generator.choice(values), generator.choice(values)
        values.append(generator.choice([one + two, one - two, one * two, one.tanh()]))
    return sum(values[1:], values[0]), leaves


generator = random.Random(0)
largest = 0.0
for _ in range(200):
    root, leaves = random_graph(generator)
    mine = gradients_of(root)
    root.backward()
    largest = max(largest, *(abs(mine[leaf] - leaf.grad) for leaf in leaves))

print("200 graphs; is the largest difference below 0.000000001?", largest < 1e-9)

# %% [markdown]
# ## Zeroing
#
# The gradients of leaves are added up over several calls of `backward()` as well. That is useful when a loss comes in
# parts, one sample after the other. But it means that *you* say when a new sum begins.

# %%
x = Value(3.0, label="x")
for call in (1, 2, 3):
    (x * x).backward()
    print(f"after call {call} of backward(): {x.grad:g}")

x.grad = None
(x * x).backward()
print(f"after x.grad = None and another call: {x.grad:g}")

# %% [markdown]
# What happens if a training loop forgets it? The loss `(w − 3)²` is smallest at `w = 3`. One loop sets the gradient to
# None before each step, the other does not.


# %%
def train(forget, steps=40):
    """Return the numbers that w has during the training."""
    w = Value(0.0)
    path = []
    for _ in range(steps):
        if forget:
            w.grad = None
        ((w - 3) ** 2).backward()
        w.data -= 0.1 * w.grad
        path.append(w.data)
    return path


figure, axes = plt.subplots(figsize=(7, 3))
axes.plot(train(forget=True), "o-", markersize=3, label="gradient set to None before each step")
axes.plot(train(forget=False), "s--", markersize=3, label="gradient never set to None")
axes.axhline(3, color="gray", linewidth=1)
axes.set_xlabel("step")
axes.set_ylabel("w")
_ = axes.legend()

# %%
print("w after 40 steps, with zeroing:   ", f"{train(forget=True)[-1]:.3f}")
print("the smallest and largest w without:", f"{min(train(forget=False)):.3f} and {max(train(forget=False)):.3f}")

# %% [markdown]
# Without zeroing, each step uses the sum of all gradients so far. So `w` runs past 3 and back, and does not come to
# rest.
#
# Optimizers do this for all parameters of a model at once. These are the three lines of every training loop:

# %%
w = Value(0.0, label="w")
optimizer = nn.optim.SGD([w], lr=0.1)
for _ in range(40):
    loss = (w - 3) ** 2
    optimizer.zero_grad()  # begin a new sum
    loss.backward()  # compute the gradients
    optimizer.step()  # go a step against them
print(f"w = {w.data:.3f}")
assert w.data == train(forget=True)[-1]

# %% [markdown]
# ## Exercises
#
# Each exercise has a cell that you change and a cell that checks it. Run both, as often as you like.
#
# ### Exercise 1: ten gradients
#
# Here is a small network, of which the weight `w` is used twice. The numbers of the forward pass are known.

# %%
w, x, b = Value(2.0, label="w"), Value(0.5, label="x"), Value(-1.0, label="b")
h = (w * x).tanh()
y = w * h + b
loss = (y - 1.0) ** 2
h.label, y.label, loss.label = "h", "y", "loss"
draw(loss)

# %% [markdown]
# `square(sech(v1))` on the arrow into tanh is `1 − h²` in a form that keeps more digits; take the number on the arrow.
#
# These are the ten questions, in the order in which backprop meets them:

# %%
for k, question in enumerate(practice(loss).questions(), 1):
    print(f"{k:2}  {question}")

# %% [markdown]
# In JupyterLab, run the next cell: it asks the questions one after the other and says what is wrong with an answer.

# %%
practice(loss)

# %% [markdown]
# Or write your answers below, one after the other, and run both cells after each. Four digits are enough. An answer
# may be a computation, such as `2 * -0.5`.

# %%
answers = [
    # your turn: the answer to question 1, a comma, the answer to question 2, ...
]


# %% check
def check_1(answers):
    task = practice(loss)
    for k, answer in enumerate(answers[: len(task)], 1):
        verdict = task.answer(answer)
        print(f"question {k}: {verdict}")
        if not verdict:
            return "not yet: correct this answer and run both cells again"
    if task.question:
        return f"not yet: {len(answers)} of {len(task)} are answered; the next question is\n{task.question}"
    return f"right: all {len(task)}"


print("exercise 1:", check_1(answers))

# %% [markdown]
# If you are stuck, `practice(loss).reveal()` gives away the first answer. `python -m autograd "tanh(w*x + b)" w=2
# x=0.5 b=-1 --practice` asks the questions in a terminal, about any formula.
#
# ### Exercise 2: mend a backward
#
# This program has two mistakes. Both were in this notebook. Find and mend them.


# %%
def my_gradients_of(root):
    gradient = {value: 0.0 for value in inputs_first(root)}
    gradient[root] = 1.0
    for value in inputs_first(root):  # your turn: two lines have a mistake
        if value.op:
            for each, local in zip(value.inputs, local_derivatives(value), strict=True):
                gradient[each] = gradient[value] * local
    return gradient


# %% check
def check_2(gradients_of):
    m, n = Value(2.0, label="m"), Value(-3.0, label="n")
    cases = {
        "m * n": (m * n, "this is one operation, and each value is used once"),
        "(m + n).tanh()": ((m + n).tanh(), "a chain: a value needs its gradient before it can pass it on"),
        "m + m": (m + m, "m is used twice, and both uses count"),
        "m * n + m": (m * n + m, "m is used by two operations, and both uses count"),
    }
    for formula, (root, hint) in cases.items():
        got = gradients_of(root)
        m.grad = n.grad = None
        root.backward()
        for leaf in (m, n):
            if leaf.grad is not None and abs(got.get(leaf, 0.0) - leaf.grad) > 1e-9:
                said = (
                    f"the gradient of {leaf.label} is {leaf.grad:.3f}, and this program says {got.get(leaf, 0.0):.3f}"
                )
                return f"not yet: in {formula} {said}\n{hint}"
    return "right: the four test graphs agree with the engine"


print("exercise 2:", check_2(my_gradients_of))

# %% [markdown]
# ### Exercise 3: a loop that does not come to rest
#
# This loop should bring `w` to 3, where the loss is smallest. Add the line that is missing.


# %%
def my_train():
    w = Value(0.0)
    for _ in range(60):
        loss = (w - 3) ** 2
        # your turn: a line is missing
        loss.backward()
        w.data -= 0.1 * w.grad
    return w


# %% check
def check_3(train):
    try:
        w = train()
    except TypeError:
        return "not yet: w.grad is None when the step is made; forget the old gradient before backward(), not after it"
    if abs(w.data - 3) < 0.01:
        return f"right: w comes to rest at {w.data:.4f}"
    uphill = w.data - 0.1 * w.grad  # where the last step began, if it went along the gradient
    if abs(w.grad - 2 * (uphill - 3)) < 1e-6 * abs(w.grad):
        return f"not yet: w is {w.data:.3g}; the steps go uphill, and w.data -= 0.1 * w.grad was right as it was"
    return f"not yet: w is {w.data:.3f}; the last step used {w.grad:.3f}, the sum of the gradients of all steps"


print("exercise 3:", check_3(my_train))

# %% [markdown]
# ## What you have seen
#
# - Along a path, local derivatives are multiplied: the chain rule.
# - Over several paths, contributions are added: `+=`, not `=`.
# - A value passes its gradient on when all of its users have contributed. Newest first is such an order.
# - Gradients of leaves are added up until you set them to None. A training loop does it before each step.
#
# Next: [3 · From the perceptron to the MLP](03_from_the_perceptron_to_the_mlp.ipynb).
