"""Whether the window shows times in UTC or in the time zone of this computer."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QObject, Signal

from replay_gui.core.text.clock import clock_text, moment_text


class TimeChoice(QObject):
    """Attribute: is_local: whether times are in the time zone of this computer. Signal: changed(): it has changed."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.is_local = False

    def choose(self, is_local: bool) -> None:
        """Show times in the time zone of this computer, or in UTC, from now on."""
        if is_local != self.is_local:
            self.is_local = is_local
            self.changed.emit()

    def moment(self, time: int | None) -> str:
        """Return ``2025-10-24 20:54:07 UTC`` for ns since 1970; "" for None, or a time outside the calendar."""
        return moment_text(time, self.is_local)

    def clock(self, time: int | None) -> str:
        """Return ``20:54:07 UTC``: the moment without its date."""
        return clock_text(time, self.is_local)


@cache
def time_choice() -> TimeChoice:
    """Return the choice of this process, which all windows share."""
    return TimeChoice()
