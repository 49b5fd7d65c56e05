"""The causes of the differences, ranked; or the numbers of each tool."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from replay_gui.core.text.known_sentences import sentence_text
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.engine.answers import Progress
from replay_gui.models.comparison.cause_list import CauseList
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.comparison.comparison_words import outcome_lines
from replay_gui.models.comparison.tool_table import ToolTable
from replay_gui.widgets.comparison.cause_view import CauseView
from replay_gui.widgets.comparison.rule_menu import RuleMenu
from replay_gui.widgets.comparison.tool_difference_table import ToolDifferenceTable
from replay_gui.widgets.parts.dimmer import Dimmer
from replay_gui.widgets.parts.panel import Panel
from replay_gui.widgets.parts.progress_strip import progress_words

_EQUAL_TEXT = translatable("These runs are the same.\n\nEvery step of A has an equal step in B, in the same order.")
_EQUAL_BY_RULES_TEXT = translatable("These runs differ only in parts that your rules ignore.")
_NOT_WHOLE_TEXT = translatable(
    "These runs are equal in what is compared. Some data of their sources is not in the logs:"
)
_OTHER_OUTCOME_TEXT = translatable("Every step of A has an equal step in B, but their outcomes differ.")
_NO_CAUSE_TEXT = translatable("The runs differ, but no cause was found.")


class CausePanel(Panel):
    """A click on a cause goes to it; a right click opens its menu. `causes`, `tools`: the two views."""

    def __init__(self, session: ComparisonSession, parent: QWidget | None = None) -> None:
        super().__init__(tr("Where they diverge"), parent)
        self._session = session
        self._progress: Progress | None = None
        self.list = CauseList(session, self)
        self.tool_table = ToolTable(session, self)
        self._pages = QStackedWidget(self)
        self.add_part(self._pages, 1)
        self.causes = CauseView(self.list, self._pages)
        self.tools = ToolDifferenceTable(self.tool_table, self._pages)
        self._pages.addWidget(self.causes)
        self._pages.addWidget(self.tools)
        self._dimmer = Dimmer(self._pages)
        self.setFocusProxy(self.causes)
        self.by_tool = self.add_button(
            tr("By tool"), tr("Calls, errors and answers of each tool in both runs"), checkable=True
        )
        self.by_tool.toggled.connect(self._on_by_tool)
        self.causes.card_chosen.connect(self._on_card_chosen)
        self.causes.menu_wanted.connect(self._on_cause_menu)
        self.tools.menu_wanted.connect(self._on_tool_menu)
        self.list.modelReset.connect(self._on_row_changed)
        session.compared_changed.connect(self._refresh)
        session.row_changed.connect(self._on_row_changed)
        session.progress_changed.connect(self._on_progress_changed)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        comparison = self._session.comparison
        if comparison is None:
            self.causes.hint = (
                tr("The runs are not compared.") if self._progress is None else progress_words(self._progress)
            )
        elif len(comparison.points.row):
            self.causes.hint = tr(_NO_CAUSE_TEXT)
        elif comparison.diverged:
            self.causes.hint = "\n\n".join((tr(_OTHER_OUTCOME_TEXT), *outcome_lines(comparison)))
        elif not comparison.content.whole:
            self.causes.hint = "\n\n".join((tr(_NOT_WHOLE_TEXT), *map(sentence_text, comparison.content.gaps)))
        else:
            self.causes.hint = tr(_EQUAL_BY_RULES_TEXT if comparison.counts.ignored else _EQUAL_TEXT)
        is_same = comparison is not None and comparison.same
        self.set_title(tr("The runs are the same") if is_same else tr("Where they diverge"))
        self._dimmer.set_dimmed(comparison is not None and not self._session.fresh)
        self.causes.viewport().update()

    @Slot(object)
    def _on_progress_changed(self, progress: Progress | None) -> None:
        self._progress = progress
        self._refresh()

    @Slot()
    def _on_row_changed(self) -> None:
        """Highlight the card of the cause of the chosen row."""
        comparison, point = self._session.comparison, self._session.point
        row = -1 if comparison is None or point is None else self.list.row_of(int(comparison.points.cause[point]))
        if row >= 0:
            self.causes.setCurrentIndex(self.list.index(row))
        else:
            self.causes.clearSelection()

    @Slot(bool)
    def _on_by_tool(self, on: bool) -> None:
        self._pages.setCurrentIndex(int(on))

    # ---- actions of the user ------------------------------------------------------------------------
    @Slot(int)
    def _on_card_chosen(self, row: int) -> None:
        cause = self.list.item(row).cause
        if cause is not None and self._session.fresh:
            self._session.select_cause(cause)

    @Slot(int, QPoint)
    def _on_cause_menu(self, row: int, at: QPoint) -> None:
        menu = self.cause_menu(row)
        if menu.actions():
            menu.popup(at)

    def cause_menu(self, row: int) -> RuleMenu:
        """Return the menu of a cause: rules about it, or the removal of its rule."""
        item, menu = self.list.item(row), RuleMenu(self._session.rules, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        comparison = self._session.comparison
        if item.rule_number is not None:
            menu.offer_removal(item.rule_number)
        elif item.cause is not None and comparison is not None:
            index_a, index_b = (int(side[item.cause.point]) for side in (comparison.points.a, comparison.points.b))
            session, event_index = (self._session.a, index_a) if index_a >= 0 else (self._session.b, index_b)
            menu.offer(item.cause.tool, session.index.kinds[session.index.kind[event_index]])
        return menu

    @Slot(int, QPoint)
    def _on_tool_menu(self, row: int, at: QPoint) -> None:
        menu = RuleMenu(self._session.rules, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.offer(self.tool_table.tool(row).tool, None)
        menu.popup(at)
