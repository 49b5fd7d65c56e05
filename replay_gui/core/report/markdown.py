"""A report as Markdown (CommonMark with tables), for a ticket or a pull request.

Text of a log is never markup: every character that could be markup is escaped, including links, pictures and HTML.
"""

from __future__ import annotations

import re
from typing import assert_never

from replay_gui.core.log.positions import position_after
from replay_gui.core.report.document import (
    Block,
    Command,
    Document,
    DrawnRuns,
    Facts,
    Paragraph,
    Picture,
    ReportSection,
    ReportTable,
)
from replay_gui.core.report.model import TimelineCounts, TimelineLane
from replay_gui.core.text.plain_text import visible
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number

_MARKUP = re.compile(r"([\\`*_\[\]<>|&~$@#]|^[+=-]|^\d{1,9}(?=[.)]))")
_BLANK = re.compile(r"\s+")
_LEVELS = " ▁▂▃▄▅▆▇█"
_PICTURE_WIDTH = 60  # characters of the picture


def markdown_report(document: Document) -> str:
    """Return the whole file."""
    parts = [
        f"# {escaped_text(document.title)}",
        f"**{escaped_text(document.verdict)}** {escaped_text(document.words)}",
    ]
    parts += [_code(line) for line in document.lines]
    parts.append(escaped_text(document.made))
    for section in document.sections:
        parts += _section(section)
    return "\n\n".join(parts) + "\n"


def escaped_text(text: str) -> str:
    """Return a text on one line that Markdown shows unchanged, without links."""
    words = _MARKUP.sub(_escaped, _BLANK.sub(" ", visible(text)))
    return words.replace("://", "\\://").replace("www.", "www\\.")  # otherwise bare addresses would become links


def _escaped(match: re.Match[str]) -> str:
    """Return markup with a backslash; a number at the start, which would begin a list, as a character reference."""
    return f"&#{ord(match[0][0])};{match[0][1:]}" if match[0][0].isdigit() else f"\\{match[0]}"


def _code(text: str) -> str:
    """Return a code span, delimited by more backquotes in a row than it contains."""
    words = _BLANK.sub(" ", visible(text))
    fence = "`" * (max((len(run) for run in re.findall("`+", words)), default=0) + 1)
    pad = " " if words.startswith("`") or words.endswith("`") or not words.strip() else ""
    return f"{fence}{pad}{words}{pad}{fence}"


def _section(section: ReportSection) -> list[str]:
    return [f"{'#' * (section.level + 1)} {escaped_text(section.title)}", *map(_block, section.blocks)]


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            return escaped_text(block.text) if block.tone == "plain" else f"**{escaped_text(block.text)}**"
        case Facts():
            return "\n".join(
                f"- {escaped_text(fact.name)}: {_code(fact.value) if fact.data else escaped_text(fact.value)}"
                for fact in block.rows
            )
        case ReportTable():
            return _table(block)
        case DrawnRuns():
            return _table(block.table)
        case Picture():
            return _picture(block.timeline)
        case Command():
            fence = "```" if "```" not in block.text else "~~~~"
            return f"{fence}\n{_BLANK.sub(' ', visible(block.text))}\n{fence}"
        case _:
            assert_never(block)


def _table(table: ReportTable) -> str:
    def line(cells: list[str]) -> str:
        return f"| {' | '.join(cells)} |"

    lines = [
        line([escaped_text(column.title) for column in table.columns]),
        line(["---:" if column.number else "---" for column in table.columns]),
        *(
            line([_cell(cell, column.data) for column, cell in zip(table.columns, row, strict=True)])
            for row in table.rows
        ),
    ]
    return "\n".join(lines) + (f"\n\n{escaped_text(table.more)}" if table.more else "")


def _cell(text: str, data: bool) -> str:
    """Return a cell; a text with a bar is not a code span, because a bar ends the cell even there."""
    return _code(text) if data and text and "|" not in text else escaped_text(text)


def _picture(timeline: TimelineCounts) -> str:
    width = max(len(lane.shown_title[:20]) for lane in timeline.lanes)
    lines = [f"{_BLANK.sub(' ', visible(lane.shown_title))[:20]:{width}} {_bars(lane)}" for lane in timeline.lanes]
    if timeline.broken is not None:
        before = " " * (timeline.broken * _PICTURE_WIDTH // timeline.events)
        event = tr("event {number}", number=whole_number(position_after(timeline.broken)))
        lines.append(f"{'':{width}} {before}^ {event}")
    return "\n".join(["~~~~", *(line.replace("~", "-").rstrip() for line in lines), "~~~~"])


def _bars(lane: TimelineLane) -> str:
    bins, cells = len(lane.counts), min(_PICTURE_WIDTH, len(lane.counts))
    sums = [sum(lane.counts[at * bins // cells : (at + 1) * bins // cells]) for at in range(cells)]
    most = max(sums)
    return "".join(_LEVELS[-(-number * 8 // most) if most else 0] for number in sums)
