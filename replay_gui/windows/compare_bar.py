"""The tool bar of a comparison."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolBar, QToolButton, QWidget

from replay_gui.look.theme import GAP, HEAD, ICON, LINE, TOOLBAR, UNIT, set_role
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.comparison.comparison_words import point_words
from replay_gui.widgets.comparison.comparison_badge import ComparisonBadge
from replay_gui.widgets.comparison.divergence_view import run_name
from replay_gui.widgets.comparison.rules_button import RulesButton
from replay_gui.widgets.parts.elided_label import ElidedLabel
from replay_gui.widgets.parts.plain_label import PlainLabel

_NAMED, _WIDE, _NARROW = 170 * GAP, 150 * GAP, 100 * GAP  # of the bar: below, it does without some of what it holds
_POINT = 17 * GAP  # width of "divergence 3 of 31"
_BEGIN = ("open", "compare_end", "compare_swap")
_MOVES = ("first_divergence", "previous_divergence", "", "next_divergence", "last_divergence")
_SHOWN = ("changes_only", "show_ignored", "link_cursors", "export")
_WITH_TEXT = {
    "open": " Open",
    "compare_end": " One run",
    "changes_only": "Changes only",
    "show_ignored": "Ignored",
    "link_cursors": "Linked",
}


class CompareBar(QToolBar):
    """Which two runs, from divergence to divergence, what is shown and passed over, and what came of it."""

    def __init__(self, session: ComparisonSession, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__("Comparison", parent)
        self._session = session
        self.setObjectName("comparison")
        self.setMovable(False)
        self.setFixedHeight(TOOLBAR)
        self.setIconSize(QSize(ICON, ICON))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._names = ElidedLabel()
        self._names.setAccessibleName("The two runs")
        self._point = PlainLabel()
        self._point.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._point.setMinimumWidth(_POINT)
        self._point.setAccessibleName("Divergence")
        self._buttons: dict[str, QToolButton] = {}
        body = QWidget()
        body.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        body.setFixedHeight(TOOLBAR - LINE)  # the window asks the body, not the bar, how high the bar is
        self._row = QHBoxLayout(body)
        self._row.setContentsMargins(GAP, 0, GAP, 0)
        self._row.setSpacing(UNIT)
        self._add(actions, _BEGIN[:2])
        self._row.addWidget(self._names)
        self._add(actions, _BEGIN[2:])
        self._add_line()
        self._add(actions, _MOVES)
        self._add_line()
        self._add(actions, _SHOWN)
        self.rules = RulesButton(session)
        self.rules.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._row.addWidget(self.rules)
        self._row.addStretch(1)
        self.badge = ComparisonBadge(session)
        self._row.addWidget(self.badge)
        self.addWidget(body)
        session.a.run_changed.connect(self._name_runs)
        session.b.run_changed.connect(self._name_runs)
        session.row_changed.connect(self._show_point)
        session.compared_changed.connect(self._show_point)
        self._name_runs()
        self._show_point()

    def _add(self, actions: dict[str, QAction], names: tuple[str, ...]) -> None:
        for name in names:
            if not name:
                self._row.addWidget(self._point)
                continue
            button = self._buttons[name] = QToolButton()
            if name in _WITH_TEXT:
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
                actions[name].setIconText(_WITH_TEXT[name])  # there is no other space between icon and text
            button.setDefaultAction(actions[name])
            button.setIconSize(QSize(ICON, ICON))
            button.setAccessibleName(actions[name].text().replace("&", ""))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._row.addWidget(button)

    def _add_line(self) -> None:
        line = QFrame()
        set_role(line, "line")
        line.setFixedSize(LINE, HEAD // 2)
        self._row.addSpacing(UNIT)
        self._row.addWidget(line)
        self._row.addSpacing(UNIT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where room is scarce, what can be read or done elsewhere, too, gives way to the verdict."""
        super().resizeEvent(event)
        wide = self.width() >= _WIDE
        only, both = Qt.ToolButtonStyle.ToolButtonIconOnly, Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        self._names.setVisible(self.width() >= _NAMED)  # the panels have them, too
        self._buttons["show_ignored"].setVisible(wide)
        for name in _BEGIN[:2]:
            self._buttons[name].setToolButtonStyle(both if wide else only)
        for name in ("first_divergence", "last_divergence"):
            self._buttons[name].setVisible(self.width() >= _NARROW)

    @Slot()
    def _name_runs(self) -> None:
        a, b = run_name(self._session.a), run_name(self._session.b)
        self._names.setText(f"{a} ⇄ {b}" if b else a)

    @Slot()
    def _show_point(self) -> None:
        self._point.setText(point_words(self._session.point, self._session.point_count))
