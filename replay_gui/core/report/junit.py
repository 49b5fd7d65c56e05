"""A report as JUnit XML: one suite per run and one case per check, so that a CI server shows which failed."""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from replay_gui.core.log.positions import position_after
from replay_gui.core.report.model import ComparisonPart, Report, RunPart
from replay_gui.core.report.words import checks
from replay_gui.core.text.clock import rfc3339_text
from replay_gui.core.text.plain_text import visible
from replay_gui.core.verification.verification_report import Finding

_MAX_FINDINGS = 100  # findings in the text of a failure
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_report(report: Report) -> bytes:
    """Return the whole file, UTF-8."""
    root = Element("testsuites", {"name": "replay-gui"})
    made = (rfc3339_text(report.made) or "")[:19]
    for part in report.runs:
        _set_counts(_suite(root, part, made))
    for unread in report.unread:
        suite = _new_suite(root, unread.run, made)
        _case(suite, unread.run, "can be read", ("error", unread.why, ""))
        _set_counts(suite)
    if report.comparison is not None:
        _set_counts(_comparison(root, report, report.comparison, made))
    for name in ("tests", "failures", "errors"):  # the schema has no total of skipped cases
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ElementTree.indent(root)
    whole: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return whole + b"\n"


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", visible(text, keep="\n"))


def _new_suite(root: Element, name: str, made: str) -> Element:
    return SubElement(root, "testsuite", {"name": _text(name), "timestamp": made, "time": "0"})


def _case(suite: Element, run: str, what: str, outcome: tuple[str, str, str] | None) -> None:
    """Add a case. `outcome`: (failure, error or skipped; the message; details), None for a passed check."""
    case = SubElement(suite, "testcase", {"classname": _text(run), "name": _text(what), "time": "0"})
    if outcome is not None:
        tag, message, details = outcome
        SubElement(case, tag, {"message": _text(message)}).text = _text(details) or None


def _set_counts(suite: Element) -> None:
    """Set the numbers of the suite's cases."""
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(tag) is not None for case in cases)))


def _suite(root: Element, part: RunPart, made: str) -> Element:
    verification = part.verification
    suite = _new_suite(root, verification.run, made)
    details = {"Record": verification.failures, "State": verification.mismatches}
    for check in checks(part):
        listed = next((findings for begin, findings in details.items() if check.what.startswith(begin)), ())
        tag = {"checked": None, "failed": "failure", "not checked": "skipped"}[check.result]
        _case(suite, verification.run, check.what, None if tag is None else (tag, check.words, _findings_text(listed)))
    SubElement(suite, "system-out").text = _text("\n".join((verification.line, *verification.notes)))
    return suite


def _findings_text(findings: tuple[Finding, ...]) -> str:
    lines = [
        f"event {position_after(finding.index)} ({finding.event_id}), byte {finding.offset}: {finding.problem}"
        for finding in findings[:_MAX_FINDINGS]
    ]
    if len(findings) > _MAX_FINDINGS:
        lines.append(f"and {len(findings) - _MAX_FINDINGS} more")
    return "\n".join(lines)


def _comparison(root: Element, report: Report, comparison: ComparisonPart, made: str) -> Element:
    name = " against ".join(part.verification.run for part in report.runs)
    suite = _new_suite(root, name, made)
    for cause in comparison.causes:
        _case(suite, name, f"{cause.headline} ({cause.event_id})", ("failure", cause.headline, cause.details))
    if not comparison.causes:
        message = f"{comparison.total} divergences" if comparison.total else "their outcomes differ"
        what = "the runs are the same" if comparison.content.whole else "the runs are equal in what is compared"
        _case(suite, name, what, ("failure", message, "") if comparison.diverged else None)
    return suite
