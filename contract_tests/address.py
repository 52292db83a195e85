"""Where the API is."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from contract_tests.errors import CannotJudgeError

_DEFAULT_PATH = "/api/v1"


@dataclass(frozen=True, slots=True)
class Address:
    """`https://server.smartlead.ai` and `/api/v1`."""

    origin: str
    path: str
    host: str

    def __str__(self) -> str:
        return self.origin + self.path

    @property
    def is_loopback(self) -> bool:
        """Whether it can only be this machine."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def parse_address(text: str) -> Address:
    """An address from what a user gives; without a path it gets the one of the document.

    What is refused is not repeated, since it may hold a key.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        raise CannotJudgeError("--base-url: not an address") from None
    if parts.username is not None or parts.password is not None:
        raise CannotJudgeError("--base-url: must not hold a user name or a password")
    if parts.query or parts.fragment:
        raise CannotJudgeError("--base-url: must end with the path; the key belongs into SMARTLEAD_API_KEY")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CannotJudgeError("--base-url: must be like https://server.smartlead.ai/api/v1")
    host = parts.hostname
    shown = f"[{host}]" if ":" in host else host
    origin = f"{parts.scheme}://{shown}" + ("" if port is None else f":{port}")
    return Address(origin, parts.path.rstrip("/") or _DEFAULT_PATH, host)
