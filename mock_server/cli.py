"""The command line."""

from __future__ import annotations

import gc
import json
import logging
import socket
import sys
from typing import Annotated, Any, Literal

import typer
import uvicorn
import yaml

from mock_server import __version__, doctor
from mock_server.app import create_app
from mock_server.clock import parse_moment
from mock_server.config import Settings, fixtures_directory, openapi_directory
from mock_server.contract.disagreements import Editions
from mock_server.contract.explain import explain as explained
from mock_server.contract.operations import Contract
from mock_server.contract.publish import published
from mock_server.control.stories import load_story
from mock_server.state.database import Database, StoreError
from mock_server.testing.control import Control, ControlError

app = typer.Typer(
    help="A local, stateful mock of the Smartlead API.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip


def _fail(message: str) -> typer.Exit:
    typer.echo(f"smartlead-mock: {message}", err=True)
    return typer.Exit(2)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"smartlead-mock {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """A local, stateful mock of the Smartlead API."""


class _Server(uvicorn.Server):
    """Says when it is ready, and where."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the sockets."""
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            print(f"smartlead-mock ready on http://{shown}:{port}", flush=True)


def _option(text: str, variable: str, **more: Any) -> Any:
    return typer.Option(help=text, envvar=f"SMARTLEAD_MOCK_{variable}", **more)


_Edition = Annotated[str, _option("Which reading of the documents to serve or print.", "EDITION")]
_Seed = Annotated[int, _option("Seed of everything random.", "SEED", min=0, max=2**53 - 1)]
_Log = Literal["text", "json"]
_Url = Annotated[str, _option("The running server.", "URL")]
_URL = "http://127.0.0.1:8000"


@app.command()
def serve(
    host: Annotated[str, _option("Address to listen on.", "HOST")] = "127.0.0.1",
    port: Annotated[int, _option("Port to listen on; 0 takes a free one.", "PORT", min=0, max=65535)] = 8000,
    db: Annotated[str, _option("File that keeps the state, or :memory:.", "DB")] = ":memory:",
    edition: _Edition = "default",
    rate_limit: Annotated[
        str, _option("Profile, N/SECONDS or off; default: what the edition says.", "RATE_LIMIT")
    ] = "",
    keys: Annotated[str, _option("Known API keys, separated by commas; default: any key works.", "KEYS")] = "",
    seed: _Seed = 0,
    clock: Annotated[str, _option("Freeze new workspaces at this moment (ISO 8601).", "CLOCK")] = "",
    scenario: Annotated[str, _option("Fill every new workspace with this scenario.", "SCENARIO")] = "",
    max_workspaces: Annotated[int, _option("Most workspaces that are stored.", "MAX_WORKSPACES", min=1)] = 10_000,
    webhook_targets: Annotated[
        Literal["local", "any"],
        _option("Where webhooks may go: this machine and private addresses, or anywhere.", "WEBHOOK_TARGETS"),
    ] = "local",
    log_format: Annotated[_Log | None, _option("Log each request, without its query.", "LOG_FORMAT")] = None,
    workers: Annotated[int, _option("", "WORKERS", hidden=True)] = 1,
) -> None:
    """Run the mock until it is interrupted."""
    if workers != 1:
        raise _fail(f"--workers {workers}: one worker only so far; more need the PostgreSQL store that is planned.")
    try:
        start = parse_moment(clock) if clock else None
    except (ValueError, OverflowError):
        raise _fail(f"--clock {clock}: not a moment; use ISO 8601 such as 2026-01-01T09:00:00Z.") from None
    try:
        if scenario:
            load_story(fixtures_directory(), scenario)
    except LookupError as error:
        raise _fail(f"--scenario: {error}") from None
    settings = Settings(
        db=db, edition=edition, keys=frozenset(key.strip() for key in keys.split(",") if key.strip()), seed=seed,
        clock=start, max_workspaces=max_workspaces, rate_limit=rate_limit, log_format=log_format or "",
        scenario=scenario, webhook_targets=webhook_targets,
    )  # fmt: skip
    logging.basicConfig(level=logging.INFO if log_format else logging.WARNING, format="%(message)s", stream=sys.stderr)
    try:
        application = create_app(settings)
    except KeyError:
        raise _fail(f"--edition {edition}: known editions are {', '.join(_editions())}.") from None
    except ValueError as error:
        raise _fail(f"--rate-limit: {error}.") from None
    except StoreError as error:
        raise _fail(str(error)) from None
    config = uvicorn.Config(
        application.state.asgi, host=host, port=port, access_log=False, log_level="warning", server_header=False,
        proxy_headers=False, lifespan="on", timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = _Server(config)
    gc.freeze()  # what start-up made stays; requests leave few cycles, so that looking for them may be rare
    gc.set_threshold(10_000, 20, 100)
    server.run()
    if not server.started:
        raise typer.Exit(1)


def _editions() -> list[str]:
    return list(Contract(openapi_directory()).specs)


@app.command()
def openapi(
    edition: Annotated[
        str, typer.Option(help="Edition whose document to print.", envvar="SMARTLEAD_MOCK_EDITION")
    ] = "default",
    format: Annotated[Literal["json", "yaml"], _option("Notation.", "OPENAPI_FORMAT")] = "json",
) -> None:
    """Print the bundled OpenAPI document."""
    contract = Contract(openapi_directory())
    if edition not in contract.specs:
        raise _fail(f"--edition {edition}: known editions are {', '.join(contract.specs)}.")
    document = published(contract, edition)
    if format == "yaml":
        typer.echo(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120), nl=False)
    else:
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


@app.command()
def explain(
    operation: Annotated[str, typer.Argument(help="Its operationId, or METHOD /path in quotes.")],
) -> None:
    """Print who says what about an operation, and how the editions differ."""
    try:
        typer.echo(explained(Editions(Contract(openapi_directory())), operation), nl=False)
    except LookupError as error:
        raise _fail(str(error.args[0])) from None


@app.command()
def journal(
    key: Annotated[str, _option("The workspace; without it, requests that named no known key.", "KEY")] = "",
    url: _Url = _URL,
    operation: Annotated[str | None, _option("Only this operation.", "OPERATION")] = None,
    status: Annotated[int | None, _option("Only this status.", "STATUS")] = None,
    violations: Annotated[bool, _option("Only what the document does not say.", "VIOLATIONS")] = False,
    limit: Annotated[int, _option("At most so many, the newest.", "LIMIT", min=0, max=10_000)] = 100,
    format: Annotated[_Log, _option("One line per request, or JSON.", "JOURNAL_FORMAT")] = "text",
) -> None:
    """Print what a running server was asked, without secrets."""
    filters: dict[str, Any] = {
        "operation": operation,
        "status": status,
        "violations": violations or None,
        "limit": limit,
    }
    try:
        found = Control(url.rstrip("/"), key).call("GET", "/requests", **filters)
    except ControlError as error:
        raise _fail(str(error)) from None
    if format == "json":
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for one in found["requests"]:
        typer.echo(f"{one['at']} {one['status']} {one['method']} {one['path']} {one['operation']}")
        for violation in one["violations"]:
            typer.echo(f"    {violation['kind']}: {violation['message']}")


@app.command()
def seed(
    scenario: Annotated[str, typer.Argument(help="The scenario, for example midflight.")],
    key: Annotated[str, _option("The workspace; it must have no rows.", "KEY")],
    url: _Url = _URL,
) -> None:
    """Fill a workspace of a running server with a scenario; print what it made."""
    try:
        made = Control(url.rstrip("/"), key).call("POST", "/seed", {"scenario": scenario})["made"]
    except ControlError as error:
        raise _fail(str(error)) from None
    for name, count in made.items():
        typer.echo(f"{count:>7} {name}")


@app.command("doctor")
def doctor_command(
    db: Annotated[str, _option("The file of a store; best while no server runs on it.", "DB")],
) -> None:
    """Recount everything that a store keeps counted; exit 1 when something is wrong."""
    try:
        database = Database(db, create=False)
    except StoreError as error:
        raise _fail(str(error)) from None
    found = list(doctor.problems(database))
    for problem in found:
        typer.echo(problem)
    typer.echo("sound" if not found else f"{len(found)} problems")
    raise typer.Exit(1 if found else 0)
