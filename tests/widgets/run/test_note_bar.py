from __future__ import annotations

from pytestqt.qtbot import QtBot

from replay_gui.core.log.positions import EventIndex
from replay_gui.models.run.note_book import NoteBook, NotesPlaceChoice
from replay_gui.models.session import Session
from replay_gui.widgets.run.note_bar import NoteBar


def test_where_notes_are_kept_is_asked_on_each_page_until_it_was_said_on_one(qtbot: QtBot) -> None:
    session = Session()
    book = NoteBook(session, session)
    of_run, of_comparison = NoteBar(book), NoteBar(book, "A")
    for bar in (of_run, of_comparison):
        qtbot.addWidget(bar)
        bar.place_chosen.connect(book.keep_beside)
    book.add("why?", EventIndex(2), EventIndex(2))
    assert not of_run.isHidden()
    assert not of_comparison.isHidden()
    of_run.no.click()
    assert book.choice is NotesPlaceChoice.OWN_FILES
    assert of_run.isHidden()
    assert of_comparison.isHidden()
