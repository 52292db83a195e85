"""Secrets, and what keeps them out of everything that is printed or written."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote, quote_plus

from contract_tests.errors import CannotJudgeError

HIDDEN = "[redacted]"

#: members of answers that hold secrets of the account: keys of clients, passwords of mailboxes
_SECRET_MEMBER = re.compile(
    r"(\\?[\"'](?:api_?key|\w*password|secret_key|\w*refresh_token|\w*access_token|smtp_pass|imap_pass)\\?[\"']\s*:\s*)"
    r"(\\?[\"'])((?:(?!\2)(?:\\.|.))*)\2",
    re.IGNORECASE,
)
_CLIENT_KEY = re.compile(r"\bcl_live_\w+")


class Key:
    """An API key, which shows itself to nobody who does not ask by name."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        if not secret or not secret.isprintable() or secret != secret.strip():
            raise CannotJudgeError("the API key is empty or has blanks or control characters at its ends or within")
        self._secret = secret

    def reveal(self) -> str:
        """The key itself, for the one place that sends it."""
        return self._secret

    def mark(self, salt: str) -> str:
        """Tells two keys apart without telling either; the salt makes marks of two runs incomparable."""
        return hashlib.sha256(f"{salt}\0{self._secret}".encode()).hexdigest()[:12]

    def redact(self, text: str) -> str:
        """The text without this key in any notation that we write, and without other secrets of the account."""
        notations = {
            self._secret,
            quote(self._secret),
            quote(self._secret, safe=""),
            quote_plus(self._secret),
            json.dumps(self._secret)[1:-1],
            json.dumps(self._secret, ensure_ascii=False)[1:-1],
        }
        for notation in sorted(notations, key=len, reverse=True):
            text = text.replace(notation, HIDDEN)
        return redact_members(text)

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return HIDDEN

    def __reduce__(self) -> str:
        raise TypeError("a key is not written anywhere")


def redact_members(text: str) -> str:
    """The text without the secrets that an account's answers carry."""
    return _CLIENT_KEY.sub(HIDDEN, _SECRET_MEMBER.sub(rf"\g<1>\g<2>{HIDDEN}\g<2>", text))


def read_keys(environment_value: str | None, file: Path | None) -> list[Key]:
    """The keys of `--key-file`, one in each line, else those of the environment, between commas. The first is the one
    that is used, the last of several stands for somebody else. There is no option for a key itself: lists of processes
    and histories of shells keep options.
    """
    if file is not None:
        try:
            keys = [Key(line.strip()) for line in file.read_text("utf-8").splitlines() if line.strip()]
        except (OSError, UnicodeDecodeError):
            raise CannotJudgeError(f"--key-file {file}: cannot be read") from None
        if not keys:
            raise CannotJudgeError(f"--key-file {file}: holds no key")
        return keys
    if not environment_value:
        raise CannotJudgeError("no API key: set SMARTLEAD_API_KEY or give --key-file FILE")
    return [Key(part.strip()) for part in environment_value.split(",")]


def hiding(keys: Sequence[Key]) -> Callable[[str], str]:
    """Takes all of them out of a text."""

    def hide(text: str) -> str:
        for key in keys:
            text = key.redact(text)
        return text

    return hide
