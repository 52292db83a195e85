"""How an edition tells webhooks about what happens: which events it knows, and what its payloads hold."""

from __future__ import annotations

from collections.abc import Mapping

from mock_server.contract.document import Json, dereferenced
from mock_server.contract.projection import Project, compile_projection

#: event in canonical words -> how its canonical payload becomes the edition's; None = it is the same
Events = Mapping[str, Project | None]


def compile_events(document: Json, canonical: Json) -> Events:
    """The events of an edition; a webhook under another word names in `x-event` the event that it is about."""
    return {
        item["post"].get("x-event", name): compile_projection(
            _payload(canonical, item["post"].get("x-event", name)), _payload(document, name)
        )
        for name, item in document["webhooks"].items()
    }


def _payload(document: Json, name: str) -> Json | None:
    """The schema of what is delivered; None for an event that only one edition knows."""
    if name not in document["webhooks"]:
        return None
    content = document["webhooks"][name]["post"]["requestBody"]["content"]
    schema: Json = dereferenced(document, content["application/json"]["schema"])
    return schema
