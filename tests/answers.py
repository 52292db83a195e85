"""Hold an answer against the document: its status is documented, its body fits, and no field is unknown."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from contract_tests.answers import closed
from mock_server.contract.document import dereferenced, resolve
from mock_server.contract.operations import Contract, Edition, Operation

_validators: dict[tuple[str, str, int, str], Any] = {}
_UNDOCUMENTED = {413}  # bodies that no operation could take


def operation_of(edition: Edition, method: str, raw_path: str) -> Operation | None:
    """The operation that a path below /api/v1 reaches."""
    found = edition.trie.find("core", method, raw_path.removeprefix("/api/v1").strip("/").split("/"))
    return found[0].operation if found else None


def check_answer(contract: Contract, edition_name: str, response: Any) -> None:
    """AssertionError unless the response is one that the edition's document describes."""
    edition = contract.edition(edition_name)
    operation = operation_of(edition, response.request.method, response.request.url.raw_path.decode().partition("?")[0])
    if operation is None or response.status_code in _UNDOCUMENTED or "json" not in response.headers["content-type"]:
        return
    place = f"{operation.id} answers {response.status_code} in {edition_name}"
    validator = _validator(edition, operation, response.status_code)
    assert validator is not None, f"{place}, which its document does not know: {response.text[:300]}"
    error = next(validator.iter_errors(response.json()), None)
    assert error is None, f"{place} with a body that does not fit: {error}"


def _validator(edition: Edition, operation: Operation, status: int) -> Any:
    key = (edition.name, operation.id, status, "json")
    if key not in _validators:
        described = edition.document["paths"][operation.path][operation.method.lower()]
        response = resolve(edition.document, described["responses"].get(str(status)))
        schema = (response or {}).get("content", {}).get("application/json", {}).get("schema")
        whole = closed(dereferenced(edition.document, schema))
        _validators[key] = None if schema is None else jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return _validators[key]
