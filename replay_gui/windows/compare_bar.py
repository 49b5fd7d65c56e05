"""The tool bar of a comparison."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QWidget

from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.theme import GAP, LINE, theme_events
from replay_gui.models.comparison.comparison_words import point_words
from replay_gui.models.why.why_session import WhySession
from replay_gui.models.why.why_words import reason_words
from replay_gui.widgets.comparison.comparison_badge import ComparisonBadge
from replay_gui.widgets.comparison.divergence_view import run_names
from replay_gui.widgets.comparison.rules_button import RulesButton
from replay_gui.widgets.parts.compact_level import compact_level
from replay_gui.widgets.parts.text.elided_label import ElidedLabel
from replay_gui.widgets.why.outcome_badge import OutcomeBadge
from replay_gui.windows.action_bar import ICON_AND_TEXT, ICON_ONLY, ActionBar

_NO_NAMES, _NO_TEXT, _FEWER_BUTTONS = 1, 2, 3  # compact levels
_MIN_WIDTHS_PX = (196 * GAP, 176 * GAP, 140 * GAP, 0)  # of the bar, at each level
_WIDTH_OF_STEPS_PX = 60 * GAP  # of the buttons for steps only
_POINT_WIDTH_PX = 17 * GAP  # of "divergence 3 of 31"
_TEXTS = {
    "open": translatable("Open"),
    "compare_end": translatable("One run"),
    "show_why": translatable("Why"),
    "show_divergences": translatable("Divergences"),
    "changes_only": translatable("Changes only"),
    "show_ignored": translatable("Ignored"),
    "link_cursors": translatable("Linked"),
}
_ABOUT_STEPS = ("changes_only", "show_ignored", "link_cursors")  # only beside the aligned steps
_IN_THE_MENU = ("open", "compare_swap", "export")  # and in a narrow window only there
_HIDDEN_WHEN_NARROW = ("first_divergence", "last_divergence")


class _PointLabel(ElidedLabel):
    """The number of the chosen reason or divergence. Its width stays while the numbers grow: buttons follow it."""

    def __init__(self) -> None:
        super().__init__()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def show_words(self, words: str, number: int | None, count: int) -> None:
        """Show words such as ``divergence 3 of 17``; only the numbers, if there is no room for more.

        `number`: of the chosen one, from 0; None or negative: none is chosen.
        """
        self.short = ""
        if number is not None and number >= 0:
            self.short = tr("{number} of {count}", number=whole_number(number + 1), count=whole_number(count))
        self.setText(words)

    def sizeHint(self) -> QSize:
        """Return the usual width."""
        hint = super().sizeHint()
        return QSize(max(hint.width(), round(_POINT_WIDTH_PX * theme_events().text_scale / 100)), hint.height())

    def minimumSizeHint(self) -> QSize:
        """Return the width of the short words."""
        width = self.fontMetrics().horizontalAdvance(self.short or self.text()) + LINE
        return QSize(width, super().minimumSizeHint().height())


class CompareBar(ActionBar):
    """The two runs, steps from difference to difference, filters and rules, and the result."""

    def __init__(self, why: WhySession, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(tr("Comparison"), "comparison", actions, parent)
        self._why, self._session = why, why.comparison
        session = self._session
        self._names = ElidedLabel()
        self._names.setAccessibleName(tr("The two runs"))
        self._point = _PointLabel()
        self._point.setAccessibleName(tr("Reason or divergence"))
        self.rules = RulesButton(session)
        self.rules.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.badge, self.outcomes = ComparisonBadge(session), OutcomeBadge(why)
        self._build()
        for name, text in _TEXTS.items():
            self.set_button_text(name, tr(text))
            self.buttons[name].setToolButtonStyle(ICON_AND_TEXT)
        session.a.run_changed.connect(self._name_runs)
        session.b.run_changed.connect(self._name_runs)
        session.row_changed.connect(self._show_point)
        session.compared_changed.connect(self._show_point)
        why.changed.connect(self._show_point)
        why.chosen_changed.connect(self._show_point)
        theme_events().changed.connect(self._fit)  # the size of text may have changed
        actions["show_why"].toggled.connect(self._on_mode_changed)
        self._name_runs()
        self._show_point()

    def _build(self) -> None:
        self.add_buttons(("open", "compare_end"))
        self.row.addWidget(self._names)
        self.add_buttons(("compare_swap", "export"))
        self.add_line()
        self.add_buttons(("first_divergence", "previous_divergence"))
        self.row.addWidget(self._point)
        self.add_buttons(("next_divergence", "last_divergence"))
        self.add_line()
        self.add_buttons(("show_why", "show_divergences"))
        self.row.addWidget(self.rules)
        self._line = self.add_line()
        self.add_buttons(_ABOUT_STEPS)
        self.row.addStretch(1)
        self.row.addWidget(self.badge)
        self.row.addWidget(self.outcomes)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide parts that are available elsewhere if the window is narrow, so that the result stays visible."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _on_mode_changed(self) -> None:
        self._show_point()
        self._fit()

    @Slot()
    def _fit(self) -> None:
        shows_why = self._actions["show_why"].isChecked()
        spare, scale = _WIDTH_OF_STEPS_PX if shows_why else 0, theme_events().text_scale / 100
        level = compact_level(
            lambda level: round((_MIN_WIDTHS_PX[level] - spare) * scale), self.width(), last_level=_FEWER_BUTTONS
        )
        self._names.setVisible(level < _NO_NAMES)  # the panels also show them
        self.badge.setVisible(not shows_why)
        self._line.setVisible(not shows_why)
        self.outcomes.setVisible(shows_why)
        for name in _ABOUT_STEPS:
            self.buttons[name].setVisible(not shows_why and (level < _NO_TEXT or name != "show_ignored"))
        for name in ("open", "compare_end"):
            self.buttons[name].setToolButtonStyle(ICON_AND_TEXT if level < _NO_TEXT else ICON_ONLY)
        for name in _HIDDEN_WHEN_NARROW:
            self.buttons[name].setVisible(level < _FEWER_BUTTONS and not shows_why)
        for name in _IN_THE_MENU:
            self.buttons[name].setVisible(level < _FEWER_BUTTONS)

    @Slot()
    def _name_runs(self) -> None:
        a, b = run_names(self._session)
        self._names.setText(f"{a} ↔ {b}" if b else a)

    @Slot()
    def _show_point(self) -> None:
        if self._actions["show_why"].isChecked():
            chosen, result = self._why.chosen, self._why.result
            count = 0 if result is None else len(result.reasons)
            self._point.show_words(reason_words(chosen, result), chosen if chosen < count else None, count)
        else:
            point, count = self._session.point, self._session.point_count
            self._point.show_words(point_words(point, count), point, count)
