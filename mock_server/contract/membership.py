"""What of the document belongs to an edition: whatever one of its documents names in `x-sources` (DESIGN §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.contract.document import METHODS, Json, resolve

Sources = frozenset[str] | None


class Membership:
    """Takes from a copy of the canonical document what the sources do not know. None = every source."""

    def __init__(self, canonical: Json, sources: Sources) -> None:
        self._canonical = canonical
        self._sources = sources

    def drop_operations(self, items: Json, without_evidence: frozenset[str] = frozenset()) -> None:
        """Drop from `items`, the document's paths or webhooks, what no source names or has too low evidence."""
        for name, item in list(items.items()):
            for method in [m for m in METHODS if m in item]:
                if not self.knows(item[method]) or item[method]["x-evidence"] in without_evidence:
                    del item[method]
            if not any(method in item for method in METHODS):
                del items[name]

    def knows(self, node: Any) -> bool:
        """Whether one of the sources names this; what names none is everybody's.

        A reference to a parameter or an example stands for it; a schema is known where its place is.
        """
        if not isinstance(node, dict):
            return True
        if "$ref" in node and "x-sources" not in node and "/schemas/" not in node["$ref"]:
            node = resolve(self._canonical, node)
        return self._names(node.get("x-sources", node.get("sources")))

    def _names(self, sources: Sequence[str] | None) -> bool:
        return self._sources is None or sources is None or bool(self._sources & set(sources))

    def drop_parts(self, node: Any, spared: frozenset[str] = frozenset()) -> None:
        """Drop parameters, aliases, properties, spellings, words and examples at any depth; what is `spared` stays."""
        if isinstance(node, list):
            node[:] = [item for item in node if self.knows(item)]
            for item in node:
                self.drop_parts(item, spared)
        elif isinstance(node, dict):
            self._drop_members(node)
            self._drop_words(node)
            for name, value in node.items():
                if name not in spared:
                    self.drop_parts(value, spared)

    def _drop_members(self, node: Json) -> None:
        for kind in ("properties", "examples"):
            part = node.get(kind)
            if isinstance(part, dict):
                gone = [name for name, value in part.items() if not self.knows(value)]
                for name in gone:
                    del part[name]
                if kind == "properties" and "required" in node:
                    node["required"] = [name for name in node["required"] if name not in gone]

    def _drop_words(self, node: Json) -> None:
        words: Mapping[str, Sequence[str]] = node.get("x-word-sources", {})
        if words and "enum" in node:
            node["enum"] = [word for word in node["enum"] if self._names(words.get(word))]
            if "x-words" in node:
                node["x-words"] = {
                    word: other for word, other in node["x-words"].items() if self._names(words.get(word))
                }
        spellings: Mapping[str, Sequence[str]] = node.get("x-synonym-sources", {})
        if spellings and "x-synonyms" in node:
            node["x-synonyms"] = [one for one in node["x-synonyms"] if self._names(spellings.get(one))]


def reached_from(document: Json, *sections: str) -> set[tuple[str, str]]:
    """(kind, name) of the components that sections of the document refer to, through others too."""
    reached: set[tuple[str, str]] = set()

    def follow(node: Any) -> None:
        if isinstance(node, list):
            for item in node:
                follow(item)
        elif isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str):
                kind, name = reference.removeprefix("#/components/").split("/")
                if (kind, name) not in reached:
                    reached.add((kind, name))
                    follow(document["components"][kind][name])
            for value in node.values():
                follow(value)

    for section in sections:
        follow(document[section])
    return reached


def drop_unreached(document: Json) -> None:
    """Drop components that neither a path nor a webhook needs any more."""
    reached = reached_from(document, "paths", "webhooks")
    for kind, parts in document["components"].items():
        if kind != "securitySchemes":
            document["components"][kind] = {name: part for name, part in parts.items() if (kind, name) in reached}
