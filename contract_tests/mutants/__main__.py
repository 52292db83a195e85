"""`python -m contract_tests.mutants ID [options of smartlead-mock serve]`, or `--list`.

Without an id the mock is served as it is.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pkgutil import resolve_name
from typing import Any

from contract_tests.mutants import CATALOGUE
from contract_tests.mutants.mutant import Mutant
from contract_tests.mutants.wrapping import Mutated, imported_with


def main(arguments: list[str]) -> int:
    """Serve a mutant until interrupted; options and `SMARTLEAD_MOCK_…` are those of the mock."""
    if "--list" in arguments:
        for mutant in CATALOGUE.values():
            print(f"{mutant.area:<11} {mutant.id:<42} {mutant.wrong}")
        return 0
    named = arguments[:1] if arguments and not arguments[0].startswith("-") else []
    if named and named[0] not in CATALOGUE:
        print(f"mutants: no mutant {named[0]}; --list shows them", file=sys.stderr)
        return 2
    try:
        _serve(CATALOGUE[named[0]] if named else None, arguments[len(named) :])
    except LookupError as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 2
    return 0


def _serve(mutant: Mutant | None, options: list[str]) -> None:
    """Run the mock's own command with the mutant in it, so that settings and start are the same."""
    with ExitStack() as edits:
        if mutant is not None and mutant.edit is not None:
            edits.enter_context(imported_with(mutant.edit))
        module = resolve_name("mock_server.app")
        if mutant is not None and mutant.behaviour is not None:
            _wrap(module, mutant)
        command = resolve_name("mock_server.cli:app")
    command(["serve", *options], prog_name="mutants")


def _wrap(module: Any, mutant: Mutant) -> None:
    """Put the mutant around every app that the module makes from now on."""
    create = module.create_app

    def create_mutated(settings: Any = None) -> Any:
        app = create(settings)
        app.state.asgi = Mutated(app.state.asgi, mutant)
        return app

    module.create_app = create_mutated


sys.exit(main(sys.argv[1:]))
