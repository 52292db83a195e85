"""The last stage: run the handler in one unit of work, and render what it returns."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from mock_server.context import Context, Publish
from mock_server.contract.operations import Operation
from mock_server.contract.registry import Reply
from mock_server.errors import ApiError
from mock_server.pipeline.exchange import JSON_MEDIA, Answer, Exchange
from mock_server.pipeline.faults import faulty
from mock_server.state.database import Database, Session
from mock_server.state.workspaces import Workspace, WorkspaceLimitError, Workspaces

log = logging.getLogger("smartlead_mock")
Prepare = Callable[[Workspace], Awaitable[None]]


class Handling:
    """Runs handlers: short ones at once, long ones in a thread on a connection that only reads."""

    def __init__(
        self, database: Database, workspaces: Workspaces, prepare: Prepare, publish: Publish,
        written: Callable[[Context], None],
    ) -> None:  # fmt: skip
        """`prepare` gives a new workspace what it begins with; `publish` is told what is appended to the ledger.

        `written` is called when a unit of work was committed.
        """
        self._publish = publish
        self._prepare = prepare
        self._database = database
        self._workspaces = workspaces
        self._written = written

    async def handle(self, exchange: Exchange) -> Answer:
        """The answer of the operation; raises ApiError with nothing changed."""
        operation = exchange.operation
        assert operation is not None
        assert exchange.workspace is not None
        if exchange.workspace.key:
            await self._prepare(exchange.workspace)
        if operation.handler.long:
            reply = await asyncio.to_thread(self._read, exchange, operation, True)
        elif operation.method == "GET" and not (operation.handler.writes and exchange.workspace.id):
            reply = self._read(exchange, operation, False)
        else:
            reply = self._write(exchange, operation)
        if reply.hint:
            exchange.hints.append(reply.hint)
        if exchange.fault is not None and exchange.fault.after and exchange.fault.status is not None:
            return faulty(exchange, exchange.fault.status, exchange.fault.retry_after)
        return render(operation, reply)

    def _read(self, exchange: Exchange, operation: Operation, in_thread: bool) -> Reply:
        if not in_thread:
            return _call(self._context(exchange, self._database.writer), exchange, operation)
        with self._database.snapshot() as connection:
            return _call(self._context(exchange, connection), exchange, operation)

    def _write(self, exchange: Exchange, operation: Operation) -> Reply:
        workspace = exchange.workspace
        assert workspace is not None
        was_stored = workspace.id != 0
        try:
            with self._database.transaction():
                if not was_stored:
                    self._workspaces.save(workspace)
                context = self._context(exchange, self._database.writer)
                reply = _call(context, exchange, operation)
        except BaseException:
            if not was_stored:
                self._workspaces.unsave(workspace)
            raise
        self._written(context)
        return reply

    def _context(self, exchange: Exchange, connection: Any) -> Context:
        workspace, edition = exchange.workspace, exchange.edition
        assert workspace is not None
        assert edition is not None
        client = exchange.client
        session = Session(connection, workspace.id, None if client is None else client.id)
        return Context(workspace, edition, session, workspace.clock.now(), publish=self._publish, client=client)


def _call(context: Context, exchange: Exchange, operation: Operation) -> Reply:
    handler = operation.handler
    more = (exchange.input,) if handler.takes_body else ()
    reply = handler.function(context, exchange.params, *more)
    if operation.project is None or reply.beside is None:
        return reply
    return Reply({**reply.payload, **reply.beside()}, reply.hint)  # here, as it may read rows


def render(operation: Operation, reply: Reply) -> Answer:
    """The canonical answer in the edition's shape and media type."""
    payload = reply.payload if operation.project is None else operation.project(reply.payload)
    if operation.media == "application/json":
        return Answer(operation.status, orjson.dumps(payload), JSON_MEDIA)
    if isinstance(payload, bytes):
        return Answer(operation.status, payload, operation.media)
    return Answer(operation.status, payload.encode(), f"{operation.media}; charset=utf-8")


def refused(exchange: Exchange, error: ApiError) -> Answer:
    """The documented answer to a refusal."""
    operation = exchange.operation
    assert operation is not None
    answer = operation.errors[error.code]
    return Answer.of_json(answer.status, answer.body(error.values), error.hint)


def broken(error: Exception) -> Answer:
    """A defect of this program: nothing was changed."""
    if isinstance(error, WorkspaceLimitError):
        hint = "There are as many workspaces as --max-workspaces allows; reset one with POST /_mock/reset."
        return Answer.of_json(403, {"message": "Too many workspaces"}, hint)
    log.exception("a request failed inside the mock", exc_info=error)
    hint = "A defect of smartlead-mock, not of your client; the log has the trace."
    return Answer.of_json(500, {"error": "Internal server error occurred"}, hint)
