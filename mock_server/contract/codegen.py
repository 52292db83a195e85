"""Write the input types of the handlers from the document (`make openapi`)."""

from __future__ import annotations

from keyword import iskeyword
from pathlib import Path
from typing import Any

from mock_server.config import openapi_directory
from mock_server.contract.document import Json, dereferenced, load, operations_of, resolve
from mock_server.contract.operations import parameters_of

TARGET = Path(__file__).with_name("inputs.py")
_HEADER = '''"""What handlers take, by operation. Generated from the document by `make openapi`; do not edit."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict
'''
_TYPES = {"integer": "int", "number": "float", "string": "str", "boolean": "bool", "null": "None"}


def inputs_module(document: Json) -> str:
    """The text of `inputs.py` for the canonical document."""
    types = _Types(document)
    for _, _, operation in operations_of(document):
        name = pascal(operation["operationId"])
        types.add(f"{name}Params", _parameters_schema(document, operation))
        body = resolve(document, operation.get("requestBody"))
        if body:
            types.add(f"{name}Body", dereferenced(document, body["content"]["application/json"]["schema"]))
    return _HEADER + "".join(types.texts.values())


def pascal(name: str) -> str:
    """`list_all_leads_v2` -> `ListAllLeadsV2`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _parameters_schema(document: Json, operation: Json) -> Json:
    """Path and query parameters as one object; those with a default are always there."""
    parameters = [p for place in ("path", "query") for p in parameters_of(document, operation, place)]
    given = [p["name"] for p in parameters if p.get("required") or "default" in p["schema"]]
    return {"type": "object", "properties": {p["name"]: p["schema"] for p in parameters}, "required": given}


class _Types:
    def __init__(self, document: Json) -> None:
        self.document = document
        self.texts: dict[str, str] = {}

    def add(self, name: str, schema: Json) -> str:
        """Write a TypedDict, or for an array the type of its list; its nested objects come before it."""
        if schema.get("type") == "array":
            self.texts[name] = f"\n\n{name} = {self.annotation(name + 'Items', schema)}\n"
            return name
        required = set(schema.get("required", ()))
        fields = {key: self.annotation(name + pascal(key), part) for key, part in schema["properties"].items()}
        fields = {key: kind if key in required else f"NotRequired[{kind}]" for key, kind in fields.items()}
        if any(map(iskeyword, fields)):  # no class body can hold `from`
            pairs = "".join(f'    "{key}": {kind},\n' for key, kind in fields.items())
            self.texts[name] = f'\n\n{name} = TypedDict("{name}", {{\n{pairs}}})\n'
            return name
        lines = [f"    {key}: {kind}" for key, kind in fields.items()]
        self.texts[name] = "\n".join([f"\n\nclass {name}(TypedDict):", *(lines or ["    pass"]), ""])
        return name

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
            return self.add(name, schema) if schema.get("properties") else "dict[str, Any]"
        return _TYPES[kind]


if __name__ == "__main__":
    TARGET.write_text(inputs_module(load(openapi_directory().resolve())), "utf-8")
