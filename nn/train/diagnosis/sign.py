"""Sign: what a check found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Sign:
    """The place of a disease, the number that shows it, and what else its sentence says."""

    where: str
    number: float
    details: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
