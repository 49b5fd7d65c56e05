"""The tool bar of one run."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from replay_gui.look.theme import GAP, HEAD, ICON, LINE, TOOLBAR, UNIT, set_role
from replay_gui.models.run.playback import SPEEDS, Playback
from replay_gui.models.session import Session
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.find_field import FindField
from replay_gui.widgets.run.verification_badge import VerificationBadge

_WORDED = {  # in full, and shorter
    "open": ("Open", "Open"),
    "compare_with": ("Compare with…", "Compare…"),
    "export": ("Export report", "Export"),
}
_MOVES = ("first", "previous_error", "back", "play", "forward", "next_error", "last")
_AXES = {"number": "Event number", "time": "Wall clock"}
_GIVEN_UP = ("first", "last", "previous_error", "next_error")  # where room is scarce; then the axis too
_SHORT, _WORDLESS, _FEWER, _NO_AXIS = range(1, 5)  # what is done where room is scarce, step by step


class RunBar(QToolBar):
    """Opening, moving, playing, finding, what the timeline is drawn along, and the verdict, which is always in sight.

    Where room is scarce the words become shorter, then go, and then some of the buttons: each stands in a menu too.
    """

    def __init__(
        self,
        session: Session,
        playback: Playback,
        find: FindField,
        actions: dict[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Run", parent)
        self.setObjectName("run")
        self.setMovable(False)
        self.setFixedHeight(TOOLBAR)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._session, self._playback, self._find = session, playback, find
        self._actions = actions
        self._buttons: dict[str, QToolButton] = {}
        self._squeezed = -1
        self._body = QWidget()
        self._body.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._body.setFixedHeight(TOOLBAR - LINE)  # the window asks the body, not the bar, how high the bar is
        self._row = QHBoxLayout(self._body)
        self._row.setContentsMargins(GAP, 0, GAP, 0)
        self._row.setSpacing(UNIT)
        self._row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        self.speed, self.axis = _chooser("Speed"), _chooser("Axis")
        self._add_actions(actions, tuple(name for name in _WORDED if name in actions))
        self._add_line()
        self._add_actions(actions, _MOVES)
        self._row.addWidget(self.speed)
        self._add_line()
        self._row.addWidget(find)
        self._row.addWidget(self.axis)
        self._row.addStretch(1)
        self._row.addWidget(VerificationBadge(session))
        self.addWidget(self._body)
        self._fill_choosers()
        for signal in (session.run_changed, session.index_changed, session.axis_changed):
            signal.connect(self._show_axis)
        session.run_changed.connect(self._show_speed)
        playback.changed.connect(self._show_speed)
        self._show_axis()
        self._show_speed()

    # ---- building ---------------------------------------------------------------------------------
    def _add_actions(self, actions: dict[str, QAction], names: tuple[str, ...]) -> None:
        for name in names:
            button = QToolButton()
            if name in _WORDED:
                actions[name].setIconText(_words(name, 0))
            button.setDefaultAction(actions[name])
            button.setIconSize(QSize(ICON, ICON))
            button.setAccessibleName(actions[name].text().replace("&", ""))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._buttons[name] = button
            self._row.addWidget(button)

    def _add_line(self) -> None:
        line = QFrame()
        set_role(line, "line")
        line.setFixedSize(LINE, HEAD // 2)
        self._row.addSpacing(UNIT)
        self._row.addWidget(line)
        self._row.addSpacing(UNIT)

    def _fill_choosers(self) -> None:
        for speed in SPEEDS:
            _add_choice(self.speed.menu(), _speed_words(speed), speed)
        for name, words in _AXES.items():
            _add_choice(self.axis.menu(), words, name)
        self.speed.menu().triggered.connect(self._on_speed)
        self.axis.menu().triggered.connect(self._on_axis)

    # ---- choices ----------------------------------------------------------------------------------
    @Slot(QAction)
    def _on_speed(self, choice: QAction) -> None:
        self._playback.set_speed(choice.data())
        self._show_speed()

    @Slot(QAction)
    def _on_axis(self, choice: QAction) -> None:
        self._session.set_axis(choice.data())
        self._show_axis()

    @Slot()
    def _show_speed(self) -> None:
        words = _speed_words(self._playback.speed)
        self.speed.setText(words)
        self.speed.setEnabled(self._session.facts is not None)
        self.speed.setAccessibleName(f"Speed of playing: {words}")
        self.speed.setToolTip("Speed of playing ([ slower, ] faster)")
        for choice in self.speed.menu().actions():
            choice.setChecked(choice.data() == self._playback.speed)

    @Slot()
    def _show_axis(self) -> None:
        session = self._session
        why_not = session.why_no_time if session.index.count else ""
        self.axis.setText(f"{_AXES[session.axis]} ▾")
        self.axis.setEnabled(session.facts is not None)
        self.axis.setAccessibleName(f"Timeline along: {_AXES[session.axis]}")
        self.axis.setToolTip(plain_tooltip(why_not) or "What the timeline is drawn along")
        for choice in self.axis.menu().actions():
            choice.setChecked(choice.data() == session.axis)
            choice.setEnabled(choice.data() == "number" or not why_not)

    # ---- room -------------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit(0)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            # While hits are counted never less than now: words that come and go with each hit would be a flicker.
            self._fit(max(self._squeezed, 0) if self._find.line.text() else 0)
        return done

    def _fit(self, least: int) -> None:
        """As much as there is room for, but not less than `least` says."""
        levels = range(least, _NO_AXIS)
        squeezed = next((level for level in levels if self._wanted(level) <= self.width()), _NO_AXIS)
        if squeezed == self._squeezed:
            return
        self._squeezed = squeezed
        only, both = Qt.ToolButtonStyle.ToolButtonIconOnly, Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        for name, button in self._buttons.items():
            if name in _WORDED:
                self._actions[name].setIconText(_words(name, squeezed))
            button.setToolButtonStyle(both if name in _WORDED and squeezed < _WORDLESS else only)
            button.setVisible(squeezed < _FEWER or name not in _GIVEN_UP)
        self.axis.setVisible(squeezed < _NO_AXIS)

    def _wanted(self, squeezed: int) -> int:
        """The width that the row wants so."""
        wanted = self._row.sizeHint().width()
        if squeezed == _SHORT:  # words are worth more than the half of a line that is empty most of the time
            wanted -= (self._find.sizeHint().width() - self._find.minimumSizeHint().width()) // 2
        wanted += self.axis.sizeHint().width() + UNIT if self.axis.isHidden() else 0
        for name, button in self._buttons.items():
            shown = not button.isHidden()
            wanted -= (button.sizeHint().width() + UNIT) if shown else 0
            if squeezed < _FEWER or name not in _GIVEN_UP:
                wanted += self._width(name, button, squeezed) + UNIT
        return wanted

    def _width(self, name: str, button: QToolButton, squeezed: int) -> int:
        bare = ICON + 4 * UNIT
        worded = name in _WORDED and squeezed < _WORDLESS
        return bare + button.fontMetrics().horizontalAdvance(_words(name, squeezed)) + UNIT if worded else bare


def _words(name: str, squeezed: int) -> str:
    return f" {_WORDED[name][squeezed >= _SHORT]}"  # there is no other space between icon and text


def _chooser(name: str) -> QToolButton:
    button = QToolButton()
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMenu(QMenu(name, button))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _add_choice(menu: QMenu, words: str, value: object) -> None:
    choice = menu.addAction(words)
    choice.setData(value)
    choice.setCheckable(True)


def _speed_words(speed: float) -> str:
    return f"{speed:g}×"
