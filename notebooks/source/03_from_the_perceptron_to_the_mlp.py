# %% [markdown]
# # 3 · From the perceptron to the MLP
#
# A neuron is a small machine that decides. This notebook shows how one neuron learns without derivatives, which simple
# task it can never learn, how two more neurons solve it, and why the bend in each neuron is needed.
#
# From the section *Learned, not set* on, you need notebooks [1](01_a_value_and_its_graph.ipynb) and
# [2](02_backprop_by_hand.ipynb).

# %%
import itertools

import matplotlib.pyplot as plt
import numpy as np

import autograd
import nn
from autograd import Tensor, Value, draw
from nn.plot import decision_boundary

# %% [markdown]
# ## A neuron that decides
#
# The oldest artificial neuron, the **perceptron**, multiplies its inputs by weights and adds a bias. It says 1 if the
# sum is positive, else 0.


# %%
def decide(w, b, x):
    return int(w[0] * x[0] + w[1] * x[1] + b > 0)


X = [[0, 0], [0, 1], [1, 0], [1, 1]]  # all pairs of 0 and 1

for x in X:
    print(x, "->", decide([1, 1], -1.5, x))

# %% [markdown]
# With these weights it says 1 only if both inputs are 1. It computes AND.
#
# ## Rosenblatt's rule
#
# Frank Rosenblatt let the perceptron find its weights itself (1958). Show it one example after the other. If it is
# right, change nothing. If it is wrong, add the error times the input to the weights:
#
# **w ← w + (y − ŷ) · x  and  b ← b + (y − ŷ)**
#
# Here `y` is the right answer and `ŷ` the answer of the perceptron, so the error `y − ŷ` is 1 or −1. If it said 0 in
# place of 1, the sum was too small. With `x` added to the weights and 1 to the bias, the sum for this `x` is larger by
# `x₁² + x₂² + 1`.


# %%
def learn(X, y, epochs=10, show=True):
    w, b = [0.0, 0.0], 0.0
    for epoch in range(1, epochs + 1):
        mistakes = 0
        for x, right in zip(X, y, strict=True):
            error = right - decide(w, b, x)
            if error:
                mistakes += 1
                w = [w[0] + error * x[0], w[1] + error * x[1]]
                b = b + error
        if show:
            print(f"epoch {epoch}: mistakes {mistakes}, w = {w}, b = {b}")
        if not mistakes:
            break
    return w, b


AND = [0, 0, 0, 1]
w, b = learn(X, AND)

# %% [markdown]
# After a few epochs it makes no mistake. `nn.Perceptron` is the same rule, and finds the same weights:

# %%
gate = nn.Perceptron(2)
print(gate.fit(X, AND))
assert (gate.w, gate.b) == (w, b)

figure, axes = plt.subplots(figsize=(4, 3.4))
_ = decision_boundary(gate, X, AND, ax=axes, margin=0.6)

# %% [markdown]
# The sample (1, 0) lies on the border: its sum is exactly 0, so the answer is 0. The border between 0 and 1 is where
# the sum is 0. That is a **straight line**: `w₁·x₁ + w₂·x₂ + b = 0`. So a perceptron can learn what a straight line
# separates.
#
# ## It fails on XOR
#
# XOR is 1 if exactly one of the two inputs is 1.

# %%
XOR = [0, 1, 1, 0]
_ = learn(X, XOR, epochs=6)
print(nn.Perceptron(2).fit(X, XOR))

# %% [markdown]
# The weights at the end of epochs 2, 3, 4, … are the same. An epoch depends on nothing but the weights, so it goes on
# like this forever.
#
# Is it the fault of the rule, or are there no such weights? First a search: a grid of weights between −3 and 3.

# %%
numbers = np.arange(-3, 3.01, 0.25)
w1, w2, b = np.meshgrid(numbers, numbers, numbers)
answers = np.stack([w1 * x[0] + w2 * x[1] + b > 0 for x in X])

for name, target in (("AND", AND), ("XOR", XOR)):
    right = (answers == np.array(target).reshape(4, 1, 1, 1)).sum(axis=0)
    print(
        f"{name}: of {right.size:,} perceptrons, {(right == 4).sum():,} get all four right; the best gets {right.max()}"
    )

# %% [markdown]
# A grid has gaps, so this is no proof. But the proof is short. Suppose that there are weights for XOR. Then
#
# 1. `b ≤ 0`, because (0, 0) gives 0;
# 2. `w₂ + b > 0`, because (0, 1) gives 1;
# 3. `w₁ + b > 0`, because (1, 0) gives 1;
# 4. `w₁ + w₂ + b ≤ 0`, because (1, 1) gives 0.
#
# Add lines 2 and 3: `w₁ + w₂ + 2b > 0`. Add lines 1 and 4: `w₁ + w₂ + 2b ≤ 0`. Both cannot be. So **no perceptron
# computes XOR**.
#
# There are 16 functions of two bits. How many of them can a perceptron learn?

# %%
failed = [target for target in itertools.product((0, 1), repeat=4) if not nn.Perceptron(2).fit(X, target).separable]
print(f"{16 - len(failed)} of 16 are learned; not learned: {failed}")

# %% [markdown]
# All but two: XOR and its opposite. Minsky and Papert published such limits in 1969, in their book *Perceptrons*.
#
# ## XOR by hand
#
# The way out was known: several neurons, in layers. XOR is "at least one, but not both". Each part is a perceptron,
# and so is the combination of the two.


# %%
def xor_of_steps(x):
    at_least_one = decide([1, 1], -0.5, x)
    both = decide([1, 1], -1.5, x)
    return decide([1, -1], -0.5, [at_least_one, both]), at_least_one, both


print("x        at least one   both   result")
for x, right in zip(X, XOR, strict=True):
    result, at_least_one, both = xor_of_steps(x)
    print(f"{x}   {at_least_one:12} {both:6} {result:8}")
    assert result == right

# %% [markdown]
# Neurons whose outputs are inputs of other neurons are called **hidden**. Why do they help? The last neuron does not
# see `x`. It sees the two hidden outputs, and there a straight line is enough:

# %%
hidden = [list(xor_of_steps(x)[1:]) for x in X]
last = nn.Perceptron(2)
last.w, last.b = [1.0, -1.0], -0.5

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
decision_boundary(lambda points: np.array([xor_of_steps(x)[0] for x in points.tolist()]), X, XOR, ax=left, margin=0.6)
left.set_title("what the network sees")
decision_boundary(last, hidden, XOR, ax=right, margin=0.6)
right.set_title("what the last neuron sees")
right.set_xlabel("at least one")
_ = right.set_ylabel("both")

# %% [markdown]
# On the right, the two samples of class 1 lie on the same point.
#
# ## How many hidden neurons does it need?
#
# A step is flat on both sides of its jump. So its derivative is 0, and nothing can be learned through it:

# %%
nudge = 1e-6
slope = (decide([1 + nudge, 1], -0.5, [1, 0]) - decide([1, 1], -0.5, [1, 0])) / nudge
print("the derivative of a step neuron with respect to its weight:", slope)

# %% [markdown]
# Networks therefore use smooth or bent curves, such as tanh or **relu**, which is `x` for positive `x`, else 0.
#
# Two hidden neurons are enough for XOR. Is one? Again first a search: all networks with relu whose weights and biases
# are −2, −1, 0, 1 or 2.

# %%
numbers = (-2, -1, 0, 1, 2)
inputs = np.array(X)

# What a hidden neuron can give for the four inputs. Many weights give the same, which is kept once.
neurons = {tuple(np.maximum(inputs @ w + b, 0)) for *w, b in itertools.product(numbers, repeat=3)}


def functions_of(hidden_neurons):
    """Return the functions of two bits that networks with so many hidden neurons compute."""
    found = set()
    weights = np.array(list(itertools.product(numbers, repeat=hidden_neurons + 1)))  # the last column is the bias
    for hidden in itertools.combinations_with_replacement(sorted(neurons), hidden_neurons):
        outputs = weights @ np.array([*hidden, (1, 1, 1, 1)])  # a row of four outputs for each choice of weights
        found.update(map(tuple, (outputs > 0).astype(int).tolist()))
    return found


one, two = functions_of(1), functions_of(2)
print(f"hidden neurons that differ: {len(neurons)}")
print(f"with 1 hidden neuron: {len(one)} of 16 functions; XOR is {'' if tuple(XOR) in one else 'not '}among them")
print(f"with 2 hidden neurons: {len(two)} of 16 functions; XOR is {'' if tuple(XOR) in two else 'not '}among them")

# %% [markdown]
# The search says: one is not enough. The proof again goes without a computer.
#
# - One hidden neuron forms a sum `s = w₁·x₁ + w₂·x₂ + b` and gives `g(s)`. The output is 1 if `v·g(s) + c > 0`.
# - Step, relu and tanh never fall: a larger `s` gives a larger `g(s)`, or the same. So `v·g(s) + c` only rises with
#   `s`, or only falls.
# - Such a curve passes 0 at most once. So the output is 1 on one side of a certain `s`, and 0 on the other.
# - "On one side of a certain `s`" is a straight line in the plane of the inputs. And no straight line separates XOR.
#
# **So the least number of hidden neurons for XOR is two.** The proof uses that `g` never falls. With another curve it
# is different: a square falls and rises, and one such neuron is enough.

# %%
for x, right in zip(X, XOR, strict=True):
    s = x[0] + x[1] - 1
    output = int(0.5 - s**2 > 0)
    print(x, "s² =", s**2, "->", output)
    assert output == right

# %% [markdown]
# Back to relu. Here is a network of two hidden neurons by hand: `h₁ = relu(x₁ + x₂)`, `h₂ = relu(x₁ + x₂ − 1)` and `y
# = h₁ − 2·h₂`. A network of layers like this is called a **multi-layer perceptron**, MLP. `nn.MLP` consists of Values.


# %%
def set_weights(mlp, *numbers):
    """Set the parameters in their order: for each neuron its weights, then its bias."""
    for parameter, number in zip(mlp.parameters(), numbers, strict=True):
        parameter.data = float(number)


mlp = nn.MLP(2, [2, 1])
set_weights(mlp, 1, 1, 0, 1, 1, -1, 1, -2, 0)
for x, right in zip(X, XOR, strict=True):
    print(x, "->", mlp(x).data)
    assert mlp(x).data == right

# %% [markdown]
# `draw(..., level="neuron")` shows a network as people draw it: a tile for each neuron, a line for each weight. For
# the input (1, 1) the first hidden neuron gives 2 and the second 1. The dashed line is the negative weight −2: it
# takes the 2 away again.

# %%
x1, x2 = Value(1.0, label="x1"), Value(1.0, label="x2")
y = mlp([x1, x2])
y.label = "y"
draw(y, level="neuron")

# %% [markdown]
# ## Learned, not set
#
# Now gradients find the weights, as in notebook 2. All four samples go through the network at once, as
# rows of a `Tensor`.


# %%
def xor_network(hidden, seed):
    autograd.manual_seed(seed)
    return nn.Sequential(nn.Linear(2, hidden), nn.Tanh(), nn.Linear(hidden, 1))


def train(model, X, y, steps, lr=0.1):
    """Train with Adam; return the loss of each step."""
    inputs, targets = Tensor(np.array(X, dtype=float)), Tensor(np.array(y, dtype=float).reshape(-1, 1))
    criterion, optimizer = nn.BCEWithLogitsLoss(), nn.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


network = xor_network(hidden=4, seed=1)
losses = train(network, X, XOR, steps=150)

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
left.plot(losses)
left.set_xlabel("step")
left.set_ylabel("loss")
_ = decision_boundary(network, X, XOR, ax=right, margin=0.6)

# %%
scores = network(Tensor(np.array(X, dtype=float))).data.ravel()
print("the network says:", [int(score > 0) for score in scores])
assert [int(score > 0) for score in scores] == XOR

# %% [markdown]
# `MLP.from_tensor` gives the same network as Values, so that it can be drawn. `color="blame"` shows which parameters
# have the largest part in the gradient: those that a training step would change most. Here is a new network, before
# training.

# %%
fresh = nn.MLP.from_tensor(xor_network(hidden=4, seed=1))
loss = (fresh([1.0, 0.0]) - 1.0) ** 2  # the sample (1, 0), whose class is 1
loss.label = "loss"
loss.backward()
draw(loss, level="neuron", color="blame")

# %% [markdown]
# Two hidden neurons are enough to *compute* XOR. Does training also *find* their weights? Try 100 starts for each
# number of hidden neurons. A third dimension of the Tensors holds the 100 networks, so they learn at the same time.


# %%
def successes(hidden, starts=100, steps=200):
    """Return how many of so many networks get all four samples right after the training."""
    autograd.manual_seed(0)
    W1, b1 = autograd.randn(starts, 2, hidden), autograd.zeros(starts, 1, hidden)
    W2, b2 = autograd.randn(starts, hidden, 1), autograd.zeros(starts, 1, 1)
    parameters = [Tensor(each.data, requires_grad=True) for each in (W1, b1, W2, b2)]
    optimizer = nn.optim.Adam(parameters, lr=0.1)
    inputs, targets = Tensor(np.array(X, dtype=float)), np.array(XOR, dtype=float).reshape(4, 1)
    for _ in range(steps):
        W1, b1, W2, b2 = parameters
        scores = (inputs @ W1 + b1).tanh() @ W2 + b2
        loss = ((scores.sigmoid() - targets) ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return int(((scores.data > 0) == targets).all(axis=1).sum())


print("hidden neurons   learned, of 100 starts")
for hidden_neurons in (1, 2, 3, 4, 8):
    print(f"{hidden_neurons:14} {successes(hidden_neurons):14}")

# %% [markdown]
# With one hidden neuron it never works, as proved. With two it depends on the start: gradients lead downhill, and some
# starts end in a valley that is not the lowest. With more neurons there are more ways down. So networks are made
# larger than they would have to be.

# %% [markdown]
# ## Why linear layers collapse
#
# What if the neurons have no curve, so that each layer only multiplies and adds? Then more layers bring nothing:
#
# `W₂·(W₁·x + b₁) + b₂ = (W₂·W₁)·x + (W₂·b₁ + b₂)`
#
# On the right there is one layer, with the weights `W₂·W₁`. Three layers collapse in the same way, two at a time.
# Compare at 1,000 random points:

# %%
autograd.manual_seed(0)
deep = nn.Sequential(nn.Linear(2, 16), nn.Linear(16, 16), nn.Linear(16, 1))

weight, bias = np.eye(2), np.zeros(2)
for layer in deep:
    weight, bias = layer.weight.data @ weight, layer.weight.data @ bias + layer.bias.data

points = np.random.default_rng(0).normal(size=(1000, 2))
difference = np.abs(deep(Tensor(points)).data - (points @ weight.T + bias)).max()
print(f"{sum(p.data.size for p in deep.parameters())} parameters do the work of {weight.size + bias.size}")
print("is the largest difference below 0.000000001?", difference < 1e-9)

# %% [markdown]
# So a deep network without a curve is a single neuron, and cannot learn XOR either. With tanh between the same layers
# it can:

# %%
bent = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))

figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
for model, title, axes in ((deep, "three linear layers", panels[0]), (bent, "the same with tanh", panels[1])):
    losses = train(model, X, XOR, steps=150, lr=0.03)
    print(f"{title}: the loss goes from {losses[0]:.3f} to {losses[-1]:.3f}")
    decision_boundary(model, X, XOR, ax=axes, margin=0.6)
    axes.set_title(title)

# %% [markdown]
# The loss of the linear layers stays near `ln 2 ≈ 0.693`. That is the loss of someone who says "half and half" for
# each sample, and so does this network. Its border means nothing.

# %%
print("ln 2 =", round(float(np.log(2)), 3))
for model, title in ((deep, "three linear layers"), (bent, "the same with tanh")):
    probabilities = model(Tensor(np.array(X, dtype=float))).sigmoid().data.ravel()
    print(f"{title}: probability of class 1:", [f"{p:.2f}" for p in probabilities])

# %% [markdown]
# ## Two moons
#
# With more data it is the same. Here are 150 samples in two moons. A perceptron finds no straight line between them,
# and an MLP bends its border around them.

# %%
X_moons, y_moons = nn.data.moons(150, generator=np.random.default_rng(0))

line = nn.Perceptron(2, lr=0.1)
print("perceptron:", line.fit(X_moons, y_moons, max_epochs=50))

autograd.manual_seed(0)
mlp = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
_ = train(mlp, X_moons, y_moons, steps=300, lr=0.05)

figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
for model, title, axes in ((line, "perceptron", panels[0]), (mlp, "MLP", panels[1])):
    decision_boundary(model, X_moons, y_moons, ax=axes)
    axes.set_title(title)

# %%
by_line = np.mean([line(x) == y for x, y in zip(X_moons, y_moons, strict=True)])
by_mlp = np.mean((mlp(Tensor(X_moons)).data.ravel() > 0) == y_moons)
print(f"right: perceptron {by_line:.0%}, MLP {by_mlp:.0%}")
assert by_mlp > by_line

# %% [markdown]
# ## Exercises
#
# Each exercise has a cell that you change and a cell that checks it. Run both, as often as you like.
#
# ### Exercise 1: one step of Rosenblatt's rule
#
# A perceptron has `w = [1, −2]` and `b = 0.5`. It is shown `x = [2, 1]`, and the right answer is `y = 0`. What are the
# weights and the bias after this step?

# %%
new_w = [None, None]  # your turn
new_b = None  # your turn


# %% check
def check_1(new_w, new_b):
    if None in (*new_w, new_b):
        return "not yet: put a number in place of each None"
    perceptron = nn.Perceptron(2)
    perceptron.w, perceptron.b = [1.0, -2.0], 0.5
    said = perceptron([2, 1])
    perceptron.update([2, 1], 0)
    if (list(new_w), new_b) == (perceptron.w, perceptron.b):
        return f"right: it said {said}, so the error is {0 - said}"
    if (list(new_w), new_b) == ([1, -2], 0.5):
        return f"not yet: nothing has changed, but the perceptron said {said} in place of 0, which is a mistake"
    if list(new_w) == [3, -1]:
        return "not yet: the direction is wrong; the error is y − ŷ = 0 − 1, so x is subtracted"
    if list(new_w) == perceptron.w:
        return "not yet: the weights are right; the bias changes by the error alone"
    if new_b == perceptron.b:
        return "not yet: the bias is right; each weight changes by the error times its own input"
    return "not yet: first compute the sum and the answer ŷ, then add (y − ŷ) · x to w and y − ŷ to b"


print("exercise 1:", check_1(new_w, new_b))

# %% [markdown]
# ### Exercise 2: a perceptron by hand
#
# Choose weights and a bias so that the perceptron says 1 only for "x₁ and not x₂", that is for (1, 0).

# %%
my_w = [0.0, 0.0]  # your turn
my_b = 0.0  # your turn


# %% check
def check_2(w, b):
    for x in X:
        said, right = decide(w, b, x), int(x == [1, 0])
        if said != right:
            total = w[0] * x[0] + w[1] * x[1] + b
            which = "positive" if right else "0 or less"
            return f"not yet: for {x} the sum is {total:g} and should be {which}"
    return "right: it separates (1, 0) from the other three"


print("exercise 2:", check_2(my_w, my_b))

# %% [markdown]
# ### Exercise 3: XOR in another way
#
# XOR is also "x₁ and not x₂, or x₂ and not x₁". Build that with two hidden relu neurons, whose outputs are 1 or 0, and
# an output neuron that gives 1 for XOR, else 0. Each line has two weights and a bias.

# %%
hidden_1 = [0, 0, 0]  # your turn: 1 for (1, 0), else 0
hidden_2 = [0, 0, 0]  # your turn: 1 for (0, 1), else 0
output = [0, 0, 0]  # your turn


# %% check
def check_3(hidden_1, hidden_2, output):
    mlp = nn.MLP(2, [2, 1])
    set_weights(mlp, *hidden_1, *hidden_2, *output)
    for k, only in enumerate(([1, 0], [0, 1])):
        for x in X:
            gives, right = mlp.layers[0](x)[k].data, int(x == only)
            if gives != right:
                return f"not yet: hidden neuron {k + 1} gives {gives:g} for {x} and should give {right}"
    for x, right in zip(X, XOR, strict=True):
        gives = mlp(x).data
        if gives != right:
            return f"not yet: the hidden neurons are right; for {x} the output is {gives:g} and should be {right}"
    return "right: this network computes XOR, and it is |x₁ − x₂|"


print("exercise 3:", check_3(hidden_1, hidden_2, output))

# %% [markdown]
# ## What you have seen
#
# - A perceptron separates by a straight line. Rosenblatt's rule finds the line, if there is one.
# - XOR has no such line. Hidden neurons give the last neuron a view in which there is one.
# - For XOR the least number of hidden neurons is two. Training finds the weights more surely if there are more.
# - Without a curve between them, layers collapse to one.
