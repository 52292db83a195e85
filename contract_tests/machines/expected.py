"""Expectations that are no single value."""

from __future__ import annotations

from typing import Any


class OneOf:
    """Equal to each of some values: where the documents leave something open."""

    def __init__(self, *values: Any) -> None:
        self.values = values

    def __eq__(self, other: object) -> bool:
        return other in self.values

    def __hash__(self) -> int:
        return hash(self.values)

    def __str__(self) -> str:
        return "one of " + ", ".join(map(repr, self.values))


class Between:
    """Equal to the whole numbers of a range, both ends included."""

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int) and self.low <= other <= self.high

    def __hash__(self) -> int:
        return hash((self.low, self.high))

    def __str__(self) -> str:
        return f"{self.low} to {self.high}"


def number(value: Any) -> Any:
    """A count, that some answers write as a text."""
    return int(value) if isinstance(value, str) and value.isdigit() else value
