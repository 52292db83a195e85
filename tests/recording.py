"""What the tests have seen of the API, written down for `tests.contract_coverage`.

Recording is on when the environment variable SMARTLEAD_CONTRACT_COVERAGE names a directory; each test process leaves
one file there.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.fields import answered, shapes, values

_LONGEST = 120
_MOST_ERRORS = 500


class Recorder:
    """Collects sightings by operation."""

    def __init__(self) -> None:
        self.fields: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self.errors: dict[str, dict[str, dict[str, dict[str, None]]]] = defaultdict(
            lambda: defaultdict(lambda: defaultdict(dict))
        )
        self.sent: dict[str, dict[str, None]] = defaultdict(dict)
        self.proofs: dict[str, dict[str, None]] = defaultdict(dict)
        self.invalid: dict[str, dict[str, None]] = defaultdict(dict)

    def request(self, operation_id: str, edition: str, query: dict[str, Any], body: Any, response: Any) -> None:
        """One call and its answer."""
        shape = shapes().get(operation_id)
        if shape is None:
            return
        content = answered(response)
        if response.status_code >= 400:
            self._error(operation_id, edition, str(response.status_code), content)
        elif edition == "default":
            self._success(operation_id, content)
            self.sent[operation_id] |= dict.fromkeys([name for name in shape.query if name in query])
            self.sent[operation_id] |= dict.fromkeys(path for path, _ in values(shape.body, body))

    def _success(self, operation_id: str, content: Any) -> None:
        seen = self.fields[operation_id]
        for path, value in values(shapes()[operation_id].answer, content):
            known = seen[path]
            if len(known) < 2:
                text = json.dumps(value, sort_keys=True)[:_LONGEST]
                if text not in known:
                    known.append(text)

    def _error(self, operation_id: str, edition: str, status: str, content: Any) -> None:
        known = self.errors[operation_id][edition][status]
        if len(known) < _MOST_ERRORS:
            if isinstance(content, dict) and "validation" in content:
                content = {**content, "message": "", "validation": {}}
            known[json.dumps(content, sort_keys=True)] = None

    def proof(self, operation_id: str, field: str) -> None:
        """A field was shown to matter."""
        self.proofs[operation_id][field] = None

    def misfit(self, operation_id: str, reason: str) -> None:
        """An answer that its document does not describe."""
        self.invalid[operation_id][reason[:_LONGEST]] = None

    def write(self, directory: Path) -> None:
        """Leave what this process has seen in the directory."""
        if self.fields or self.errors or self.proofs or self.invalid:
            directory.mkdir(parents=True, exist_ok=True)
            (directory / f"{os.getpid()}.json").write_text(json.dumps(vars(self)), "utf-8")


_directory = os.environ.get("SMARTLEAD_CONTRACT_COVERAGE")
DIRECTORY = Path(_directory).resolve() if _directory else None
RECORDER = Recorder() if _directory else None
