"""The formats of a report that need no Qt, by the suffix of the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from replay_gui.core.report.json_report import json_report
from replay_gui.core.report.junit import junit_report
from replay_gui.core.report.layout import layout_document
from replay_gui.core.report.markdown import markdown_report
from replay_gui.core.report.model import Report
from replay_gui.core.report.sarif import sarif_report
from replay_gui.core.translation.english import in_english


def _html(report: Report) -> bytes:
    from replay_gui.core.report.html import html_report  # imports jinja2, which only this format needs

    return html_report(layout_document(report)).encode()


def _markdown(report: Report) -> bytes:
    return markdown_report(layout_document(report)).encode()


def _in_english(write: Callable[[Report], bytes]) -> Callable[[Report], bytes]:
    def written(report: Report) -> bytes:
        with in_english():
            return write(report)

    return written


FORMS_FOR_PROGRAMS: Final[Mapping[str, Callable[[Report], bytes]]] = {
    ".json": _in_english(json_report),
    ".xml": _in_english(junit_report),
    ".sarif": _in_english(sarif_report),
}
"""Those that programs read: English, if the report is made in English."""

FORMS: Final[Mapping[str, Callable[[Report], bytes]]] = {
    ".html": _html,
    ".md": _markdown,
    **FORMS_FOR_PROGRAMS,
}
"""Suffix: function that returns the whole file."""
