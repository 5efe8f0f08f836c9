"""SGD: stochastic gradient descent with optional momentum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, final

from .explanation import State, Update
from .optimizer import Optimizer
from .weight_decay import l2


@final
class SGD(Optimizer):
    """Stochastic gradient descent with optional momentum, also Nesterov's.

    g ← g + weight_decay · x        (L2: the decay enters the momentum)
    b ← momentum · b + (1 − dampening) · g        (b = g in the first step)
    x ← x − lr · b        (nesterov: x ← x − lr · (g + momentum · b))

    The learning rate is outside of the buffer b, so a new lr applies to the whole buffer at once. PyTorch does the
    same; Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013), do not.

    >>> w = Value(5.0)
    >>> optimizer = nn.optim.SGD([w], lr=0.1, momentum=0.9)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (w * w).backward()
    ...     optimizer.step()
    >>> round(w.data, 12)  # 5 - 0.1 * 10 = 4, then 4 - 0.1 * (0.9 * 10 + 8)
    2.3
    """

    elementwise = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def checked(self, options: Mapping[str, Any]) -> dict[str, Any]:
        found = super().checked(options)
        if found["nesterov"] and (found["momentum"] == 0 or found["dampening"] != 0):
            raise ValueError(
                "nesterov=True needs momentum > 0 and dampening = 0, got "
                f"momentum={found['momentum']:g} and dampening={found['dampening']:g}"
            )
        return found

    @staticmethod
    def update(
        x: Any,
        g: Any,
        state: State,
        *,
        lr: float,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> Update:
        g, decay = l2(x, g, weight_decay)
        if not momentum:
            return Update(x - lr * g, {}, {"decay": decay})
        last = state.get("momentum_buffer")
        buffer = g if last is None else momentum * last + (1 - dampening) * g
        direction = g + momentum * buffer if nesterov else buffer
        return Update(x - lr * direction, {"momentum_buffer": buffer}, {"decay": decay})
