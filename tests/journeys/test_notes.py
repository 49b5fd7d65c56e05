"""Notes and bookmarks: made by keys, kept where the user says, found again, and never shown unasked from a folder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from replay_gui.core.facts.notes_places import notes_beside
from replay_gui.core.facts.run_notes import RunNotes, read_notes, write_notes
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.core.report.html import html_report
from replay_gui.core.report.json_report import json_report
from replay_gui.core.report.layout import layout_document
from replay_gui.engine.files.notes_in_force import own_notes
from replay_gui.engine.opening import user_trusted_folders
from replay_gui.models.palette.palette_entry import PaletteGroup
from replay_gui.models.run.event_filter import EventFilter
from replay_gui.widgets.run.note_bar import NoteBar
from replay_gui.windows.compare_status import CompareStatus
from replay_gui.windows.palette.palette_entries import PaletteEntries
from tests.helpers.hostile import EVIL, faults_on_screen
from tests.helpers.journey import Journey

Key = Qt.Key


def record(path: Path, *words: str) -> Path:
    path.unlink(missing_ok=True)
    with Recorder(path, agent_type="a", agent_version="1", config={}) as run:
        for text in words:
            run.decision("message", text)
    return path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return record(tmp_path / "run.rlog", "one", "two", "three", "four")


def bar(journey: Journey) -> NoteBar:
    (found,) = journey.window.run_view.findChildren(NoteBar)
    return found


def said(journey: Journey) -> list[tuple[int | None, str]]:
    book = journey.window.note_actions.book
    return [(note.first, note.note.text) for note in book.notes]


def go(journey: Journey, position: int) -> None:
    journey.press(Key.Key_Home)
    for _ in range(position):
        journey.press(Key.Key_Right)
    journey.arrive(position)


def write(journey: Journey, text: str) -> None:
    dialog = journey.window.note_actions.on_note()
    assert dialog is not None
    dialog.text.setPlainText(text)
    dialog.keep.click()


def test_a_bookmark_is_a_key_away_and_kept_among_the_users_own_files(journey: Journey, log: Path) -> None:
    journey.open(log)
    journey.window.run_view.events.view.setFocus()
    go(journey, 3)
    assert not bar(journey).isVisible()
    journey.press(Key.Key_B)
    journey.until(lambda: said(journey) == [(2, "")])
    assert bar(journey).isVisible()
    assert [mark.sentence for mark in journey.session.run_marks.at(EventIndex(2))] == ["Bookmark"]
    assert not notes_beside(log).exists()
    assert len(read_notes(own_notes(log)).notes) == 1
    bar(journey).no.click()
    assert not bar(journey).isVisible()
    journey.press(Key.Key_B)
    journey.until(lambda: said(journey) == [])
    assert not bar(journey).isVisible(), "it was asked once"


def test_notes_go_beside_the_log_where_the_user_wants_them(journey: Journey, log: Path) -> None:
    journey.open(log)
    go(journey, 2)
    write(journey, "look *here*")
    journey.until(lambda: len(said(journey)) == 1)
    bar(journey).yes.click()
    journey.until(notes_beside(log).exists)
    journey.until(lambda: journey.window.note_actions.book.is_beside)
    assert not own_notes(log).exists()
    assert user_trusted_folders().contains(log.parent)
    go(journey, 4)
    write(journey, "and there")
    journey.until(lambda: len(said(journey)) == 2)
    assert [note.text for note in read_notes(notes_beside(log)).notes] == ["look *here*", "and there"]


def test_a_note_is_edited_removed_and_comes_back(journey: Journey, log: Path) -> None:
    journey.open(log)
    go(journey, 2)
    write(journey, "first")
    journey.until(lambda: said(journey) == [(1, "first")])
    write(journey, "second")
    journey.until(lambda: said(journey) == [(1, "second")])
    dialog = journey.window.note_actions.on_note()
    assert dialog is not None
    dialog.remove.click()
    journey.until(lambda: said(journey) == [])
    notes = journey.window.note_actions.on_notes()
    notes.undo.click()
    journey.until(lambda: said(journey) == [(1, "second")])
    notes.undo.click()
    journey.until(lambda: said(journey) == [(1, "first")])
    notes.undo.click()
    journey.until(lambda: said(journey) == [])
    assert not notes.undo.isEnabled()


def test_one_key_takes_back_notes_and_lanes_in_turn_and_says_which(journey: Journey, log: Path) -> None:
    journey.open(log)
    undo, redo = (journey.window.actions_[name] for name in ("undo", "redo"))
    assert not undo.isEnabled()
    go(journey, 2)
    write(journey, "R & D")
    journey.until(lambda: said(journey) == [(1, "R & D")])
    assert undo.text() == "&Undo note “R && D”"
    timeline = journey.window.run_view.timeline.timeline
    before = timeline.choice
    journey.window.actions_["fold_tools"].trigger()
    assert undo.text() == "&Undo choice of lanes"
    undo.trigger()
    assert timeline.choice == before
    assert (undo.text(), redo.text()) == ("&Undo note “R && D”", "Re&do choice of lanes")
    undo.trigger()
    journey.until(lambda: said(journey) == [])
    assert not undo.isEnabled()
    redo.trigger()
    journey.until(lambda: said(journey) == [(1, "R & D")])
    redo.trigger()
    assert timeline.choice != before
    assert not redo.isEnabled()
    journey.session.close_run()
    journey.until(lambda: not undo.isEnabled())


def test_all_notes_are_listed_searched_and_gone_to(journey: Journey, log: Path) -> None:
    journey.open(log)
    for position, text in ((4, "needle <b>x</b>"), (2, "hay\nstack")):
        go(journey, position)
        write(journey, text)
        journey.until(lambda: len(said(journey)) > 0 and not journey.session.working)
    journey.until(lambda: len(said(journey)) == 2)
    notes = journey.window.note_actions.on_notes()
    assert [notes.list.item(row).text() for row in range(2)] == ["2  hay stack", "4  needle <b>x</b>"]
    QTest.keyClicks(notes.line, "NEEDLE")
    assert notes.list.count() == 1
    notes.go.click()
    journey.arrive(4)
    assert notes.words.text() == "Kept among your own files."
    entries = PaletteEntries(
        journey.session,
        journey.window.comparison,
        journey.window.actions_,
        journey.window.menus,
        own_name="palette",
        get_view=lambda: journey.window.run_view,
        find=lambda text: None,
    ).named()
    assert [(entry.name, entry.detail) for entry in entries if entry.group is PaletteGroup.NOTE] == [
        ("needle <b>x</b>", "event 4"), ("hay stack", "event 2"),
    ]  # fmt: skip


def test_an_event_is_marked_from_its_menu(journey: Journey, log: Path) -> None:
    journey.open(log)
    events = journey.window.run_view.events
    journey.until(lambda: events.table.event_row(2).text != "")
    menu = events.menu.make(events.table.event_row(2), EventFilter())
    next(action for action in menu.actions() if action.text() == "&Bookmark").trigger()
    journey.until(lambda: said(journey) == [(2, "")])
    assert journey.session.position == 3


def test_a_note_on_several_events_is_marked_on_all_of_them(journey: Journey, log: Path) -> None:
    journey.open(log)
    go(journey, 2)
    dialog = journey.window.note_actions.on_note()
    assert dialog is not None
    dialog.last.setValue(4)
    dialog.keep.click()
    book = journey.window.note_actions.book
    journey.until(lambda: len(book.notes) == 1)
    assert [len(book.at(EventIndex(index))) for index in range(5)] == [0, 1, 1, 1, 0]
    assert book.words(book.notes[0]) == "Bookmark (2 to 4)"
    assert not journey.window.grab().isNull()


def test_notes_survive_an_inserted_prefix(journey: Journey, log: Path) -> None:
    journey.open(log)
    go(journey, 4)
    write(journey, "kept")
    journey.until(lambda: said(journey) == [(3, "kept")])
    record(log, "new", "newer", "one", "two", "three", "four")
    journey.open(log)
    journey.until(lambda: said(journey) == [(5, "kept")])
    record(log, "other")
    journey.open(log)
    journey.until(lambda: said(journey) == [(None, "kept")])
    notes = journey.window.note_actions.on_notes()
    assert notes.words.text() == "Kept among your own files. 1 note on events that this run does not have (—)."


def test_notes_found_beside_a_log_are_shown_when_the_user_says_so(journey: Journey, log: Path) -> None:
    journey.open(log)
    go(journey, 2)
    write(journey, "theirs")
    journey.until(lambda: len(said(journey)) == 1)
    (kept,) = read_notes(own_notes(log)).notes
    own_notes(log).unlink()
    write_notes(RunNotes(passed=True, notes=(replace(kept, text=EVIL),)), notes_beside(log))
    bar(journey).no.click()
    journey.open(log)
    journey.until(bar(journey).isVisible)
    assert bar(journey).words.text() == "Notes found beside the log: 2. Show them?"
    assert said(journey) == []
    bar(journey).yes.click()
    journey.until(lambda: said(journey) == [(1, EVIL)])
    assert not bar(journey).isVisible()
    assert user_trusted_folders().contains(log.parent)
    journey.window.note_actions.on_notes()
    go(journey, 2)
    assert faults_on_screen() == []


def test_notes_are_in_the_report_if_the_user_wishes(journey: Journey, log: Path, tmp_path: Path) -> None:
    journey.open(log)
    go(journey, 2)
    write(journey, "mail me@example.org <b>now</b>")
    journey.until(lambda: len(said(journey)) == 1)
    dialog = journey.window.file_actions.on_export()
    journey.until(lambda: dialog.complete)
    assert dialog.with_notes.text() == "With my notes (1)"
    assert dialog.maker.report is not None
    assert "Notes on events" not in html_report(layout_document(dialog.maker.report))
    dialog.with_notes.click()
    journey.until(lambda: dialog.complete)
    report = dialog.maker.report
    assert report is not None
    html = html_report(layout_document(report))
    assert "Notes on events" in html
    assert "mail me@example.org &lt;b&gt;now" in html
    (noted,) = json.loads(json_report(report))["runs"][0]["noted"]
    assert noted == {"position": 1, "last": 1, "text": "mail me@example.org <b>now</b>"}
    dialog.hiding.button(1).click()
    journey.until(lambda: dialog.complete)
    assert dialog.maker.report is not None
    assert "me@example.org" not in html_report(layout_document(dialog.maker.report))
    dialog.close()


def test_a_divergence_is_noted_on_the_run_that_has_its_event(journey: Journey, tmp_path: Path) -> None:
    a, b = record(tmp_path / "a.rlog", "one", "two"), record(tmp_path / "b.rlog", "one", "two", "more")
    comparison, actions = journey.window.comparison, journey.window.note_actions
    comparison.start(str(b), str(a))
    journey.until(lambda: comparison.settled and comparison.compared is not None)
    comparison.select(1)
    journey.window.actions_["bookmark"].trigger()
    journey.until(lambda: len(actions.book.notes) == 1)
    assert actions.book.words(actions.book.notes[0]) == "Bookmark (against b.rlog)"
    comparison.select_point(0)
    dialog = actions.on_note()
    assert dialog is not None
    dialog.text.setPlainText("only here")
    dialog.keep.click()
    journey.until(lambda: len(actions.book_b.notes) == 1)
    (placed,) = actions.book_b.notes
    assert (placed.first, placed.note.text, placed.note.against) == (3, "only here", "a.rlog")
    assert [note.text for note in read_notes(own_notes(b)).notes] == ["only here"]
    assert not journey.window.grab().isNull()
    assert [bar.isVisible() for bar in journey.window.findChildren(NoteBar)].count(True) == 1, "asked once"

    actions.book.add("on the other", EventIndex(2), EventIndex(2))
    journey.until(lambda: len(actions.book.notes) == 2)
    notes = actions.on_notes()

    def listed() -> list[str]:
        return [notes.list.item(row).text() for row in range(notes.list.count())]

    of_a = ["A 2  Bookmark (against b.rlog)", "A 3  on the other"]
    assert listed() == [*of_a, "B 4  only here (against a.rlog)"]
    comparison.select(0)
    notes.list.setCurrentRow(2)
    notes.go.click()
    assert comparison.b.position == 4
    notes.remove.click()
    journey.until(lambda: listed() == of_a)
    for left in (3, 2, 1, 0):  # the removal, then each note, the last one first
        notes.undo.click()
        journey.until(lambda left=left: notes.list.count() == left)  # type: ignore[misc]
    assert not notes.undo.isEnabled()
    assert not read_notes(own_notes(b)).notes

    comparison.select(0)
    dialog = actions.on_note()  # on a step that both have
    assert dialog is not None
    assert [dialog.place.itemText(place) for place in range(dialog.place.count())] == [
        f"Event {comparison.a.position} of A, a.rlog, against b.rlog",
        f"Event {comparison.b.position} of B, b.rlog, against a.rlog",
    ]
    dialog.place.setCurrentIndex(1)
    dialog.text.setPlainText("of both, on B")
    dialog.keep.click()
    journey.until(lambda: [note.text for note in read_notes(own_notes(b)).notes] == ["of both, on B"])
    assert not actions.book.notes

    comparison.select(1)
    view = journey.window.compare_view
    view.timelines[1].timeline.setFocus()  # the hand is in B
    journey.window.actions_["bookmark"].trigger()
    journey.until(lambda: {note.text for note in read_notes(own_notes(b)).notes} == {"of both, on B", ""})
    assert not actions.book.notes
    assert view.findChildren(CompareStatus)[0].currentMessage() == "Bookmark on event 2 of B"


def test_a_file_beside_the_log_that_was_not_allowed_is_never_written(journey: Journey, log: Path) -> None:
    notes_beside(log).write_text("[outcome]\npassed = true\n")
    journey.window.note_actions.book.keep_beside(True)
    journey.open(log)
    journey.until(bar(journey).isVisible)
    bar(journey).no.click()
    go(journey, 2)
    write(journey, "mine")
    journey.until(lambda: len(said(journey)) == 1)
    assert notes_beside(log).read_text() == "[outcome]\npassed = true\n"
    assert len(read_notes(own_notes(log)).notes) == 1


def test_notes_that_are_not_valid_are_said_and_left_alone(journey: Journey, log: Path) -> None:
    user_trusted_folders().add(log.parent)
    notes_beside(log).write_text("note = 3")
    alerts: list[str] = []
    journey.session.alert_raised.connect(lambda alert: alerts.append(alert.text))
    journey.open(log)
    journey.until(lambda: any("note is a list" in text for text in alerts))
    go(journey, 2)
    journey.window.run_view.events.view.setFocus()
    journey.press(Key.Key_B)
    journey.until(lambda: any("the file stays as it is" in text for text in alerts))
    assert notes_beside(log).read_text() == "note = 3"
