"""Optimizer, the base class: parameter groups, the step, the table of a step, saving and loading.

The formula of an optimizer is one pure function, `update`: it gets the data of a parameter, its gradient and the state
kept for it, and returns new data and a new state. `step` applies it and `explain` shows it. A formula that works on
each element by itself says so, `elementwise = True`: then a step applies it to all Tensors of a group at once.
"""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NoReturn, Self, SupportsIndex

import numpy as np

from autograd import adopt, enable_grad, shown

from ..atomic import Change, clear_gradients, set_attributes
from .explanation import Explanation, Row, State, Update
from .memory import Members, Memory
from .options import GroupOptions, valid
from .parameters import Node, check_trainable, data_of, gradient, kept_entry, like_data, node_list, parameter_list
from .saved_state import check_layout, restored_state


class Optimizer:
    """Base class of the optimizers.

    `params` is a list of leaves (Values and Tensors); or of pairs (name, node), as from `model.named_parameters()`; or
    of dicts, each a group with its own options: `{"params": [...], "lr": 0.1}`. A subclass defines `update` and passes
    its options to `super().__init__(params, defaults)`. Parameters whose grad is None are skipped.

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

    elementwise: ClassVar[bool] = False  # whether `update` treats each element of an array by itself

    def __init__(self, params: Iterable[Any], defaults: Mapping[str, Any]) -> None:
        self.defaults = self.checked(defaults)
        self.param_groups: list[dict[str, Any]] = []
        self._memory = Memory({})
        self._options: dict[int, GroupOptions] = {}  # that were used last, by the number of the group
        self.steps = 0  # the steps taken by this object; a scheduler warns if there were none
        name = type(self).__name__
        if isinstance(params, Node):
            raise TypeError(f"{name} takes a list of parameters, got one {type(params).__name__}; write [parameter]")
        if isinstance(params, dict):
            raise TypeError(f"{name} takes a list of parameters or of groups, got a dict; write [{{'params': ...}}]")
        members = parameter_list(params, name)
        if not members:
            raise ValueError(f"{name} got an empty list of parameters; give it model.parameters()")
        is_group = [isinstance(member, dict) for member in members]
        if any(is_group) and not all(is_group):
            raise TypeError(f"{name} takes parameters or groups (dicts), got both in one list; give groups only")
        for group in members if all(is_group) else [{"params": members}]:
            self.add_param_group(group)
        if not self._nodes():
            raise ValueError(f"{name} got groups without parameters; give it model.parameters()")

    @staticmethod
    @abstractmethod
    def update(x: Any, g: Any, state: State, *args: Any, **options: Any) -> Update:
        """Return the new data and the new state for data x and gradient g, which are floats or arrays.

        A pure function: it changes none of its arguments. The state is empty in the first step. The options are those
        of the group without `maximize`, which has already changed the sign of the gradient.
        """

    def checked(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options, checked. Raises TypeError or ValueError if one is out of range."""
        return {name: valid(name, value) for name, value in options.items()}

    @property
    def state(self) -> dict[Node, State]:
        """The state of each parameter that has one. Changes of it count in the next step, which makes a new dict."""
        return self._memory.states()

    @state.setter
    def state(self, states: dict[Node, State]) -> None:
        self._memory = Memory(states)

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """Add parameters, `{"params": [...]}`, with their own options or the defaults."""
        name = type(self).__name__
        if not isinstance(param_group, Mapping):
            raise TypeError(f"a group must be a dict with the key 'params', got {type(param_group).__name__}")
        if "params" not in param_group:
            raise ValueError(f"a group needs the key 'params', got the keys {list(param_group)}")
        params = param_group["params"]
        members = [params] if isinstance(params, Node) else parameter_list(params, name)
        pairs = [member for member in members if isinstance(member, tuple) and len(member) == 2]
        names = [name_of_node for name_of_node, _ in pairs]
        if names and len(names) != len(members):
            raise ValueError(f"{name} takes parameters with or without names, got both in one group; give names to all")
        nodes = node_list([node for _, node in pairs] or members, name)
        present = {id(node) for node in self._nodes()}
        for k, node in enumerate(nodes):
            check_trainable(node, k)
            if id(node) in present:
                raise ValueError(
                    f"the parameter at position {k} is in the optimizer already, so each step would change it twice: "
                    f"{shown(node)}; give it once"
                )
            present.add(id(node))
        options = {**self.defaults, **param_group}
        group = {**options, **self.checked({name: options[name] for name in self.defaults}), "params": nodes}
        self.param_groups.append({**group, "param_names": names} if names else group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Set all gradients to None, or with set_to_none=False those that are not None to 0."""
        clear_gradients(self._nodes(), set_to_none)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient. If there is a closure, call it first and return its result.

        All or nothing: if anything raises, Ctrl-C included, parameters and state are unchanged.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        set_attributes(self._changes())
        return loss

    @np.errstate(all="ignore")
    def _changes(self) -> list[Change]:
        """Compute a step: the changes of the parameters that have a gradient, and of this optimizer."""
        given = [[node for node in group["params"] if node.grad is not None] for group in self.param_groups]
        memory = self._memory
        if not memory.holds(given):
            memory = Memory.gathered(given, memory.states(), self.elementwise)
        changes: list[Change] = []
        states, groups = dict(memory.rest), []
        for k, members in enumerate(memory.groups):
            options = self._checked_options(k)
            flats = [flat.after(self._updated(flat.x, flat.gradient(), flat.state, options)) for flat in members.flats]
            for flat in flats:
                changes += adopt(flat.nodes, flat.parts)
            for node in members.others:
                update = self._updated(data_of(node), gradient(node), states.get(node, {}), options)
                changes.append((node, "data", update.data))
                states[node] = update.state
            groups.append(Members(members.nodes, flats, members.others))
        return [*changes, (self, "_memory", Memory(states, groups)), (self, "steps", self.steps + 1)]

    def _checked_options(self, k: int) -> GroupOptions:
        """Return the options of group k, which are checked again where somebody has set one since they were used."""
        group, options = self.param_groups[k], self._options.get(k)
        if options is None or not options.are_of(group):
            checked = self.checked({name: group[name] for name in self.defaults})
            options = self._options[k] = GroupOptions(self.defaults, checked)
        return options

    def explain(self) -> Explanation:
        """Return a table of what `step()` would do now, without doing it; one row per parameter.

        The columns are the gradient, the new state (running averages), the averages after bias correction, the decay
        term and the change of the data. Arrays are shown by their root mean square; `.rows` has them in full.

        >>> w = Value(1.0, label="w")
        >>> (w * w).backward()
        >>> print(nn.optim.Adam([w], lr=0.1).explain())
        parameter  data  gradient  step  exp_avg  exp_avg_sq  exp_avg/(1-β1^t)  exp_avg_sq/(1-β2^t)  decay  change
        w             1         2     1      0.2       0.004                 2                    4      0    -0.1
        """
        rows = self._rows()
        count = Counter(row.name for row in rows)
        return Explanation(
            [
                row if count[row.name] == 1 else row._replace(name=f"parameter {k} ({row.name})")
                for k, row in enumerate(rows)
            ]
        )

    @np.errstate(all="ignore")
    def _rows(self) -> list[Row]:
        """Compute the update of each parameter by itself; one that has no gradient keeps its data and state."""
        rows = []
        count = 0
        for number, group in enumerate(self.param_groups):
            options = self._checked_options(number)
            names = group.get("param_names")
            for k, node in enumerate(group["params"]):
                name = names[k] if names else node.label or f"parameter {count}"
                count += 1
                x, state = data_of(node), self.state.get(node, {})
                if node.grad is None:
                    rows.append(Row(name, node, x, None, Update(x, state)))
                else:
                    g = gradient(node)
                    rows.append(Row(name, node, x, g, self._updated(x, g, state, options)))
        return rows

    def _updated(self, x: Any, g: Any, state: State, options: GroupOptions) -> Update:
        if options.maximize:
            g = -g
        try:
            data, kept, terms = self.update(x, g, state, **options.keywords)
        except (ZeroDivisionError, OverflowError):  # raised for Python floats; NumPy's follow IEEE
            data, kept, terms = self.update(np.float64(x), np.float64(g), state, **options.keywords)
        new = like_data(x, data, g)
        return Update(new, {name: kept_entry(x, value, g, new) for name, value in kept.items()}, terms)

    def state_dict(self) -> dict[str, Any]:
        """Return the state to save, in PyTorch's layout. Arrays are copies.

        "state" holds the state of each parameter under its number; "param_groups" holds the options of each group and
        the numbers of its parameters.
        """
        numbers = {node: k for k, node in enumerate(self._nodes())}
        return {
            "state": {
                numbers[node]: {
                    name: np.array(kept) if isinstance(kept, np.ndarray) else kept for name, kept in state.items()
                }
                for node, state in self.state.items()
            },
            "param_groups": [{**group, "params": [numbers[p] for p in group["params"]]} for group in self.param_groups],
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Load what `state_dict` returned; parameters are matched by order. All or nothing.

        Raises ValueError if the groups differ in number or size, an option is missing or out of range, or a saved
        array does not fit its parameter.
        """
        name = type(self).__name__
        check_layout(name, state_dict, [len(group["params"]) for group in self.param_groups])
        groups: list[dict[str, Any]] = []
        owners: dict[Any, tuple[Node, dict[str, Any]]] = {}
        for own, saved in zip(self.param_groups, state_dict["param_groups"], strict=True):
            if missing := [option for option in self.defaults if option not in saved]:
                raise ValueError(f"the saved group lacks {', '.join(missing)}, so it is not from {name}")
            options = self.checked({option: saved[option] for option in self.defaults})
            names = {"param_names": own["param_names"]} if "param_names" in own else {}
            groups.append({**saved, **options, "params": own["params"], **names})
            owners.update({number: (p, options) for number, p in zip(saved["params"], own["params"], strict=True)})
        state = {}
        for number, kept in state_dict["state"].items():
            if number not in owners:
                raise ValueError(f"the saved state has a parameter {number!r} that is in none of its groups")
            node, options = owners[number]
            state[node] = restored_state(f"{name}, parameter {number}", self._first_state(node, options), kept)
        set_attributes([(self, "param_groups", groups), (self, "_memory", Memory(state))])

    @np.errstate(all="ignore")
    def _first_state(self, node: Node, options: dict[str, Any]) -> State:
        """Return the state after one update with gradient 0: the names, shapes and types that a state has."""
        x = data_of(node)
        return self._updated(x, 0.0 * x, {}, GroupOptions(options, options)).state

    def __copy__(self) -> Self:
        twin = type(self).__new__(type(self))
        vars(twin).update(vars(self))
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        if any(id(node) not in memo for node in self._nodes()):
            raise TypeError(
                f"a copy of this {type(self).__name__} needs copies of its parameters: copy it together with the "
                "model, as in model, optimizer = copy.deepcopy((model, optimizer))"
            )
        twin = type(self).__new__(type(self))
        memo[id(self)] = twin
        vars(twin).update(copy.deepcopy({**vars(self), "_memory": Memory(self.state)}, memo))
        return twin

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} is not pickled, because loading a pickle can run any code: save it with "
            "nn.train.save_checkpoint(path, model, optimizer), create it again and call nn.train.load_checkpoint"
        )

    def _nodes(self) -> list[Node]:
        return [node for group in self.param_groups for node in group["params"]]

    def __repr__(self) -> str:
        lines = []
        for k, group in enumerate(self.param_groups):
            options = [f"    {name}: {group[name]}" for name in sorted(group.keys() - {"params", "param_names"})]
            lines += [f"Parameter Group {k}", *options]
        return "\n".join([f"{type(self).__name__} (", *lines, ")"])
