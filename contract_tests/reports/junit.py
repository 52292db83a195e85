"""The JUnit report: a case for each part of a phase."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from contract_tests.findings import Finding
from contract_tests.reports.about import About
from contract_tests.runner import Outcome

#: characters that XML 1.0 cannot hold, not even escaped
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(outcome: Outcome, about: About) -> str:
    """Violations are failures; a run that cannot judge has one error."""
    suite = ElementTree.Element("testsuite", name=f"smartlead-contract {about.api.edition}", timestamp=about.at)
    for part in outcome.parts:
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"contract.{part.phase}", name=part.name, time=f"{part.seconds:.3f}"
        )
        for finding in part.findings:
            _fail(case, finding)
    if outcome.beforehand:
        case = ElementTree.SubElement(suite, "testcase", classname="contract.connect", name="connect", time="0")
        for finding in outcome.beforehand:
            _fail(case, finding)
    if outcome.exit_code == 2:
        case = ElementTree.SubElement(suite, "testcase", classname="contract.run", name="run", time="0")
        error = ElementTree.SubElement(case, "error", message=_clean(outcome.summary))
        error.text = _clean("\n".join(outcome.shortcomings))
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(sum(1 for case in suite if case.find("failure") is not None)))
    suite.set("errors", str(sum(1 for case in suite if case.find("error") is not None)))
    suite.set("time", f"{sum(part.seconds for part in outcome.parts):.3f}")
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _fail(case: ElementTree.Element, finding: Finding) -> None:
    message = f"{finding.subject}: {finding.check}: {finding.message}"
    failure = ElementTree.SubElement(case, "failure", type=finding.check, message=_clean(message))
    failure.text = _clean("\n".join(one.curl() for one in finding.calls))


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
