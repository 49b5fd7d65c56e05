"""The tool bar of one run."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from replay_gui.look.theme import GAP, HEAD, ICON, LINE, TOOLBAR, UNIT, set_role
from replay_gui.models.playback import SPEEDS, Playback
from replay_gui.models.session import Session
from replay_gui.widgets.find_field import FindField
from replay_gui.widgets.verification_badge import VerificationBadge

_WORDED = {"open": "Open", "compare_with": "Compare with…", "export": "Export report"}
_MOVES = ("first", "previous_error", "back", "play", "forward", "next_error", "last")
_AXES = {"number": "Event number", "time": "Wall clock"}
_GIVEN_UP = ("first", "last", "previous_error", "next_error")  # where room is scarce; then the axis too


class RunBar(QToolBar):
    """Opening, moving, playing, finding, what the timeline is drawn along, and the verdict, which is always in sight.

    Where room is scarce buttons first lose their words, and then some of them go: each stands in a menu too.
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
        self._session, self._playback = session, playback
        self._buttons: dict[str, QToolButton] = {}
        self._squeezed = -1
        self._body = QWidget()
        self._body.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._row = QHBoxLayout(self._body)
        self._row.setContentsMargins(0, 0, 0, 0)
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
        playback.changed.connect(self._show_speed)
        self._show_axis()
        self._show_speed()

    # ---- building ---------------------------------------------------------------------------------
    def _add_actions(self, actions: dict[str, QAction], names: tuple[str, ...]) -> None:
        for name in names:
            button = QToolButton()
            if name in _WORDED:
                actions[name].setIconText(f" {_WORDED[name]}")  # there is no other space between icon and text
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
        self.axis.setToolTip(why_not or "What the timeline is drawn along")
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
            self._fit(max(self._squeezed, 0))  # never less than now: that could go on for ever
        return done

    def _fit(self, least: int) -> None:
        """With words if there is room for them; without, if not; and without some buttons, if there is less."""
        room = self.width() - 2 * GAP
        squeezed = next((level for level in range(least, 3) if self._wanted(level) <= room), 3)
        if squeezed == self._squeezed:
            return
        self._squeezed = squeezed
        only, both = Qt.ToolButtonStyle.ToolButtonIconOnly, Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        for name, button in self._buttons.items():
            button.setToolButtonStyle(both if name in _WORDED and not squeezed else only)
            button.setVisible(squeezed < 2 or name not in _GIVEN_UP)
        self.axis.setVisible(squeezed < 3)

    def _wanted(self, squeezed: int) -> int:
        """The width that the row wants so."""
        wanted = self._row.sizeHint().width()
        wanted += self.axis.sizeHint().width() + UNIT if self.axis.isHidden() else 0
        for name, button in self._buttons.items():
            shown = not button.isHidden()
            wanted -= (button.sizeHint().width() + UNIT) if shown else 0
            if squeezed < 2 or name not in _GIVEN_UP:
                wanted += self._width(name, button, words=not squeezed) + UNIT
        return wanted

    def _width(self, name: str, button: QToolButton, words: bool) -> int:
        bare = ICON + 4 * UNIT
        return (
            bare + button.fontMetrics().horizontalAdvance(button.text()) + UNIT if name in _WORDED and words else bare
        )


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
