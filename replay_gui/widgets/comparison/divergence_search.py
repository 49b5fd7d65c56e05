"""The search line above the aligned rows: it searches both runs, and shows the hit in the chosen row."""

from __future__ import annotations

from PySide6.QtCore import QRect, Signal, Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from replay_gui.core.facts.event_search import SearchHit
from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, HEAD, UNIT, data_font, set_role, theme, theme_events
from replay_gui.models.comparison.comparison_search import ComparisonSearch
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.widgets.parts.direction import keep_left_to_right, left_to_right_painter
from replay_gui.widgets.parts.find_field import FindField
from replay_gui.widgets.parts.text.line_text import LineText, draw_marked

_CONTEXT_DIVISOR = 3  # the text before the hit takes this fraction of the width


class DivergenceFind(QFrame):
    """Hidden until a search begins. `field`: the search field. `found`: the text of the current hit.

    Signals:
        left(): the search was closed.
    """

    left = Signal()

    def __init__(self, session: ComparisonSession, finder: ComparisonSearch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._finder = session, finder
        set_role(self, "bar")
        self.setFixedHeight(HEAD)
        self.field = FindField(finder, closes=True)
        self.found = _FoundText(session, finder)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, GAP, 0)
        row.setSpacing(UNIT)
        row.addWidget(self.field)
        row.addWidget(self.found, 1)
        self.field.left.connect(self._on_left)
        finder.started.connect(self._on_started)
        self.hide()

    @Slot()
    def begin(self) -> None:
        """Focus the search field."""
        self.show()
        self.field.begin()

    def set_text(self, text: str) -> None:
        """Set the text of the search field, as if it had been typed."""
        self.field.set_text(text)

    def step(self, forward: bool) -> None:
        """Go to the next or previous row with a hit; if there is no search yet, focus the search field."""
        self.show()
        self.field.step(forward)

    @Slot()
    def end(self) -> None:
        """End the search, as Esc does in the search field."""
        self.field.leave()

    @Slot()
    def _on_left(self) -> None:
        self.hide()
        self.left.emit()

    @Slot()
    def _on_started(self) -> None:
        if self._finder.text and self._session.active:
            self.show()
        elif not self._session.active:
            self.hide()


class _FoundText(QWidget):
    """Shows the hit in the chosen row: its side, and the text around it."""

    def __init__(self, session: ComparisonSession, finder: ComparisonSearch) -> None:
        super().__init__()
        keep_left_to_right(self)
        self._session, self._finder = session, finder
        self._line = LineText(data_font())
        self.setAccessibleName(tr("Hits in the chosen row"))
        finder.moved.connect(self._refresh)
        finder.started.connect(self._refresh)
        finder.progressed.connect(self._refresh)
        theme_events().changed.connect(self.update)

    @property
    def hits(self) -> list[tuple[str, SearchHit]]:
        """(Side, hit) of each side that has a hit; if both texts are equal, only ("A, B", hit)."""
        row = self._session.row
        of_sides = [(name, self._finder.hit(row, in_a=name == "A")) for name in "AB"]
        hits = [(name, hit) for name, hit in of_sides if hit is not None]
        return [("A, B", hits[0][1])] if len(hits) == 2 and hits[0][1].text == hits[1][1].text else hits

    @Slot()
    def _refresh(self) -> None:
        self.setAccessibleDescription("; ".join(f"{name}: {hit.text}" for name, hit in self.hits))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        hits, colors = self.hits, theme()
        painter = left_to_right_painter(self)
        width = self.width() // max(len(hits), 1)
        for column, (name, hit) in enumerate(hits):
            space = QRect(column * width, 0, width - GAP, self.height())
            self._line.draw(painter, space, name, colors.secondary)
            left = self._line.width(name) + GAP
            painter.setFont(self._line.font)
            text, span = _about(hit, self._line, (space.width() - left) // _CONTEXT_DIVISOR)
            draw_marked(
                painter,
                space.adjusted(left, 0, 0, 0),
                text,
                marked=(span,),
                ink=colors.text,
                ground=colors.changed_word,
            )
        painter.end()


def _about(hit: SearchHit, line: LineText, room: int) -> tuple[str, tuple[int, int]]:
    """Return the text of a hit and the span of the hit in it; the text before it is cut to fit into `room` pixels."""
    cut = 0
    while cut < hit.start_character and line.width(hit.text[cut : hit.start_character]) > room:
        cut += 1
    text = f"…{hit.text[cut:]}" if cut else hit.text
    shift = 1 - cut if cut else 0
    return text, (hit.start_character + shift, hit.stop_character + shift)
