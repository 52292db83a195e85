"""Where the program begins: what it needs beside the mock may not be installed."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the program, or say what is missing."""
    try:
        from contract_tests.cli import app
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith(("contract_tests", "mock_server")):
            raise
        sys.exit(f"smartlead-contract: {error.name} is not installed: pip install 'smartlead-mock[contract]'")
    app()
