"""Handlers, bound to the operations of the document by their ids."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., "Reply"])


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler answers: the canonical payload, complete; the document gives the status and the media type.

    `hint` is our advice, sent as `X-Mock-Hint`. `beside` makes fields that the canonical answer does not have, for
    editions that take them with `x-from`; where the answer is the canonical one it is not called.
    """

    payload: Any
    hint: str = ""
    beside: Callable[[], Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Handler:
    """`long` handlers only read, and run in a thread on a connection of their own; `writes` is of a GET that does.

    `workspace_of` finds in the path the id of the workspace that a call without a key is for; 0 = of none.
    """

    function: Callable[..., Reply]
    takes_body: bool
    long: bool
    writes: bool
    workspace_of: Callable[[Mapping[str, str]], int] | None


HANDLERS: dict[str, Handler] = {}


def operation(
    operation_id: str, *, long: bool = False, writes: bool = False,
    workspace_of: Callable[[Mapping[str, str]], int] | None = None,
) -> Callable[[F], F]:  # fmt: skip
    """Bind a handler `(ctx, params)` or `(ctx, params, body)` to an operation of the document."""

    def bind(function: F) -> F:
        if operation_id in HANDLERS:
            raise ValueError(f"two handlers for {operation_id}")
        takes_body = len(inspect.signature(function).parameters) == 3
        HANDLERS[operation_id] = Handler(function, takes_body, long, writes, workspace_of)
        return function

    return bind
