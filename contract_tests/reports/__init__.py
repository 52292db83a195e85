"""What a run says, as files: JUnit for a CI, JSON for programs, one page of HTML for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from contract_tests.reports.about import About
from contract_tests.reports.as_json import as_json
from contract_tests.reports.junit import as_junit
from contract_tests.reports.page import as_page
from contract_tests.runner import Outcome

Form = Literal["junit", "html", "json"]

#: form -> name of its file, and what writes it
FORMS: Mapping[Form, tuple[str, Callable[[Outcome, About], str]]] = {
    "junit": ("junit.xml", as_junit),
    "html": ("report.html", as_page),
    "json": ("report.json", as_json),
}

__all__ = ["FORMS", "About", "Form"]
