"""The verdict for build servers: JUnit XML, one test case for each case of the plan.

A warning passes, with its words in ``system-out``. A question for a person, what is not applicable and what
is expected to fail are skipped; what is inconclusive is an error. Times are 0: they are not part of a run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from onecard.conformance.reporting.view import CaseView, View

__all__ = ["junit_of"]

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_of(view: View) -> str:
    """Return the XML document."""
    statement = view.bundle.plan.statement
    cases = [_case(each) for each in view.cases]
    counts = {
        "tests": len(cases),
        "failures": sum(1 for each in cases if each.find("failure") is not None),
        "errors": sum(1 for each in cases if each.find("error") is not None),
        "skipped": sum(1 for each in cases if each.find("skipped") is not None),
    }
    shown = {name: str(count) for name, count in counts.items()} | {"time": "0"}
    name = _clean(f"onecard conformance {view.bundle.manifest.suite}")
    root = ElementTree.Element("testsuites", {"name": name, **shown})
    suite = ElementTree.SubElement(root, "testsuite", {"name": name, **shown})
    properties = ElementTree.SubElement(suite, "properties")
    for key, value in (
        ("verdict", view.total.verdict.value),
        ("implementation", f"{statement.vendor} {statement.product} {statement.version}"),
        ("iut", view.bundle.manifest.iut),
        ("seed", str(view.bundle.manifest.seed)),
        ("version", view.bundle.manifest.version),
        ("partial", view.bundle.manifest.partial),
        ("transcript_sha256", view.bundle.manifest.transcript_sha256),
        *(("complaint", each) for each in view.total.complaints),
    ):
        ElementTree.SubElement(properties, "property", {"name": key, "value": _clean(value)})
    suite.extend(cases)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _case(case: CaseView) -> ElementTree.Element:
    area = "/".join(case.case.id.split("/")[:2]).replace("/", ".")
    element = ElementTree.Element("testcase", {"classname": area, "name": _clean(case.case.id), "time": "0"})
    kind = _element_of(case)
    if kind == "system-out":
        ElementTree.SubElement(element, kind).text = _clean(_details(case))
    elif kind:
        attributes = {"message": _clean(_message(case))}
        if kind != "skipped":
            attributes["type"] = case.verdict
        child = ElementTree.SubElement(element, kind, attributes)
        if kind != "skipped":
            child.text = _clean(_details(case))
    return element


def _element_of(case: CaseView) -> str:
    if case.expected:
        return "skipped"
    return {
        "pass": "",
        "warn": "system-out",
        "fail": "failure",
        "error": "error",
        "inconclusive": "error",
        "review": "skipped",
        "not applicable": "skipped",
    }[case.verdict]


def _message(case: CaseView) -> str:
    if case.expected:
        return "expected failure"
    rules = ", ".join(dict.fromkeys(each.check.rule for each in case.complaints))
    return f"{case.verdict}: {rules or case.told.reason}"


def _details(case: CaseView) -> str:
    lines = [case.case.purpose]
    if case.told.reason:
        lines.append(case.told.reason)
    lines += [
        f"{each.check.rule} at {each.check.step}: expected {each.told.expected}, got {each.told.got}"
        for each in case.complaints
    ]
    return "\n".join(lines)


def _clean(text: str) -> str:
    """Replace what XML 1.0 cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
