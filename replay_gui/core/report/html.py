"""A report as one HTML file: it has no script, loads no resource, and its content security policy forbids both.

The texts are in the templates in resources/report. Every value that a template prints is made visible, then
escaped (`autoescape`). The policy allows the style sheet by its hash, so that no other one can be inserted.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from replay_gui.core.report.document import Block, Document, DrawnRuns, Picture, ReportSection
from replay_gui.core.report.runs.runs_drawing import CELL, SLANT, WIDTH, RunsDrawing, runs_drawing
from replay_gui.core.report.timeline_drawing import TimelineDrawing, timeline_drawing
from replay_gui.core.resource_paths import resources
from replay_gui.core.text.plain_text import visible
from replay_gui.core.translation.messages import direction, language

_MARKS: Final = {"good": "✓", "bad": "✗", "warn": "–"}


def html_report(document: Document) -> str:
    """Return the whole file."""
    folder = resources() / "report"
    style = (folder / "report.css").read_text("utf-8")
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(marks=_MARKS, block_kind=_block_kind, drawing=_drawing)
    environment.globals.update(runs_drawing=_runs_drawing, runs_width=WIDTH, runs_slant=SLANT, runs_cell=CELL)
    return environment.get_template("report.html").render(
        document=document,
        language=language(),
        direction=direction(),
        groups=_groups(document.sections),
        style=Markup(style),
        style_hash=b64encode(sha256(style.encode()).digest()).decode(),
    )


def _printable(value: Any) -> Any:
    """Return the text that a template prints for `value`; markup of a template is unchanged."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _groups(sections: tuple[ReportSection, ...]) -> list[list[ReportSection]]:
    """Return each section of level 1 with the sections of level 2 that follow it."""
    groups: list[list[ReportSection]] = []
    for section in sections:
        if section.level == 1 or not groups:
            groups.append([])
        groups[-1].append(section)
    return groups


def _block_kind(block: Block) -> str:
    return type(block).__name__


def _runs_drawing(block: DrawnRuns) -> RunsDrawing:
    return runs_drawing(block.picture)


def _drawing(picture: Picture) -> TimelineDrawing:
    return timeline_drawing(picture.timeline)
