"""One event as text for the clipboard: readable, as JSON, as Markdown."""

from __future__ import annotations

import re

from replay_gui.core.index.run_index import RunIndex, time_since_start
from replay_gui.core.log.positions import index_before
from replay_gui.core.readable.event_reading import plain_event_lines
from replay_gui.core.state.json_form import event_members
from replay_gui.core.text.clock import since_start
from replay_gui.core.text.event_label import event_label
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.answers import PositionState
from replay_gui.models.run.json_text import json_text

MAX_COPIED_CHARACTERS = 2_000_000  # more would block the window
_BACKTICKS = re.compile("`+")
_MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|!])")


def event_as_text(shown: PositionState) -> str | None:
    """Return the event at a position as the panel shows it; None if there is none, or it is too large."""
    if shown.event is None:
        return None
    lines: list[str] = []
    size = 0
    for line in plain_event_lines(shown.event):
        lines.append(line)
        size += len(line) + 1
        if size > MAX_COPIED_CHARACTERS:
            return None
    return "\n".join(lines)


def event_as_json(shown: PositionState) -> str | None:
    """Return the event in the form of ``events --json``; None as for `event_as_text`."""
    if shown.event is None:
        return None
    text, whole = json_text(event_members(shown.event), MAX_COPIED_CHARACTERS)
    return text if whole else None


def event_as_markdown(shown: PositionState, index: RunIndex) -> str | None:
    """Return a line with its name, and its text in a block that no text in it can end; None as for `event_as_text`."""
    text = event_as_text(shown)
    if shown.event is None or text is None:
        return None
    since = time_since_start(index, index_before(shown.position)) if shown.position <= index.count else None
    when = "" if since is None else f" ({since_start(since)})"
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(text)), default=0))
    label = _MARKDOWN_SIGNS.sub(r"\\\1", event_label(shown.event))
    return f"**{whole_number(shown.position)} · {label}**{when}\n\n{fence}text\n{text}\n{fence}\n"
