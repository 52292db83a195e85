"""The router: host, path and method to an operation. The document is the only source of routes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mock_server.contract.operations import Operation


@dataclass(frozen=True, slots=True)
class Route:
    """An operation as reached by one of its paths; `names` are those of the path's parameters, in order."""

    operation: Operation
    names: tuple[str, ...]


@dataclass(slots=True)
class _Node:
    static: dict[str, _Node] = field(default_factory=dict)
    patterned: list[tuple[re.Pattern[str], _Node]] = field(default_factory=list)
    template: _Node | None = None
    routes: dict[str, Route] = field(default_factory=dict)


class Trie:
    """Static segments win over templated ones, templates with a pattern over those without."""

    def __init__(self) -> None:
        self._roots: dict[str, _Node] = {}

    def add(self, host: str, method: str, path: str, operation: Operation, patterns: dict[str, str]) -> None:
        """Add a path of `operation`; ValueError when another operation has it already."""
        node = self._roots.setdefault(host, _Node())
        names = []
        for segment in path.strip("/").split("/"):
            if not segment.startswith("{"):
                node = node.static.setdefault(segment, _Node())
                continue
            name = segment[1:-1]
            names.append(name)
            if name in patterns:
                node.patterned.append((re.compile(patterns[name]), _Node()))
                node = node.patterned[-1][1]
            else:
                node.template = node.template or _Node()
                node = node.template
        if method in node.routes:
            raise ValueError(f"{method} {path} is both {node.routes[method].operation.id} and {operation.id}")
        node.routes[method] = Route(operation, tuple(names))

    def find(self, host: str, method: str, segments: Sequence[str]) -> tuple[Route, list[str]] | None:
        """The route and the values of its path parameters, or None."""
        values: list[str] = []
        root = self._roots.get(host)
        route = _find(root, method, segments, 0, values) if root else None
        return (route, values) if route else None

    def methods(self, host: str, segments: Sequence[str]) -> list[str]:
        """The methods that this path answers."""
        return [method for method in ("GET", "POST", "PUT", "PATCH", "DELETE") if self.find(host, method, segments)]


def _find(node: _Node, method: str, segments: Sequence[str], depth: int, values: list[str]) -> Route | None:
    if depth == len(segments):
        return node.routes.get(method)
    segment = segments[depth]
    child = node.static.get(segment)
    if child is not None and (route := _find(child, method, segments, depth + 1, values)):
        return route
    templates = [child for pattern, child in node.patterned if pattern.search(segment)]
    if node.template is not None:
        templates.append(node.template)
    for child in templates:
        values.append(segment)
        if route := _find(child, method, segments, depth + 1, values):
            return route
        values.pop()
    return None
