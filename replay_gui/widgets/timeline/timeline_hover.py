"""The hover card: the event under the pointer, in a few lines beside it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent
from PySide6.QtWidgets import QFrame, QLayout, QVBoxLayout, QWidget

from replay_gui.core.effects.effect_words import finding_words
from replay_gui.core.index.run_index import NO_PAIR
from replay_gui.core.log.positions import EventIndex, Position, index_before
from replay_gui.core.reasons.marks.mark_words import MARK_WORDS, mark_tip
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, trn
from replay_gui.engine.answers import Rows
from replay_gui.look.theme import GAP, POPUP, UNIT, data_font, set_role
from replay_gui.models.run.event_words import event_words
from replay_gui.models.run.row_blocks import BLOCK_ROWS
from replay_gui.models.session import Session
from replay_gui.widgets.parts.text.plain_label import PlainLabel

_REST_MS = 120
_MAX_SUMMARY_CHARACTERS = 240  # of a summary
_ROWS_REQUESTED = 8 * BLOCK_ROWS  # rows from the event's block on: its effects come after it
_MAX_MARKS = 3  # marks described at one point


class TimelineHover(QFrame):
    """A card for one event: the facts of the index immediately, its text as soon as it is read. All plain text.

    Attributes: highlighted: the indexes of the shown event, of its request or answer, of its cause, and of the events
    that it caused.
    Signals: rested(QPoint): the pointer rests at this point of the parent, which may show a card.
    highlighted_changed(): `highlighted` has changed.
    """

    rested = Signal(QPoint)
    highlighted_changed = Signal()

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.ToolTip)
        self._session, self._parent = session, parent
        self._pointer = QPoint()
        self._resting = QTimer(self, singleShot=True, interval=_REST_MS)
        self._resting.timeout.connect(self._on_rested)
        self._position: Position | None = None  # of the event shown
        self._rows: Rows | None = None  # the last rows that came, of the shown run
        self.highlighted: tuple[EventIndex, ...] = ()
        parent.installEventFilter(self)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setMaximumWidth(POPUP)
        set_role(self, "popup")
        self._title, self._facts, self._text = PlainLabel(), PlainLabel(), PlainLabel()
        set_role(self._title, "title")
        set_role(self._facts, "secondary")
        self._text.setFont(data_font())
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.setSpacing(UNIT)
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # `_fit` sets the height of the text
        for label in (self._title, self._facts, self._text):
            label.setWordWrap(True)
            column.addWidget(label)
        session.rows_ready.connect(self.on_rows_ready)
        session.run_changed.connect(self.on_run_changed)

    @property
    def words(self) -> str:
        """The whole text of the card, one line per label."""
        return "\n".join(label.text() for label in (self._title, self._facts, self._text) if label.text())

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Hide the card when the pointer leaves the parent, or the parent is hidden."""
        if event.type() in (QEvent.Type.Leave, QEvent.Type.Hide):
            self.leave()
        return False

    def follow(self, point: QPoint) -> None:
        """Hide the card until the pointer rests; `point`: its place in the parent."""
        self.hide()
        self._pointer = point
        self._resting.start()

    def leave(self) -> None:
        """Hide the card, because the pointer left or a button was pressed."""
        self._resting.stop()
        self.hide()

    def show_event(self, position: Position, others: int, at: QPoint) -> None:
        """Show the event at `position`, one of 1 + `others` so close together, beside the global point `at`."""
        self._position = position
        title, _, facts = event_words(self._session.index, position).partition("\n")
        near = trn("{n} more here", "{n} more here", others) if others > 0 else ""
        marked = [one_line(mark.sentence) for mark in self._session.run_marks.at(index_before(position))]
        self._fill(title, "\n".join((" · ".join(filter(None, (facts, near))), *marked)), self._summary(), at)
        if not self._text.text():
            start = index_before(position) // BLOCK_ROWS * BLOCK_ROWS
            stop = min(start + _ROWS_REQUESTED, self._session.index.count)
            self._session.request_tip(EventIndex(start), EventIndex(stop))
        self._highlight()

    def show_marks(self, first: float, last: float, at: QPoint) -> bool:
        """Show the marks from one position to another; return whether there are any."""
        marks = self._session.run_marks.between(first, last)
        if marks:
            title = tr("Marks") if len(marks) > 1 else tr(MARK_WORDS[marks[0].kind].title)
            words = "\n\n".join(map(mark_tip, marks[:_MAX_MARKS]))
            if len(marks) > _MAX_MARKS:
                words += "\n" + trn("and {n} more here", "and {n} more here", len(marks) - _MAX_MARKS)
            self.show_words(title, words, at)
        return bool(marks)

    def show_words(self, title: str, facts: str, at: QPoint) -> None:
        """Show a card with a given text near a point of the parent."""
        self._position = None
        self._fill(title, facts, "", at)
        self._highlight()

    def _fill(self, title: str, facts: str, text: str, at: QPoint) -> None:
        for label, words in ((self._title, title), (self._facts, facts), (self._text, text)):
            label.setText(words)
            label.setVisible(bool(words))
        self._fit()
        screen = QGuiApplication.screenAt(at) or self.screen()
        room = screen.availableGeometry()
        corner = at + QPoint(2 * GAP, 2 * GAP)
        if corner.y() + self.height() > room.bottom():
            corner.setY(at.y() - GAP - self.height())
        corner.setX(max(min(corner.x(), room.right() - self.width()), room.left()))
        self.move(corner)
        self.show()

    def _fit(self) -> None:
        """Resize the card to its text; adjustSize would measure the height at a width beyond the card's."""
        width = min(self.sizeHint().width(), self.maximumWidth())
        self.resize(width, self.heightForWidth(width))

    def _summary(self) -> str:
        """Return the text of the event, and of its answer if available; "" if it has not arrived."""
        rows, position = self._rows, self._position
        if rows is None or position is None:
            return ""
        lines = []
        own = index_before(position)
        pair = int(self._session.index.pair[own])
        for event_index in (own, pair):
            if event_index != NO_PAIR and rows.start <= event_index < rows.start + len(rows.rows):
                text = one_line(rows.rows[event_index - rows.start].text, _MAX_SUMMARY_CHARACTERS)
                lines.append(f"← {text}" if event_index == pair and text else text)
                effect = rows.rows[event_index - rows.start].effect
                if event_index == own and effect is not None:
                    lines.append(finding_words(effect))
            elif event_index == own:
                return ""
        return "\n".join(filter(None, lines))

    def _highlight(self) -> None:
        """Highlight the events linked to the shown event: its cause and its effects, as far as the rows have them."""
        highlighted = set[EventIndex]()
        if self._position is not None and self.isVisible():
            own = index_before(self._position)
            pair = EventIndex(int(self._session.index.pair[own]))
            rows = () if self._rows is None else self._rows.rows
            highlighted = {own, *((pair,) if pair != NO_PAIR else ())}
            highlighted |= {index_before(row.position) for row in rows if row.cause == own}
            highlighted |= {row.cause for row in rows if index_before(row.position) == own and row.cause is not None}
        if (ordered := tuple(sorted(highlighted))) != self.highlighted:
            self.highlighted = ordered
            self.highlighted_changed.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Remove the highlight."""
        super().hideEvent(event)
        self._highlight()

    @Slot(object)
    def on_rows_ready(self, rows: Rows) -> None:
        self._rows = rows
        self._highlight()
        if self.isVisible() and self._position is not None and not self._text.text() and (text := self._summary()):
            self._text.setText(text)
            self._text.show()
            self._fit()

    @Slot()
    def on_run_changed(self) -> None:
        self._rows = None
        self.leave()

    @Slot()
    def _on_rested(self) -> None:
        if self._parent.underMouse():
            self.rested.emit(self._pointer)
