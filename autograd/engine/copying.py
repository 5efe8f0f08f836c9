"""The refusal to copy or pickle a node: a copy would be a second node in the same place of the graph."""

from __future__ import annotations

from typing import NoReturn


class NotCopied:
    """An object that copy and pickle refuse, with a sentence that says what to use."""

    __slots__ = ()

    def _refuse_copy(self, *_: object) -> NoReturn:
        kind = type(self).__name__
        raise TypeError(
            f"a {kind} is a place in a graph and is not copied or pickled: use {kind}(v.item()) for a new leaf with "
            "the same number, v.detach() for one that wants no gradient"
        )

    __copy__ = __deepcopy__ = __reduce__ = _refuse_copy
