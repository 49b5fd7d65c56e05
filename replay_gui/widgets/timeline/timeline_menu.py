"""The menu of the timeline's names: lanes to show and to fold, and the effect of a tool."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.models.mnemonics import escape_mnemonics
from replay_gui.models.run.run_marks import RunMarks
from replay_gui.models.session import Session
from replay_gui.models.timeline.lanes import Lane
from replay_gui.models.timeline.timeline_choice import REST, SPENDING, SUBAGENTS, TOOLS, LaneChoice
from replay_gui.widgets.parts.effect_choice import EffectChoice
from replay_gui.widgets.timeline.timeline_layout import names_px

_MAX_NAME_CHARACTERS = 60
_MAX_LISTED_LANES = 40  # lanes
_STEP_PX = 32  # pixels by which the column of names becomes wider


_FOLD_ENTRIES = (
    (translatable("All subagents in one lane"), SUBAGENTS),
    (translatable("All tools in one lane"), TOOLS),
    (translatable("Memory, patches and errors in one lane"), REST),
)


class TimelineMenu(QMenu):
    """Shows one menu and deletes itself.

    Signals:
        chosen(object): the new LaneChoice.
    """

    chosen = Signal(object)

    def __init__(
        self,
        choice: LaneChoice,
        lanes: tuple[Lane, ...],
        lane_at_pointer: Lane | None,
        session: Session,
        parent: QWidget,
    ) -> None:
        """`lanes`: all lanes, hidden ones included. `lane_at_pointer`: the lane whose name is under the pointer."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = [lane for lane in lanes if lane.key not in choice.hidden]
        if lane_at_pointer is not None:
            self._add(
                tr("Hide {lane}", lane=one_line(lane_at_pointer.title, _MAX_NAME_CHARACTERS)),
                choice.without(lane_at_pointer.key),
            ).setEnabled(len(shown) > 1)
            self.addSeparator()
            if lane_at_pointer.is_one_tool:
                self._offer_effects(lane_at_pointer.title, session.run_marks)
        nested = any(lane.group == SUBAGENTS for lane in lanes)
        for text, group in _FOLD_ENTRIES if nested else _FOLD_ENTRIES[1:]:
            self._add(tr(text), choice.toggled(group), group in choice.folded)
        self._add(
            tr("Lanes for more tools"), replace(choice, many_tools=not choice.many_tools), choice.many_tools
        ).setEnabled(TOOLS not in choice.folded)
        self.addSeparator()
        for lane in lanes[:_MAX_LISTED_LANES]:
            hidden = lane.key in choice.hidden
            other = choice.with_lane(lane.key) if hidden else choice.without(lane.key)
            self._add(one_line(lane.title, _MAX_NAME_CHARACTERS), other, not hidden).setEnabled(
                hidden or len(shown) > 1
            )
        if session.totals is not None and session.totals.spending.known:
            hidden = SPENDING in choice.hidden
            self._add(
                tr("Tokens and cost"), choice.with_lane(SPENDING) if hidden else choice.without(SPENDING), not hidden
            )
        self.addSeparator()
        self._add(tr("Show all lanes"), choice.with_all()).setEnabled(bool(choice.hidden))
        self._offer_widths(session, parent.width())
        self.triggered.connect(self._on_triggered)

    def _offer_widths(self, session: Session, timeline_px: float) -> None:
        """Offer to change the width of the names, for use by key."""
        now = round(names_px(session.names_width, timeline_px, session.names_needed))
        self.addSeparator()
        for text, width in (
            (tr("Wider names"), now + _STEP_PX),
            (tr("Narrower names"), now - _STEP_PX),
            (tr("Usual names"), None),
        ):
            changed = None if width is None else round(names_px(width, timeline_px))
            self.addAction(text, partial(session.set_names_width, changed)).setEnabled(changed != session.names_width)

    def _offer_effects(self, tool: str, marks: RunMarks) -> None:
        """Offer to correct the effect of a tool."""
        effects = marks.effects.get(tool)
        offered = EffectChoice(self)
        offered.offer(tool, None if effects is None else effects.finding)
        offered.chosen.connect(marks.correct)
        self.addSeparator()

    def _add(self, text: str, choice: LaneChoice, checked: bool | None = None) -> QAction:
        action = self.addAction(escape_mnemonics(text))
        action.setData(choice)
        action.setCheckable(checked is not None)
        action.setChecked(bool(checked))
        return action

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        if isinstance(action.data(), LaneChoice):
            self.chosen.emit(action.data())
