"""Write the input types of the handlers from the document (`make openapi`)."""

from __future__ import annotations

from keyword import iskeyword
from pathlib import Path
from typing import Any

from mock_server.config import openapi_directory
from mock_server.contract.document import Json, dereferenced, load, operations_of, resolve
from mock_server.contract.operations import parameters_of

TARGET = Path(__file__).with_name("inputs")
_HEADER = '''"""What handlers take. Generated from the document by `make openapi`; do not edit."""

from __future__ import annotations

'''
_IMPORTS = "from typing import Any, NotRequired, TypedDict\n"
_TYPES = {"integer": "int", "number": "float", "string": "str", "boolean": "bool", "null": "None"}


def inputs_package(document: Json) -> dict[str, str]:
    """File name -> text of the package `inputs` for the canonical document: a module for each tag, and all in one."""
    by_tag: dict[str, _Types] = {}
    for _, _, operation in operations_of(document):
        types = by_tag.setdefault(operation["tags"][0].lower().replace(" ", "_"), _Types())
        name = pascal(operation["operationId"])
        types.add(f"{name}Params", _parameters_schema(document, operation))
        body = resolve(document, operation.get("requestBody"))
        if body:
            types.add(f"{name}Body", dereferenced(document, body["content"]["application/json"]["schema"]))
    everything = "".join(f"from mock_server.contract.{TARGET.name}.{tag} import *\n" for tag in sorted(by_tag))
    modules = {f"{tag}.py": _HEADER + _IMPORTS + "".join(types.texts.values()) for tag, types in by_tag.items()}
    return {**modules, "__init__.py": _HEADER + everything}


def pascal(name: str) -> str:
    """`list_all_leads_v2` -> `ListAllLeadsV2`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _parameters_schema(document: Json, operation: Json) -> Json:
    """Path and query parameters as one object; those with a default are always there."""
    parameters = [p for place in ("path", "query") for p in parameters_of(document, operation, place)]
    given = [p["name"] for p in parameters if p.get("required") or "default" in p["schema"]]
    return {"type": "object", "properties": {p["name"]: p["schema"] for p in parameters}, "required": given}


class _Types:
    """The types of one module, by name. Objects with the same fields are one type; the first one's name is its own."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self._known: dict[tuple[tuple[str, str], ...], str] = {}

    def add(self, name: str, schema: Json) -> None:
        """Write a type that handlers name; for an array that of its list."""
        if schema.get("type") == "array":
            self.texts[name] = f"\n\n{name} = {self.annotation(name + 'Items', schema)}\n"
        elif (known := self._object(name, schema)) != name:
            self.texts[name] = f"\n{name} = {known}\n"

    def _object(self, name: str, schema: Json) -> str:
        """The name of an object's type, which is written unless there is one; nested objects come before it."""
        required = set(schema.get("required", ()))
        fields = {key: self.annotation(name + pascal(key), part) for key, part in schema["properties"].items()}
        fields = {key: kind if key in required else f"NotRequired[{kind}]" for key, kind in fields.items()}
        known = self._known.setdefault(tuple(fields.items()), name)
        if known == name:
            self.texts[name] = _typed_dict(name, fields)
        return known

    def annotation(self, name: str, schema: Json) -> str:
        """The type of a value; nested objects become types of their own, called `name`."""
        if "anyOf" in schema:
            return " | ".join(dict.fromkeys(self.annotation(name, choice) for choice in schema["anyOf"]))
        kinds = schema.get("type", "string")
        parts = [self._one(name, kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
        return " | ".join(dict.fromkeys(parts))

    def _one(self, name: str, kind: str, schema: Json) -> str:
        if kind == "array":
            items: Any = schema.get("items", {})
            return f"list[{self.annotation(name.removesuffix('s'), items)}]"
        if kind == "object":
            return self._object(name, schema) if schema.get("properties") else "dict[str, Any]"
        return _TYPES[kind]


def _typed_dict(name: str, fields: dict[str, str]) -> str:
    if any(map(iskeyword, fields)):  # no class body can hold `from`
        pairs = "".join(f'    "{key}": {kind},\n' for key, kind in fields.items())
        return f'\n\n{name} = TypedDict("{name}", {{\n{pairs}}})\n'
    lines = [f"    {key}: {kind}" for key, kind in fields.items()]
    return "\n".join([f"\n\nclass {name}(TypedDict):", *(lines or ["    pass"]), ""])


def write() -> None:
    """Write the package anew."""
    package = inputs_package(load(openapi_directory().resolve()))
    TARGET.mkdir(exist_ok=True)
    for file in TARGET.glob("*.py"):
        file.unlink()
    for name, text in package.items():
        (TARGET / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write()
