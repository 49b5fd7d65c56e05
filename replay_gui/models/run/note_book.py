"""The notes on the open run of one session: their texts, their events, and the file that keeps them."""

from __future__ import annotations

from enum import Enum, auto
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.log.positions import EventIndex, position_after
from replay_gui.core.reasons.marks.run_mark import MarkKind, RunMark
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.answers import Alert
from replay_gui.engine.panels.note_messages import AddNote, ChangeNotes, GetNotes, NoteQuestion, NotesRead
from replay_gui.engine.panels.panel_messages import PanelAnswer
from replay_gui.models.session import Session
from replay_gui.models.undo_history import Undoable

if TYPE_CHECKING:  # the first window has no note
    from replay_gui.core.facts.run_note import PlacedNote, RunNote
    from replay_gui.core.report.model import NotedEvents

_Change: TypeAlias = "tuple[tuple[RunNote, ...], tuple[RunNote, ...]]"  # removed notes, added notes
_MAX_CHARACTERS = 40  # of a note in the name of a change


class NotesPlaceChoice(Enum):
    """The user's decision on the place of notes."""

    NOT_MADE = auto()
    ASKED = auto()  # there is a note, and the user must decide
    BESIDE_LOGS = auto()
    OWN_FILES = auto()


class NoteBook(Undoable[_Change]):
    """The notes of a run. The engine stores them, and sends all of them after each change.

    Attributes:
        session: that of the run. notes: in the order in which they were made.
        is_beside: whether they are kept beside the log.
        unused: the number of notes in a file beside the log that is not used yet. unused_path: of that file.
        choice: where the user wants notes to be kept.

    Signals:
        changed(): `notes` has changed. questions_changed(): `unused` or `choice` has changed.
        allowed(): notes and rules beside the logs of this folder are used from now on.
    """

    changed = Signal()
    questions_changed = Signal()
    allowed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.choice = NotesPlaceChoice.NOT_MADE
        self.session = session
        self._numbers = count()
        self._forget()
        session.panel_answered.connect(self._on_panel_answered)
        session.run_changed.connect(self._on_run_changed)
        session.index_changed.connect(self._on_index_changed)
        session.report_changed.connect(self._on_report_changed)

    def _forget(self) -> None:
        self.notes: tuple[PlacedNote, ...] = ()
        self.is_beside = self._is_read = False
        self.unused, self.unused_path = 0, ""
        self._forget_changes()
        self._problem = ""

    # ---- the notes --------------------------------------------------------------------------------
    def at(self, event_index: EventIndex) -> list[PlacedNote]:
        """Return the notes on an event, and on ranges with it."""
        return [note for note in self.notes if (span := _span(note)) is not None and span[0] <= event_index <= span[1]]

    def words(self, placed: PlacedNote) -> str:
        """Return the text of a note, on one line."""
        span, text = _span(placed), one_line(placed.note.text) or tr("Bookmark")
        if placed.note.against:
            text = tr("{note} (against {run})", note=text, run=one_line(placed.note.against, 60))
        if span is not None and span[0] != span[1]:
            first, last = (whole_number(position_after(event_index)) for event_index in span)
            text = tr("{note} ({first} to {last})", note=text, first=first, last=last)
        return text

    def noted_events(self) -> tuple[NotedEvents, ...]:
        """Return the notes on existing events, in their order, for a report."""
        from replay_gui.core.report.model import NotedEvents  # the first window needs no reports

        spans = [(span, placed) for placed in self.notes if (span := _span(placed)) is not None]
        return tuple(NotedEvents(*span, placed.note.text) for span, placed in sorted(spans, key=lambda one: one[0]))

    # ---- changing ---------------------------------------------------------------------------------
    def add(self, text: str, first: EventIndex, last: EventIndex, against: str = "") -> None:
        """Add a note; see RunNote."""
        self._send_question(AddNote(text, first, last, against, self._wants_beside))
        if self.choice is NotesPlaceChoice.NOT_MADE:
            self.set_choice(NotesPlaceChoice.ASKED)

    def edit(self, note: RunNote, text: str) -> None:
        """Change the text of a note."""
        from replay_gui.core.facts.run_note import RunNote

        self._change((note,), (RunNote(text, note.first, note.last, note.against),))

    def remove(self, note: RunNote) -> None:
        """Remove a note; this can be undone."""
        self._change((note,), ())

    def keep_beside(self, beside: bool) -> None:
        """Keep notes beside their logs from now on, or among the user's own files."""
        self.set_choice(NotesPlaceChoice.BESIDE_LOGS if beside else NotesPlaceChoice.OWN_FILES)
        if beside and self.notes:
            self._send_question(ChangeNotes((), (), True))

    def set_choice(self, choice: NotesPlaceChoice) -> None:
        """Set where the user wants notes to be kept; the present ones stay where they are."""
        self.choice = choice
        self.questions_changed.emit()

    @property
    def _wants_beside(self) -> bool:
        return self.choice is NotesPlaceChoice.BESIDE_LOGS

    def _change(self, taken: tuple[RunNote, ...], put: tuple[RunNote, ...]) -> None:
        change = (taken, put)
        self._remember(change, _change_words(change))
        self._make(change, back=False)

    def _make(self, change: _Change, *, back: bool) -> None:
        taken, put = reversed(change) if back else change
        self._send_question(ChangeNotes(taken, put, self._wants_beside))

    def allow(self) -> None:
        """Use the notes beside the logs of this folder from now on."""
        self._send_question(GetNotes(allow=True))
        self.allowed.emit()

    def refuse(self) -> None:
        """Do not use the notes beside the log."""
        self.unused = 0
        self.questions_changed.emit()

    def read_again(self) -> None:
        """Read the notes again: the folder may be allowed now, or events may have moved."""
        if self._is_read:
            self._send_question(GetNotes())

    # ---- answers ----------------------------------------------------------------------------------
    @Slot()
    def _on_run_changed(self) -> None:
        self._forget()
        self._emit_changed()
        self.questions_changed.emit()
        self._on_index_changed()

    @Slot()
    def _on_index_changed(self) -> None:
        if self.session.index.complete and self.session.facts is not None and not self._is_read:
            self._is_read = True
            self._send_question(GetNotes())

    @Slot()
    def _on_report_changed(self) -> None:
        if any(_span(note) is None for note in self.notes):
            self.read_again()  # the hashes of all events may be known only now

    @Slot(object)
    def _on_panel_answered(self, answer: PanelAnswer) -> None:
        if isinstance(answer, NotesRead):
            self.on_notes_read(answer)

    def on_notes_read(self, read: NotesRead) -> None:
        """Show the notes that the engine has read."""
        known = [placed.note for placed in self.notes]
        if read.added is not None and read.added not in known:
            change = (), (read.added,)
            self._remember(change, _change_words(change))
        self.notes, self.is_beside = read.notes, read.is_beside
        if read.problem and read.problem != self._problem:
            self.session.alert_raised.emit(Alert("warning", tr("Notes are ignored. {reason}", reason=read.problem)))
        self._problem = read.problem
        if (self.unused, self.unused_path) != (read.unused, read.unused_path):
            self.unused, self.unused_path = read.unused, read.unused_path
            self.questions_changed.emit()
        self._emit_changed()

    def _emit_changed(self) -> None:
        marks = []
        for placed in self.notes:
            if (span := _span(placed)) is not None:
                events = span if span[0] != span[1] else span[:1]
                marks.append(RunMark(MarkKind.NOTE, self.words(placed), events))
        self.session.run_marks.set_notes(marks)
        self.changed.emit()

    def _send_question(self, question: NoteQuestion) -> None:
        # each request has its own key, so that none replaces another
        self.session.send_request((type(question), next(self._numbers)), question)


def _change_words(change: _Change) -> str:
    text = one_line((change[1] or change[0])[0].text, _MAX_CHARACTERS)
    return tr("note “{text}”", text=text) if text else tr("bookmark")


def _span(placed: PlacedNote) -> tuple[EventIndex, EventIndex] | None:
    """Return the first and the last event of a note, as far as the run has them; None if it has neither."""
    places = [place for place in (placed.first, placed.last) if place is not None]
    return (min(places), max(places)) if places else None
