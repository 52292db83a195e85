"""Settings of one server process."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Settings:
    """What `smartlead-mock serve` was started with; every field has an option of the same name."""

    host: str = "127.0.0.1"
    port: int = 8000
    db: str = ":memory:"
    edition: str = "default"
    keys: frozenset[str] = field(default_factory=frozenset)
    seed: int = 0
    clock: int | None = None
    max_workspaces: int = 10_000
    rate_limit: str = ""
    log_format: str = ""
    scenario: str = ""
    webhook_targets: Literal["local", "any"] = "local"


def openapi_directory() -> Path:
    """Where the document lies."""
    return _directory("openapi")


def fixtures_directory() -> Path:
    """Where the stories lie."""
    return _directory("fixtures")


def _directory(name: str) -> Path:
    """Files that come with the package: inside it when it is installed, beside it in a checkout."""
    package = Path(__file__).parent
    packaged = package / name
    return packaged if packaged.is_dir() else package.parent / name
