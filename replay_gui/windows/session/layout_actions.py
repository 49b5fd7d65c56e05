"""The actions on the sizes of panels: a border moves by key, and all return to their default sizes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QMainWindow, QWidget

from replay_gui.windows.actions import Handlers
from replay_gui.windows.splitter import BorderHandle


class LayoutActions(QObject):
    """The slots of these actions. `reset`: resets the layout of all pages."""

    def __init__(self, window: QMainWindow, reset: Callable[[], None]) -> None:
        super().__init__(window)
        self._window, self._reset = window, reset
        self._before: QWidget | None = None  # had the focus before a border got it

    @property
    def handlers(self) -> Handlers:
        """The slots of the actions."""
        return {"move_border": self.on_move_border, "reset_layout": self.on_reset_layout}

    @Slot()
    def on_reset_layout(self) -> None:
        self._reset()

    @Slot()
    def on_move_border(self) -> None:
        """Give the focus to the first visible border, from it to the next one, and from the last one back."""
        handles = [handle for handle in self._window.findChildren(BorderHandle) if handle.isVisible()]
        handles.sort(key=lambda handle: handle.mapTo(self._window, QPoint()).toTuple()[::-1])
        focus = self._window.focusWidget()
        if not isinstance(focus, BorderHandle):
            self._forget()
            self._before = focus
            if focus is not None:
                focus.destroyed.connect(self._forget)
        following = handles[handles.index(focus) + 1 :] if focus in handles else handles
        if following:
            following[0].left.connect(self._go_back, Qt.ConnectionType.UniqueConnection)
            following[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self._go_back()

    @Slot()
    def _go_back(self) -> None:
        if self._before is not None:
            self._before.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def _forget(self) -> None:
        if self._before is not None:
            self._before.destroyed.disconnect(self._forget)
        self._before = None
