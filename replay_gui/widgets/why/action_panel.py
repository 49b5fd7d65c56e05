"""The actions of A and of B, under a head for each."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QPoint, QSize, Qt, Slot
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.reasons.origin import Side
from replay_gui.core.reasons.why_result import WhyResult
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.look.theme import HEAD, ROW, UNIT, set_role
from replay_gui.models.why.action_table import ActionTable
from replay_gui.models.why.why_session import WhySession
from replay_gui.models.why.why_words import actions_words
from replay_gui.widgets.comparison.rule_menu import RuleMenu
from replay_gui.widgets.comparison.side_heads import SideHeads
from replay_gui.widgets.parts.dimmer import Dimmer
from replay_gui.widgets.parts.direction import keep_left_to_right
from replay_gui.widgets.why.action_view import ActionView

_NOTHING_TEXT = translatable("Neither run changed anything, according to its log.")
_WAITING_TEXT = translatable("The actions of the runs are not known yet.")
_FEWEST_ROWS = 2  # lines that the panel tries to show


class ActionPanel(QFrame):
    """`view`: the lines; `table`: their model."""

    def __init__(self, session: WhySession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        keep_left_to_right(self)
        set_role(self, "panel")
        self.setAccessibleName(tr("What each run did"))
        self._session = session
        self.table = ActionTable(session, self)
        self.view = ActionView(session, self.table)
        self.heads = SideHeads()
        self._dimmer = Dimmer(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, UNIT)
        column.setSpacing(0)
        column.addWidget(self.heads)
        column.addWidget(self.view, 1)
        self.setFocusProxy(self.view)
        self.view.menu_wanted.connect(self._on_menu_wanted)
        session.changed.connect(self._refresh)
        self.table.modelReset.connect(self.updateGeometry)
        self._refresh()

    def sizeHint(self) -> QSize:
        """Return the size with every line visible."""
        rows = max(self.table.rowCount(), _FEWEST_ROWS)
        return QSize(super().sizeHint().width(), HEAD + rows * ROW + 2 * UNIT)

    @Slot()
    def _refresh(self) -> None:
        why = self._session.result
        for which, side in enumerate(("A", "B")):
            self.heads.set_title(which, tr("What {run} did", run=side))
            self.heads.set_note(which, "" if why is None else _words(why, "a" if side == "A" else "b"))
        self.view.hint = tr(_WAITING_TEXT if why is None else _NOTHING_TEXT)
        self._dimmer.set_dimmed(why is not None and not self._session.fresh)
        self.view.viewport().update()

    @Slot(int, QPoint)
    def _on_menu_wanted(self, row: int, at: QPoint) -> None:
        self.action_menu(row).popup(at)

    def action_menu(self, row: int) -> RuleMenu:
        """Return the menu of an action: the effect of its tool."""
        menu = RuleMenu(self._session.comparison.rules, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        action = self.table.line(row).row
        if action is not None:
            menu.offer_effect(action.tool, EffectFinding(action.effect, action.reason))
        return menu


def _words(why: WhyResult, side: Side) -> str:
    """Return the numbers of a run's actions; calls that were answered by an error have no effect."""
    counts: Counter[Effect] = Counter()
    for row in why.actions:
        requests = row.requests_a if side == "a" else row.requests_b
        if not (row.failed_a if side == "a" else row.failed_b):
            counts[row.effect] += len(requests)
    others = [tr("submitted")] if counts[Effect.SUBMITS] else []
    if counts[Effect.HANDS_OVER]:
        others.append(tr("handed over"))
    if counts[Effect.UNKNOWN]:
        others.append(trn("{n} call of unknown effect", "{n} calls of unknown effect", counts[Effect.UNKNOWN]))
    words = actions_words(counts[Effect.CHANGES], others)
    if why.more_actions:
        return trn("{actions}, and {n} more action", "{actions}, and {n} more actions", why.more_actions, actions=words)
    return words
