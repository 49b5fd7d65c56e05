"""The history of changes of the notes, which the engine sends in whole after each change."""

from __future__ import annotations

from replay_gui.core.facts.run_note import NoteAnchor, PlacedNote, RunNote
from replay_gui.core.log.positions import EventIndex
from replay_gui.engine.panels.note_messages import NotesRead
from replay_gui.models.run.note_book import NoteBook
from replay_gui.models.session import Session

AT = EventIndex(2)


def note(text: str) -> PlacedNote:
    anchor = NoteAnchor(AT, "", "")
    return PlacedNote(RunNote(text, anchor, anchor), AT, AT)


def test_each_of_several_notes_added_at_once_can_be_undone_and_no_other(qapp: object) -> None:
    session = Session()
    book = NoteBook(session, session)
    changes: list[str] = []
    book.change_made.connect(changes.append)
    one, two, read_elsewhere, kept = note("one"), note("two"), note("of another program"), note("kept")
    book.add("one", AT, AT)
    book.add("two", AT, AT)
    book.on_notes_read(NotesRead(notes=(kept, one), added=one.note))
    book.on_notes_read(NotesRead(notes=(kept, one, two), added=two.note))
    assert changes == ["note “one”", "note “two”"]
    book.add("refused", AT, AT)  # it is not kept, and an alert follows instead of an answer
    book.on_notes_read(NotesRead(notes=(kept, one, two, read_elsewhere)))
    assert len(changes) == 2
    assert [placed.note.text for placed in book.notes] == ["kept", "one", "two", "of another program"]
