"""The current event as text for people, page by page."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from replay_gui.core.log.positions import Position
from replay_gui.core.readable.reading_line import ReadingLine, in_local_time
from replay_gui.core.readable.reading_page import ReadingPage
from replay_gui.engine.answers import PositionState
from replay_gui.engine.panels.panel_messages import PanelAnswer, ReadFurther, ReadOn
from replay_gui.models.session import Session
from replay_gui.models.time_choice import time_choice


class EventPages(QObject):
    """The lines of the current event that have been read.

    Attributes:
        lines: so far. whole: whether these are all. characters: the number of characters in them.
        goes_on: whether the next lines are requested automatically, because the page comes in parts.

    Signal: grew(int): more lines have come; the number of the first of them, from 0.
    """

    grew = Signal(int)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._position = Position(0)
        self.lines: tuple[ReadingLine, ...] = ()
        self.whole, self.goes_on = True, False
        self.characters = 0
        self._next_part = QTimer(self, singleShot=True, interval=0)  # after the lines that have come are painted
        self._next_part.timeout.connect(self.request_more)
        session.panel_answered.connect(self._on_panel_answered)

    def begin(self, shown: PositionState | None) -> None:
        """Show the first page of another event, or none."""
        self._next_part.stop()
        self.lines, self.whole, self.goes_on, self.characters = (), True, False, 0
        if shown is not None:
            self._position = shown.position
            self._add_page(shown.reading)

    @property
    def can_request_more(self) -> bool:
        """Whether there are more lines that come only on request."""
        return not self.whole and not self.goes_on

    def request_more(self) -> None:
        """Request the next page; emits `grew`."""
        if not self.whole:
            self._session.send_request(ReadOn.__name__, ReadOn(self._position, len(self.lines)))

    @Slot(object)
    def _on_panel_answered(self, answer: PanelAnswer) -> None:
        if isinstance(answer, ReadFurther):
            self.add_further(answer)

    def add_further(self, further: ReadFurther) -> None:
        """Add the next page, unless another event is shown now."""
        if (further.position, further.after) == (self._position, len(self.lines)):
            self._add_page(further.reading)
            self.grew.emit(further.after)

    def _add_page(self, page: ReadingPage) -> None:
        lines = tuple(map(in_local_time, page.lines)) if time_choice().is_local else page.lines
        self.lines, self.whole, self.goes_on = self.lines + lines, page.whole, page.goes_on
        self.characters += sum(len(line.visible_text) for line in lines)
        if page.goes_on:
            self._next_part.start()
