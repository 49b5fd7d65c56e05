"""The tool bar of one run."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import significant_number
from replay_gui.look.theme import ICON, UNIT
from replay_gui.models.run.playback import SPEEDS, Playback
from replay_gui.models.session import Session
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.compact_level import compact_level
from replay_gui.widgets.parts.find_field import FindField
from replay_gui.widgets.run.verification_badge import VerificationBadge
from replay_gui.windows.action_bar import ICON_AND_TEXT, ICON_ONLY, ActionBar
from replay_gui.windows.action_keys import key_words

_TEXTS = {  # in full, and short
    "open": (translatable("Open"), translatable("Open")),
    "compare_with": (translatable("Compare with…"), translatable("Compare…")),
    "export": (translatable("Export report"), translatable("Export")),
    "run_again": (translatable("Run again…"), translatable("Rerun…")),
}
_MOVES = ("first", "previous_error", "back", "play", "forward", "next_error", "last")
_AXES = {"number": translatable("Event number"), "time": translatable("Wall clock")}
_HIDDEN_WHEN_NARROW = ("first", "last", "previous_error", "next_error")
_SHORT_TEXT, _NO_TEXT, _FEWER_BUTTONS, _NO_AXIS, _NO_SPEED = range(1, 6)  # compact levels


class RunBar(ActionBar):
    """Open, move, play, search, the axis of the timeline, and the verdict, which is always visible.

    In a narrow window the texts become shorter, then they are hidden, then some buttons are hidden, which menus have.

    Attributes:
        speed, axis: buttons with a menu of choices. compact_level: how much is hidden, from 0 (all is shown) to 5.
    """

    def __init__(
        self,
        session: Session,
        playback: Playback,
        find: FindField,
        actions: dict[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Run"), "run", actions, parent)
        self._session, self._playback, self._find = session, playback, find
        self.compact_level = -1  # not fitted yet
        self.row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        self.speed, self.axis = _chooser(tr("Speed")), _chooser(tr("Axis"))
        for name in _TEXTS:
            self.set_button_text(name, _text(name, 0))
        self.add_buttons(tuple(_TEXTS))
        self.add_line()
        self.add_buttons(_MOVES)
        self.row.addWidget(self.speed)
        self.add_line()
        self.row.addWidget(find)
        self.row.addWidget(self.axis)
        self.row.addStretch(1)
        self.row.addWidget(VerificationBadge(session))
        self._fill_choosers()
        for signal in (session.run_changed, session.index_changed, session.axis_changed):
            signal.connect(self._show_axis)
        session.run_changed.connect(self._show_speed)
        playback.changed.connect(self._show_speed)
        self._find_action = actions["find"]
        self._find_action.changed.connect(self._show_find_key)
        self._show_find_key()
        self._show_axis()
        self._show_speed()

    @Slot()
    def _show_find_key(self) -> None:
        self._find.show_key(key_words(self._find_action.shortcut()))

    def _fill_choosers(self) -> None:
        for speed in SPEEDS:
            _add_choice(self.speed.menu(), _speed_text(speed), speed)
        for name, text in _AXES.items():
            _add_choice(self.axis.menu(), tr(text), name)
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
        text = _speed_text(self._playback.speed)
        self.speed.setText(text)
        self.speed.setEnabled(self._session.facts is not None)
        self.speed.setAccessibleName(tr("Playback speed: {speed}", speed=text))
        self.speed.setToolTip(tr("Playback speed"))
        for choice in self.speed.menu().actions():
            choice.setChecked(choice.data() == self._playback.speed)

    @Slot()
    def _show_axis(self) -> None:
        session = self._session
        why_no_time = session.why_no_time if session.facts is not None and session.index.count else ""
        axis = tr(_AXES[session.axis])
        self.axis.setText(f"{axis} ▾")
        self.axis.setEnabled(session.facts is not None)
        self.axis.setAccessibleName(tr("Timeline along: {axis}", axis=axis))
        self.axis.setToolTip(plain_tooltip(why_no_time) or tr("The axis of the timeline"))
        for choice in self.axis.menu().actions():
            choice.setChecked(choice.data() == session.axis)
            choice.setEnabled(choice.data() == "number" or not why_no_time)

    # ---- fitting the width ------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose again how compact the bar is, if its width changed."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit(0)

    def event(self, event: QEvent) -> bool:
        """Choose again how compact the bar is when its contents need another width."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            # It keeps its compact level while hits are counted: otherwise texts would flicker with each hit.
            self._fit(max(self.compact_level, 0) if self._find.line.text() else 0)
        return done

    def _fit(self, lowest_level: int) -> None:
        """Show as much as fits, at `lowest_level` or a higher level."""
        level = compact_level(self.wanted_px, self.width(), last_level=_NO_SPEED, first_level=lowest_level)
        if level == self.compact_level:
            return
        self.compact_level = level
        for name, button in self.buttons.items():
            if name in _TEXTS:
                self.set_button_text(name, _text(name, level))
            button.setToolButtonStyle(ICON_AND_TEXT if name in _TEXTS and level < _NO_TEXT else ICON_ONLY)
            button.setVisible(level < _FEWER_BUTTONS or name not in _HIDDEN_WHEN_NARROW)
        self.axis.setVisible(level < _NO_AXIS)
        self.speed.setVisible(level < _NO_SPEED)

    def wanted_px(self, level: int) -> int:
        """Return the width of the row at a compact level."""
        wanted = self.row.sizeHint().width()
        empty = self._find.sizeHint().width() - self._find.minimumSizeHint().width()
        if level == _SHORT_TEXT:  # texts are more useful than half of a field that is mostly empty
            wanted -= empty // 2
        if level == _NO_AXIS:  # the speed gives way only where the field would be too narrow
            wanted -= empty
        for chooser, is_shown in ((self.axis, level < _NO_AXIS), (self.speed, level < _NO_SPEED)):
            wanted += (is_shown - (not chooser.isHidden())) * (chooser.sizeHint().width() + UNIT)
        for name, button in self.buttons.items():
            wanted -= 0 if button.isHidden() else button.sizeHint().width() + UNIT
            if level < _FEWER_BUTTONS or name not in _HIDDEN_WHEN_NARROW:
                wanted += _button_px(name, button, level) + UNIT
        return wanted


def _button_px(name: str, button: QToolButton, level: int) -> int:
    """Return the width of a button at a compact level."""
    icon_px = ICON + 4 * UNIT
    if name not in _TEXTS or level >= _NO_TEXT:
        return icon_px
    return icon_px + button.fontMetrics().horizontalAdvance(f" {_text(name, level)}") + UNIT


def _text(name: str, level: int) -> str:
    return tr(_TEXTS[name][level >= _SHORT_TEXT])


def _chooser(name: str) -> QToolButton:
    button = QToolButton()
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMenu(QMenu(name, button))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _add_choice(menu: QMenu, text: str, value: object) -> None:
    choice = menu.addAction(text)
    choice.setData(value)
    choice.setCheckable(True)


def _speed_text(speed: float) -> str:
    return f"{significant_number(speed)}×"
