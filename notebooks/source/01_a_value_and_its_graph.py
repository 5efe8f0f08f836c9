# %% [markdown]
# # 1 · A value and its graph
#
# Neural networks learn by derivatives. A computer can find them by itself, if it remembers how each number was
# computed. In this notebook you compute with numbers that remember, look at what they remember, and read derivatives
# from it.
#
# You need Python and the derivative from school. Run the cells from top to bottom: **Shift + Enter** runs a cell and
# goes to the next. At the end there are three exercises that check themselves.

# %%
from autograd import Value, check_gradients, draw, live

# %% [markdown]
# ## A number that remembers
#
# Two cups of coffee cost 3 each, and the tip is 1. A `Value` holds a number. The label is its name in pictures.

# %%
price = Value(3.0, label="price")
cups = Value(2.0, label="cups")
tip = Value(1.0, label="tip")

total = price * cups + tip
total.label = "total"
total

# %% [markdown]
# The total is 7, as with plain numbers. But `total` also knows the operation that made it, `add`, and the values that
# this operation took.

# %%
print("total was made by", total.op.name, "from", [value.data for value in total.inputs])

product = total.inputs[0]
print("its first input was made by", product.op.name, "from", [value.label for value in product.inputs])

# %% [markdown]
# So one can walk back from the result to the numbers it began with. These few lines do it. A value that no operation
# has made is called a **leaf**.


# %%
def values_of(root):
    """Return root and all values that it was computed from, each once."""
    found, waiting = [], [root]
    while waiting:
        value = waiting.pop()
        if not any(value is other for other in found):
            found.append(value)
            waiting.extend(value.inputs)
    return found


for value in values_of(total):
    print(f"{value.data:4g}  {value.label or '(no label)':10}  {value.op.name if value.op else 'leaf'}")

# %% [markdown]
# ## The picture of a computation
#
# Values and operations together form a **graph**. `draw` shows it. Read it from left to right: leaves have round
# corners, operations are small circles, and what an operation gives stands to its right.

# %%
draw(total)

# %% [markdown]
# The word on each arrow into an operation is a **local derivative**: how fast the result of this one operation grows
# with this one input. You know both rules from school:
#
# - the derivative of `a + b` with respect to `a` is 1;
# - the derivative of `a · b` with respect to `a` is `b`. So the arrow from `price` says `cups`, which is 2.
#
# The product has no label, so the picture calls it `v1`. In each box, `grad` has no number yet: the sign `–` says that
# nobody has asked for derivatives so far.

# %% [markdown]
# ## What a derivative says
#
# How much does the total grow if a cup costs a little more? Try it: add a small step to one input, and look how much
# the result moves, per step.


# %%
def bill(price, cups, tip):
    return price * cups + tip


start = {"price": 3.0, "cups": 2.0, "tip": 1.0}
step = 0.001

slopes = {}
for name in start:
    moved = {**start, name: start[name] + step}
    slopes[name] = (bill(**moved) - bill(**start)) / step
    print(f"{name:5} + {step}: the total grows by {slopes[name]:.3f} times the step")

# %% [markdown]
# These three numbers are the derivatives of the total. A cup that costs one cent more makes the bill two cents larger,
# because you buy two cups. One more cup makes it 3 larger. The tip goes in as it is.
#
# All derivatives of one result together are its **gradient**. With a million inputs, this way takes a million
# computations. The graph finds all of them in one walk.

# %% [markdown]
# ## All derivatives at once
#
# `backward()` walks the graph from the result back to the leaves. After it, each value has its derivative in `.grad`.

# %%
total.backward()

for leaf in (price, cups, tip):
    print(f"{leaf.label:5}  by backward(): {leaf.grad:g}   by a small step: {slopes[leaf.label]:.3f}")
    assert abs(leaf.grad - slopes[leaf.label]) < 1e-6

# %%
draw(total)

# %% [markdown]
# Now `grad` has numbers. Follow the arrows from the right to the left:
#
# - `total` has 1: it grows exactly as fast as itself.
# - On the way to `price` there are two arrows into operations, with 1 and with 2. The gradient of `price` is 1 · 1 · 2
#   = 2.
#
# **Along a path, local derivatives are multiplied.** That is the chain rule, and notebook 2 is about it.
#
# You need not believe `backward()`. `check_gradients` compares it with derivatives that are found without the rules:

# %%
check_gradients(bill, 3.0, 2.0, 1.0)

# %% [markdown]
# ## A value that is used twice
#
# In `x · x + x` the value `x` is used three times. The graph still has one box for it, from which three arrows go out.

# %%
x = Value(3.0, label="x")
y = x * x + x
y.label = "y"
y.backward()
draw(y)

# %% [markdown]
# From school, the derivative of `x² + x` is `2x + 1`, at 3 it is 7. The graph has three paths from `y` to `x`. Two of
# them bring 3, and the one without a product brings 1. **What arrives on several paths is added.**

# %%
print("sum over the paths:", 3 + 3 + 1, "  backward():", x.grad, "  from school:", 2 * 3 + 1)
assert x.grad == 7

# %% [markdown]
# ## A neuron
#
# The unit of a neural network is a **neuron**. It multiplies each input by a weight, adds them and a bias, and bends
# the sum by a curve such as tanh, which gives a number between −1 and 1.

# %%
x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
b = Value(6.7, label="b")

n = x1 * w1 + x2 * w2 + b
n.label = "n"
out = n.tanh()
out.label = "out"
out.backward()
draw(out, color="grad")

# %% [markdown]
# With `color="grad"`, a box shows the sign and the size of its gradient. A long bar is a large gradient.
#
# The gradient of `w2` is 0: its input `x2` is 0, so this weight does nothing at the moment. The input `x1` has the
# largest effect, because its weight has the largest size. The effect is negative, because that weight is negative.
#
# The local derivative of tanh is written `square(sech(n))` in the picture. That is `1 − tanh²(n)` from your table of
# formulas, in a form in which no digits are lost when tanh is near 1:

# %%
print(f"1 - out²: {1 - out.data**2:.4f}   the gradient of n: {n.grad:.4f}")
assert abs(1 - out.data**2 - n.grad) < 1e-12

# %% [markdown]
# ## Learning is walking downhill
#
# The neuron should give 0. At the moment it does not. The **loss** says how far away it is: the square of the
# difference. Its gradient says in which direction each weight makes the loss larger. So a small step in the opposite
# direction makes it smaller. Repeat.


# %%
def neuron_loss(w1, w2, b):
    return ((2.0 * w1 + 0.0 * w2 + b).tanh() - 0.0) ** 2


weights = [w1, w2, b]
print("step  loss")
for k in range(6):
    loss = neuron_loss(*weights)
    print(f"{k:4}  {loss.data:.4f}")
    for weight in weights:
        weight.grad = None  # forget the gradient of the step before
    loss.backward()
    for weight in weights:
        weight.data -= 0.1 * weight.grad  # against the gradient

# %% [markdown]
# That is the whole of learning: compute, go backward, step against the gradient. A network with a million weights
# learns in the same three lines. Why the gradient has to be forgotten before each step is in notebook 2.
#
# ## Move it
#
# `live` makes a page of the graph. Drag an input, and all numbers are computed anew, forward and backward. If you see
# only a picture here, the page that shows this notebook runs no scripts: open the notebook in JupyterLab and run this
# cell.

# %%
a = Value(0.5, label="a")
c = Value(1.0, label="c")
curve = (a * c).tanh()
curve.label = "y"
live(curve, sliders={"a": (-3, 3), "c": (-3, 3)})

# %% [markdown]
# Try this: make the product of `a` and `c` large. The curve is flat there, so both gradients go to 0. Such a neuron is
# called **saturated**: it hardly learns any more. The same in numbers:

# %%
for size in (0.0, 1.0, 2.0, 5.0, 10.0):
    z = Value(size)
    z.tanh().backward()
    print(f"z = {size:4g}   slope of tanh(z): {z.grad:.2g}")

# %% [markdown]
# ## Exercises
#
# Each exercise has a cell that you change and a cell that checks it. Run both, as often as you like.
#
# ### Exercise 1: build a graph
#
# Compute `q = (u − v)²` so that `q` remembers how it was made.

# %%
u, v = Value(4.0, label="u"), Value(1.0, label="v")

q = None  # your turn: put a formula in place of None


# %% check
def check_1(q):
    if q is None:
        return "not yet: put a formula of u and v in place of None"
    if not isinstance(q, Value):
        return f"not yet: q is a plain {type(q).__name__} and remembers nothing; compute it from u and v themselves"
    used = [any(value is leaf for value in values_of(q)) for leaf in (u, v)]
    if not all(used):
        return f"not yet: the graph of q does not contain {'u' if not used[0] else 'v'}"
    if q.data == u.data**2 - v.data**2:
        return "not yet: this is u² - v²; the square belongs to the whole difference, so it needs brackets"
    if q.data == u.data - v.data:
        return "not yet: this is the difference; it still has to be squared"
    if q.data != 9.0:
        return f"not yet: q is {q.data:g}, and (4 - 1)² is 9"
    return "right: " + repr(q)


print("exercise 1:", check_1(q))

# %% [markdown]
# ### Exercise 2: predict a gradient
#
# Here is `f = r · s + s` with `r = 2` and `s = 5`. What are the gradients of `r` and of `s`? Work them out on paper.
# The picture has no gradients yet.

# %%
r, s = Value(2.0, label="r"), Value(5.0, label="s")
f = r * s + s
f.label = "f"
draw(f)

# %%
gradient_of_r = None  # your turn
gradient_of_s = None  # your turn


# %% check
def check_2(of_r, of_s):
    if of_r is None or of_s is None:
        return "not yet: put a number in place of each None"
    r.grad = s.grad = None
    f.backward()
    if (of_r, of_s) == (r.grad, s.grad):
        return f"right: backward() gives {r.grad:g} and {s.grad:g}"
    if (of_s, of_r) == (r.grad, s.grad):
        return "not yet: these are the right numbers, but of the other value each"
    if of_r == r.data:
        return "not yet: the derivative of r·s with respect to r is not r but the other factor"
    if of_r != r.grad:
        return f"not yet: r is used once, in r·s; how fast does that grow with r? Your answer is {of_r:g}"
    if of_s in (r.data, 1):
        path = "the product" if of_s == r.data else "the sum"
        return f"not yet: s is used twice, and {of_s:g} is what arrives through {path} alone; add both paths"
    if of_s == s.data:
        return "not yet: the derivative of r·s with respect to s is not s but the other factor, and s is used twice"
    return f"not yet: the gradient of r is right; that of s is the sum of two paths, and not {of_s:g}"


print("exercise 2:", check_2(gradient_of_r, gradient_of_s))

# %% [markdown]
# ### Exercise 3: walk downhill
#
# The loss is `(w · 2 − 4)²`, and `w` is 3. Choose a new number for `w` that makes the loss smaller than 0.5. The
# gradient says in which direction to go.


# %%
def loss_at(w):
    return (w * 2.0 - 4.0) ** 2


w = Value(3.0, label="w")
loss = loss_at(w)
loss.backward()
print(f"w = {w.data:g}: the loss is {loss.data:g}, and its gradient is {w.grad:g}")

new_w = None  # your turn


# %% check
def check_3(new_w):
    if new_w is None:
        return "not yet: put a number in place of None"
    now = loss_at(new_w)
    if new_w > 3:
        return f"not yet: the loss has grown to {now:g}; the gradient is positive, so a larger w is uphill"
    if now >= loss_at(3.0):
        return f"not yet: the direction is right, but the step is too long: the loss is {now:g} on the other side"
    if now >= 0.5:
        return f"not yet: the direction is right, and the loss is {now:g}; go on until it is below 0.5"
    return f"right: the loss is {now:g}" + ("; it cannot be smaller" if now == 0 else "")


print("exercise 3:", check_3(new_w))

# %% [markdown]
# ## What you have seen
#
# - A `Value` remembers the operation and the values it was computed from. Together they are a graph.
# - A derivative says how fast the result grows with one input. `backward()` finds all of them in one walk.
# - Along a path, local derivatives are multiplied. What arrives on several paths is added.
# - Learning is a step against the gradient, repeated.
#
# Next: [2 · Backprop by hand](02_backprop_by_hand.ipynb).
