"""Which import notes say that something of the source is missing in the log."""

from __future__ import annotations

import pytest

from replay_gui.core.importers.formats.chats.swe_agents.swe_agent import DEMONSTRATIONS
from replay_gui.core.importers.formats.frameworks.langchain_events import PIECES
from replay_gui.core.importers.formats.frameworks.omen import BROKEN_RULES
from replay_gui.core.importers.formats.frameworks.pydantic_ai import STREAMED
from replay_gui.core.importers.formats.run_ids import SEVERAL_RUNS
from replay_gui.core.importers.import_notes import ImportNotes, gap_notes, missing_notes, notes_in_header


@pytest.mark.parametrize(
    "reason",
    [
        "lines that hold no span, left out",
        "keys of more than 4 KiB, cut",
        "files of subagents that cannot be read",
        "a reason that is new",
    ],
)
def test_a_note_about_missing_data_is_a_gap(reason: str) -> None:
    notes = ImportNotes()
    notes.count(reason, 3, "blank lines")  # an example is text of the source, and decides nothing
    assert gap_notes(notes.sentences()) == notes.sentences()


@pytest.mark.parametrize(
    "reason",
    [
        "blank lines",
        "whole numbers of more than 64 bits, written as text",
        "times that cannot be read",
        "lines of an unknown type, kept as custom events",
        "parts of messages that are not known, kept as they are",
        "lines that are no JSON objects, kept as text",
        "lines that repeat an earlier line",
        "tool results whose request is not in the file",
    ],
)
def test_a_note_about_data_that_is_kept_is_no_gap(reason: str) -> None:
    notes = ImportNotes()
    notes.count(reason, example="left out")
    assert gap_notes(notes.sentences()) == ()


def test_notes_of_an_exported_log() -> None:
    assert notes_in_header({"notes": ["lines left out: 1", 7]}) == ("lines left out: 1",)
    assert notes_in_header(None) == notes_in_header({}) == notes_in_header({"notes": "x"}) == ()


def test_what_later_lines_replace_is_not_missing_of_the_run() -> None:
    notes = (
        "earlier states of parts, replaced by later lines: 3",
        "lines without a span, left out: 1",
        "steps copied from the trajectory before, left out: 4",
        *(f"{reason}: 5" for reason in (STREAMED, SEVERAL_RUNS)),
        *(f"{reason}: 2" for reason in ("blank lines", BROKEN_RULES, DEMONSTRATIONS, PIECES)),
    )
    assert gap_notes(notes) == notes[:5]
    assert missing_notes(notes) == notes[1:2]
