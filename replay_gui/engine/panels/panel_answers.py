"""Answers the requests of single panels of the window about an open run."""

from __future__ import annotations

from typing import assert_never

from replay_gui.core.errors import ReplayError
from replay_gui.core.log.positions import Position
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.panels.note_messages import AddNote, ChangeNotes, GetNotes, NoteQuestion, NotesRead
from replay_gui.engine.panels.panel_messages import EndRead, ReadEnd, ReadFurther, ReadOn


def answer_panel(run: OpenRun, question: ReadOn | ReadEnd | NoteQuestion) -> ReadFurther | EndRead | NotesRead:
    """Return the answer to a question; raise ReplayError if the run or its files cannot be read or written."""
    match question:
        case ReadOn(position, after):
            return ReadFurther(position, after, run.read_on(position, after))
        case ReadEnd():
            return _read_end(run)
        case GetNotes() | AddNote() | ChangeNotes():
            return _answer_about_notes(run, question)
        case _:
            assert_never(question)


def _read_end(run: OpenRun) -> EndRead:
    """Read the last state; a failure is not raised, because the user did not request it."""
    end = Position(run.index.count)
    try:
        return EndRead(end, state := run.state_at(end), run.wide_maps.first_keys(state, ()))
    except ReplayError:
        return EndRead(end, None)


def _answer_about_notes(run: OpenRun, question: NoteQuestion) -> NotesRead:
    from replay_gui.engine.panels import note_answers  # a parser of TOML, which the first picture does not need

    match question:
        case GetNotes():
            return note_answers.answer_get_notes(run, question)
        case AddNote():
            return note_answers.answer_add_note(run, question)
        case ChangeNotes():
            return note_answers.answer_change_notes(run, question)
        case _:
            assert_never(question)
