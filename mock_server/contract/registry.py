"""Handlers, bound to the operations of the document by their ids."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., "Reply"])


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler answers: the canonical payload, complete; the document gives the status and the media type.

    `hint` is our advice, sent as `X-Mock-Hint`.
    """

    payload: Any
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Handler:
    """`long` handlers only read, and run in a thread on a connection of their own."""

    function: Callable[..., Reply]
    takes_body: bool
    long: bool


HANDLERS: dict[str, Handler] = {}


def operation(operation_id: str, *, long: bool = False) -> Callable[[F], F]:
    """Bind a handler `(ctx, params)` or `(ctx, params, body)` to an operation of the document."""

    def bind(function: F) -> F:
        if operation_id in HANDLERS:
            raise ValueError(f"two handlers for {operation_id}")
        HANDLERS[operation_id] = Handler(function, len(inspect.signature(function).parameters) == 3, long)
        return function

    return bind
