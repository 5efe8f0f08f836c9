"""Optimizer: what all optimizers share. Which parameters, with which options, and a step that is taken whole or not.

What an optimizer computes it says in one pure function, `update`: the number, its gradient and what the optimizer
remembers of it go in, the new number and the new memory come out. The step, and the table that explains the step, are
made of it here.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from autograd import Tensor, enable_grad

from .explanation import Explanation, Row, State, Update
from .options import valid
from .parameters import Node, assign, gradient, listed, raw


class Optimizer:
    """Base of the optimizers: parameter groups, the step, what is saved and loaded.

    `params` are Values and Tensors that are leaves; or pairs (name, node), as `model.named_parameters()` gives them; or
    dicts, each a group with options of its own: `{"params": [...], "lr": 0.1}`. A subclass writes `update` and
    hands its options to `super().__init__(params, defaults)`. A parameter whose grad is None is skipped.

    >>> class Signs(nn.optim.Optimizer):
    ...     def __init__(self, params, lr=0.5):
    ...         super().__init__(params, {"lr": lr})
    ...
    ...     @staticmethod
    ...     def update(x, g, state, *, lr):
    ...         return nn.optim.Update(x - lr * autograd.sign(g), {})
    >>> w = Value(3.0)
    >>> (w * w).backward()
    >>> Signs([w]).step()
    >>> w.data
    2.5
    """

    def __init__(self, params: Iterable[Any], defaults: Mapping[str, Any]) -> None:
        self.defaults = self.checked(defaults)
        self.state: dict[Node, State] = {}
        self.param_groups: list[dict[str, Any]] = []
        self.steps = 0  # taken by this object; a scheduler wants to know whether any was
        what = type(self).__name__
        if isinstance(params, Node):
            raise TypeError(f"{what} takes a list of parameters, got one {type(params).__name__}; write [parameter]")
        if isinstance(params, dict):
            raise TypeError(f"{what} takes a list of parameters or of groups, got a dict; write [{{'params': ...}}]")
        given = listed(params, what)
        if not given:
            raise ValueError(f"{what} got an empty list of parameters; give it what is to learn, model.parameters()")
        grouped = [isinstance(each, dict) for each in given]
        if any(grouped) and not all(grouped):
            raise TypeError(f"{what} takes parameters or groups (dicts), got both in one list")
        for group in given if all(grouped) else [{"params": given}]:
            self.add_param_group(group)
        if not self._nodes():
            raise ValueError(f"{what} got groups without a parameter; give it what is to learn, model.parameters()")

    @staticmethod
    @abstractmethod
    def update(x: Any, g: Any, state: State, *args: Any, **options: Any) -> Update:
        """The formula, on floats and on arrays: from the data, the gradient and the state to the new data and state.

        Pure: it writes into nothing. The state is empty at first. The options are those of the group; `maximize` is
        not among them, the gradient has its sign already.
        """

    def checked(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options, each within its range. TypeError or ValueError where one is not."""
        return {name: valid(name, value) for name, value in options.items()}

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """Take on more parameters, `{"params": [...]}`, with options of their own or else the defaults."""
        what = type(self).__name__
        if not isinstance(param_group, Mapping):
            raise TypeError(f"a group is a dict with the key 'params', got {type(param_group).__name__}")
        if "params" not in param_group:
            raise ValueError(f"a group needs the key 'params', got the keys {list(param_group)}")
        given = param_group["params"]
        members = [given] if isinstance(given, Node) else listed(given, what)
        pairs = [each for each in members if isinstance(each, tuple) and len(each) == 2]
        names = [name for name, _ in pairs]
        if names and len(names) != len(members):
            raise ValueError(f"{what} takes parameters with names or without, got both in one group")
        nodes = [node for _, node in pairs] or members
        taken = {id(node) for group in self.param_groups for node in group["params"]}
        for k, node in enumerate(nodes):
            self._admit(node, k)
            if id(node) in taken:
                raise ValueError(
                    f"the parameter at position {k} is in the optimizer already; one that is there twice would be "
                    f"moved twice: {node!r:.60}"
                )
            taken.add(id(node))
        options = {**self.defaults, **param_group}
        group = {**options, **self.checked({name: options[name] for name in self.defaults}), "params": nodes}
        self.param_groups.append({**group, "param_names": names} if names else group)

    def _admit(self, node: Any, k: int) -> None:
        if not isinstance(node, Node):
            raise TypeError(
                f"{type(self).__name__} moves Values and Tensors, got {type(node).__name__} at position {k}: "
                f"{node!r:.60}"
            )
        if not node.is_leaf:
            raise ValueError(
                f"the parameter at position {k} is the result of an op, {node!r:.60}: to move it would change "
                "nothing that it came from; give the leaves themselves"
            )
        if isinstance(node, Tensor) and node.dtype.kind != "f":
            raise TypeError(f"the parameter at position {k} holds {node.dtype}, expected floats; use dtype=float")

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or set those that there are to 0."""
        nodes = [node for node in self._nodes() if node.grad is not None]
        zeros = [None if set_to_none else _like(raw(node), np.zeros(np.shape(raw(node)))) for node in nodes]
        assign([(node, "grad", zero) for node, zero in zip(nodes, zeros, strict=True)])

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient; the result is what `closure()`, called before, gives.

        All or nothing: whatever raises in the middle, Ctrl-C included, parameters and state are as they were.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        rows = self._rows()
        state = {**self.state, **{row.node: row.update.state for row in rows}}
        assign(
            [
                *((row.node, "data", row.update.data) for row in rows),
                (self, "state", {node: kept for node, kept in state.items() if kept}),
                (self, "steps", self.steps + 1),
            ]
        )
        return loss

    def explain(self) -> Explanation:
        """What `step()` would do now, without doing it: a table with one row per parameter.

        Its gradient, what is remembered of the gradients with this one (the moments), the same corrected for its bias
        where the optimizer does that, what weight decay contributes, and the change. Arrays are shown by their root
        mean square; `.rows` has them whole.

        >>> w = Value(1.0, label="w")
        >>> (w * w).backward()
        >>> print(nn.optim.Adam([w], lr=0.1).explain())
        parameter  data  gradient  step  exp_avg  exp_avg_sq  exp_avg/(1-β1^t)  exp_avg_sq/(1-β2^t)  decay  change
        w             1         2     1      0.2       0.004                 2                    4      0    -0.1
        """
        rows = self._rows(skipped=True)
        count = Counter(row.name for row in rows)
        return Explanation(
            [
                row if count[row.name] == 1 else row._replace(name=f"parameter {k} ({row.name})")
                for k, row in enumerate(rows)
            ]
        )

    @np.errstate(all="ignore")
    def _rows(self, skipped: bool = False) -> list[Row]:
        """What a step would do to each parameter."""
        rows = []
        count = 0
        for group in self.param_groups:
            options = self.checked({name: group[name] for name in self.defaults})
            maximize = options.pop("maximize", False)
            names = group.get("param_names")
            for k, node in enumerate(group["params"]):
                name = names[k] if names else node.label or f"parameter {count}"
                count += 1
                x = raw(node)
                if node.grad is not None:
                    g = gradient(node)
                    state = self.state.get(node, {})
                    rows.append(Row(name, node, x, g, self._updated(x, -g if maximize else g, state, options)))
                elif skipped:
                    rows.append(Row(name, node, x, None, Update(x, self.state.get(node, {}))))
        return rows

    def _updated(self, x: Any, g: Any, state: State, options: dict[str, Any]) -> Update:
        try:
            data, found, terms = self.update(x, g, state, **options)
        except (ZeroDivisionError, OverflowError):  # where Python raises, IEEE has an answer
            data, found, terms = self.update(np.float64(x), np.float64(g), state, **options)
        return Update(_like(x, data), {name: _kept(x, g, kept) for name, kept in found.items()}, terms)

    def state_dict(self) -> dict[str, Any]:
        """What to save, in PyTorch's layout: under "state" what is remembered of each parameter, by its number,
        under "param_groups" the options of each group and the numbers of its parameters. Arrays are copies."""
        numbers = {node: k for k, node in enumerate(self._nodes())}
        return {
            "state": {
                numbers[node]: {
                    name: np.array(kept) if isinstance(kept, np.ndarray) else kept for name, kept in s.items()
                }
                for node, s in self.state.items()
            },
            "param_groups": [{**group, "params": [numbers[p] for p in group["params"]]} for group in self.param_groups],
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take on what `state_dict` saved, by the order of the parameters. All or nothing.

        ValueError where the groups differ in number or size, where an option is missing or out of range, or where what
        is remembered does not fit the parameter.
        """
        what = type(self).__name__
        if not isinstance(state_dict, Mapping) or not {"state", "param_groups"} <= state_dict.keys():
            raise ValueError(f"{what} loads a dict with the keys 'state' and 'param_groups', got {state_dict!r:.60}")
        saved = state_dict["param_groups"]
        if not isinstance(saved, (list, tuple)) or not all(
            isinstance(group, Mapping) and "params" in group for group in saved
        ):
            raise ValueError(f"{what} loads 'param_groups' that are a list of dicts with 'params', got {saved!r:.60}")
        if not isinstance(state_dict["state"], Mapping):
            raise ValueError(f"{what} loads a 'state' that is a dict, got {state_dict['state']!r:.60}")
        sizes = [len(group["params"]) for group in self.param_groups]
        if sizes != [len(group["params"]) for group in saved]:
            raise ValueError(
                f"{what} has groups of {sizes} parameters, the saved state has groups of "
                f"{[len(group['params']) for group in saved]}; build the optimizer as it was when it was saved"
            )
        groups: list[dict[str, Any]] = []
        places: dict[Any, tuple[Node, dict[str, Any]]] = {}
        for own, group in zip(self.param_groups, saved, strict=True):
            if missing := [name for name in self.defaults if name not in group]:
                raise ValueError(f"the saved group lacks {', '.join(missing)}: it is not of {what}")
            options = self.checked({name: group[name] for name in self.defaults})
            names = {"param_names": own["param_names"]} if "param_names" in own else {}
            groups.append({**group, **options, "params": own["params"], **names})
            places.update({n: (p, options) for n, p in zip(group["params"], own["params"], strict=True)})
        state = {}
        for number, kept in state_dict["state"].items():
            if number not in places:
                raise ValueError(f"the saved state is of a parameter {number!r} that is in none of its groups")
            node, options = places[number]
            state[node] = self._loaded(node, options, kept, f"{what}, parameter {number}")
        assign([(self, "param_groups", groups), (self, "state", state)])

    @np.errstate(all="ignore")
    def _loaded(self, node: Node, options: dict[str, Any], kept: Mapping[str, Any], what: str) -> State:
        """What was saved of one parameter, in the form that an update leaves."""
        x = raw(node)
        plain = {name: value for name, value in options.items() if name != "maximize"}
        pattern = self._updated(x, 0.0 * x, {}, plain).state
        if pattern.keys() != kept.keys():
            raise ValueError(f"{what}: expected {', '.join(pattern) or 'nothing'}, got {', '.join(kept) or 'nothing'}")
        state: State = {}
        for name, like in pattern.items():
            # Twice, for PyTorch's tensors: they turn into an array, but not into a copy.
            array = np.array(np.asarray(kept[name]), dtype=like.dtype if isinstance(like, np.ndarray) else None)
            if array.shape != np.shape(like):
                raise ValueError(f"{what}: {name} has shape {array.shape}, expected {np.shape(like)}")
            state[name] = array if isinstance(like, np.ndarray) else type(like)(array.item())
        return state

    def _nodes(self) -> list[Node]:
        return [node for group in self.param_groups for node in group["params"]]

    def __repr__(self) -> str:
        lines = []
        for k, group in enumerate(self.param_groups):
            options = [f"    {name}: {group[name]}" for name in sorted(group.keys() - {"params", "param_names"})]
            lines += [f"Parameter Group {k}", *options]
        return "\n".join([f"{type(self).__name__} (", *lines, ")"])


def _like(x: Any, data: Any) -> Any:
    """A result of an update with the dtype of the parameter: a float for a float."""
    return np.asarray(data, dtype=x.dtype) if isinstance(x, np.ndarray) else float(data)


def _kept(x: Any, g: Any, kept: Any) -> Any:
    """What is remembered: a count or a number as it is, an array with the parameter's dtype and memory of its own."""
    if type(kept) is int or (type(kept) is float and isinstance(x, np.ndarray)):
        return kept
    found = _like(x, kept)
    return np.array(found) if isinstance(found, np.ndarray) and np.may_share_memory(found, g) else found
