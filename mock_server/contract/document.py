"""Load the document: join its files into one bundle, the *canonical* document that every edition is cut from."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")


@cache
def _read(path: Path) -> Json:
    content: Json = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return content


class _Bundler:
    """References to other files become references into the bundle's own components."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.components: Json = {}
        self.origins: dict[tuple[str, str], Path] = {}

    def inline(self, node: Any, file: Path) -> Any:
        if isinstance(node, list):
            return [self.inline(item, file) for item in node]
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("$ref"), str):
            return {**{k: v for k, v in node.items() if k != "$ref"}, "$ref": self.component(node["$ref"], file)}
        return {key: self.inline(value, file) for key, value in node.items()}

    def component(self, reference: str, file: Path) -> str:
        """Take the component that is referred to from `file` into the bundle; returns its place there."""
        name, _, fragment = reference.partition("#")
        origin = (file.parent / name).resolve() if name else file
        kind, key = fragment.strip("/").split("/")
        if self.origins.setdefault((kind, key), origin) != origin:
            raise ValueError(f"two components are called {kind}/{key}: in {self.origins[kind, key]} and {origin}")
        if key not in self.components.setdefault(kind, {}):
            self.components[kind][key] = {}  # holds the place while the component itself is followed
            self.components[kind][key] = self.inline(_read(origin)[kind][key], origin)
        return f"#/components/{kind}/{key}"


def load(root: Path) -> Json:
    """The canonical document under `root`, in one piece; ValueError when two components share a name."""
    main = (root / "smartlead.yaml").resolve()
    document = dict(_read(main))
    bundler = _Bundler(root)
    for section in ("paths", "webhooks"):
        items: Json = {}
        for name, item in document[section].items():
            source, _, key = item["$ref"].partition("#/")
            file = (root / source).resolve()
            items[name] = bundler.inline(_read(file)[key], file)
        document[section] = items
    components = {kind: dict(sorted(parts.items())) for kind, parts in sorted(bundler.components.items())}
    document["components"] = {**document.get("components", {}), **components}
    return document


def resolve(document: Json, node: Any) -> Any:
    """`node`, or what it refers to."""
    while isinstance(node, dict) and "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def dereferenced(document: Json, node: Any) -> Any:
    """`node` with every reference in it replaced by what it refers to (our schemas are not recursive)."""
    if isinstance(node, dict):
        if "$ref" in node:
            beside = {key: value for key, value in node.items() if key != "$ref"}
            node = {**resolve(document, node), **beside}
        return {key: dereferenced(document, value) for key, value in node.items()}
    if isinstance(node, list):
        return [dereferenced(document, item) for item in node]
    return node


def operations_of(document: Json) -> list[tuple[str, str, Json]]:
    """(path, method, operation) of all operations."""
    return [(path, m, item[m]) for path, item in document["paths"].items() for m in METHODS if m in item]
