"""The keys of an action, the tooltip with the first of them, and which keys are none of an action."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QWidget

from replay_gui.models.tooltip import plain_tooltip


def set_keys(action: QAction, tip: str, keys: Sequence[QKeySequence]) -> None:
    """Give an action its keys; `tip`: a sentence that describes it."""
    action.setShortcuts(keys)
    action.setToolTip(plain_tooltip(f"{tip} ({key_words(keys[0])})" if keys else tip))


def key_words(key: QKeySequence) -> str:
    """Return a key in the notation of this system."""
    return key.toString(QKeySequence.SequenceFormat.NativeText)


def is_for_focus(event: QEvent, focus: QWidget | None, panels: QWidget | None) -> bool:
    """Return whether a key is for the focused widget, and not that of an action.

    Space is for a button; a letter, digit or sign without Ctrl, Alt or Meta for all outside of `panels`, those of runs.
    """
    if not isinstance(event, QKeyEvent) or focus is None:
        return False
    if event.key() == Qt.Key.Key_Space:
        return isinstance(focus, QAbstractButton)
    is_plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    is_in_panels = panels is not None and (panels is focus or panels.isAncestorOf(focus))
    return is_plain and event.text().isprintable() and bool(event.text()) and not is_in_panels
