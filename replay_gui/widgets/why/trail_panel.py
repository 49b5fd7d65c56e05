"""The steps of both runs that led to the chosen reason, side by side."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from replay_gui.core.reasons.origin import Side
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.look.theme import GAP
from replay_gui.models.why.trail_table import TrailTable
from replay_gui.models.why.why_session import WhySession
from replay_gui.models.why.why_words import chain_words
from replay_gui.widgets.parts.direction import keep_left_to_right
from replay_gui.widgets.parts.panel import Panel
from replay_gui.widgets.why.trail_view import TrailView

_CHOOSE_TEXT = translatable("Choose a reason above to see the steps that led to it.")
_NOTHING_TEXT = translatable("No step of this run belongs to this reason.")


class TrailPanel(QWidget):
    """`a`, `b`: the views of steps."""

    def __init__(self, session: WhySession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        keep_left_to_right(self)
        self._session = session
        self._panels = tuple(Panel(tr("{run} · the steps", run=side.upper()), self) for side in _SIDES)
        self.a, self.b = (
            TrailView(session, TrailTable(session, side, self), panel)
            for side, panel in zip(_SIDES, self._panels, strict=True)
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        for panel, view in zip(self._panels, (self.a, self.b), strict=True):
            panel.add_part(view, 1)
            row.addWidget(panel, 1)
        self.setFocusProxy(self.a)
        session.chosen_changed.connect(self._refresh)
        session.trail_changed.connect(self._refresh)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        reason, comparison = self._session.reason, self._session.comparison
        sides = (("a", comparison.a), ("b", comparison.b))
        for panel, view, (side, run) in zip(self._panels, (self.a, self.b), sides, strict=True):
            letter = side.upper()
            panel.set_title(
                tr("{run} · the steps", run=letter)
                if reason is None
                else tr("{run} · the steps that led there", run=letter)
            )
            chain = "" if reason is None else chain_words(reason, "a" if side == "a" else "b", run.index)
            panel.set_secondary(chain)
            view.hint = tr(_CHOOSE_TEXT if reason is None else _NOTHING_TEXT)
            view.viewport().update()


_SIDES: tuple[Side, Side] = ("a", "b")
