"""The keys of an action, and the tooltip with the first of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QAction, QKeySequence

from replay_gui.models.tooltip import plain_tooltip


def set_keys(action: QAction, tip: str, keys: Sequence[QKeySequence]) -> None:
    """Give an action its keys; `tip`: a sentence that describes it."""
    action.setShortcuts(keys)
    action.setToolTip(plain_tooltip(f"{tip} ({key_words(keys[0])})" if keys else tip))


def key_words(key: QKeySequence) -> str:
    """Return a key in the notation of this system."""
    return key.toString(QKeySequence.SequenceFormat.NativeText)
