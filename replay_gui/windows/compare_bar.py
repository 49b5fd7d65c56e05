"""The tool bar of a comparison."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Slot
from PySide6.QtGui import QAction, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.theme import GAP, LINE, UNIT, theme_events
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

_NO_NAMES, _NO_TEXT, _FEWER_BUTTONS, _NO_STEPS = range(1, 5)  # compact levels
_TEXT_GAP_PX = 4  # Qt's own, between the icon and the text of a button
_NAMES_WIDTH_PX = 20 * GAP  # with less room, the names of the runs are hidden
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
_ABOUT_STEPS = ("changes_only", "show_ignored", "link_cursors")  # only beside the aligned steps; the menu has them too
_ALWAYS_WITH_ICON = ("open", "compare_end")  # and in a wide window also with their texts
_IN_THE_MENU = ("open", "compare_swap", "export")  # and in a narrow window only there
_HIDDEN_WHEN_NARROW = ("first_divergence", "last_divergence")


def _scaled(px: int) -> int:
    """Return pixels for text, in the chosen size of text."""
    return round(px * theme_events().text_scale / 100)


def _text_px(button: QToolButton) -> int:
    """Return by how many pixels the text of a button makes it wider than its icon alone, as Qt computes it."""
    metrics = button.fontMetrics()
    text = metrics.size(int(Qt.TextFlag.TextShowMnemonic), button.text())
    return _TEXT_GAP_PX + text.width() + 2 * ceil(QFontMetricsF(metrics).horizontalAdvance(" "))


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
        return QSize(max(hint.width(), _scaled(_POINT_WIDTH_PX)), hint.height())

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
        self.body.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide parts that are available elsewhere if the window is narrow, so that the result stays visible."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Choose again what is hidden when the contents need another width, such as a longer result."""
        if watched is self.body and event.type() == QEvent.Type.LayoutRequest:  # Qt does not always send the bar one
            self._fit()
        return False

    @Slot()
    def _on_mode_changed(self) -> None:
        self._show_point()
        self._fit()

    @Slot()
    def _fit(self) -> None:
        self.badge.setVisible(not self._shows_why)
        self.outcomes.setVisible(self._shows_why)
        level = compact_level(self._wanted_px, self.body.width(), last_level=_NO_STEPS)
        self._line.setVisible(self._shows_steps(level))
        self._names.setVisible(level < _NO_NAMES)  # the panels also show them
        for name in _ALWAYS_WITH_ICON:
            self.buttons[name].setToolButtonStyle(ICON_AND_TEXT if level < _NO_TEXT else ICON_ONLY)
        for name, button in self.buttons.items():
            button.setVisible(self._is_shown(name, level))

    @property
    def _shows_why(self) -> bool:
        return self._actions["show_why"].isChecked()

    def _shows_steps(self, level: int) -> bool:
        return not self._shows_why and level < _NO_STEPS

    def _is_shown(self, name: str, level: int) -> bool:
        """Return whether a button is shown at a compact level."""
        if name in _ABOUT_STEPS:
            return self._shows_steps(level) and (level < _NO_TEXT or name != "show_ignored")
        if name in _HIDDEN_WHEN_NARROW:
            return not self._shows_why and level < _FEWER_BUTTONS
        return level < _FEWER_BUTTONS or name not in _IN_THE_MENU

    def _wanted_px(self, level: int) -> int:
        """Return the width, in pixels, that the row needs at a compact level."""
        wanted = self.row.sizeHint().width()
        names = self._names.sizeHint().width() + UNIT
        wanted -= 0 if self._names.isHidden() else names
        wanted += min(names, _scaled(_NAMES_WIDTH_PX)) if level < _NO_NAMES else 0
        wanted += (self._shows_steps(level) - (not self._line.isHidden())) * (LINE + UNIT)
        for name, button in self.buttons.items():
            wanted -= 0 if button.isHidden() else button.sizeHint().width() + UNIT
            wanted += self._button_px(name, level) + UNIT if self._is_shown(name, level) else 0
        return wanted

    def _button_px(self, name: str, level: int) -> int:
        button = self.buttons[name]
        px = button.sizeHint().width()
        if name in _ALWAYS_WITH_ICON:
            px -= _text_px(button) if button.toolButtonStyle() is ICON_AND_TEXT else 0
            px += _text_px(button) if level < _NO_TEXT else 0
        return px

    @Slot()
    def _name_runs(self) -> None:
        a, b = run_names(self._session)
        self._names.setText(f"{a} ↔ {b}" if b else a)

    @Slot()
    def _show_point(self) -> None:
        if self._shows_why:
            chosen, result = self._why.chosen, self._why.result
            count = 0 if result is None else len(result.reasons)
            self._point.show_words(reason_words(chosen, result), chosen if chosen < count else None, count)
        else:
            point, count = self._session.point, self._session.point_count
            self._point.show_words(point_words(point, count), point, count)
