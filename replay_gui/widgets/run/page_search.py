"""Steps through the matches of a text in the page of the event's panel."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Signal

from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number


class SearchablePage(Protocol):
    """A page that can mark a text in itself."""

    def find_all(self, text: str, match_case: bool) -> int:
        """Mark all occurrences of the text ("": none); return their number, up to the limit."""
        ...

    def show_found(self, number: int) -> None:
        """Mark match `number`, from 0, as the current one, and scroll to it."""
        ...


class PageSearch(QObject):
    """Attributes: count: of matches. number: of the current one, from 1; 0: none.

    Signal: changed(): either has changed.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.count, self.number = 0, 0
        self._page: SearchablePage | None = None
        self._begins_at_end = False  # the next page was reached by a step backwards

    def search_page(self, page: SearchablePage | None, text: str, match_case: bool) -> None:
        """Find the text in a page with new content, or find another text; go to the first match."""
        self._page = page
        self.count = 0 if page is None else page.find_all(text, match_case)
        self.number = 0
        if self.count:
            self._go(self.count if self._begins_at_end else 1)
        self._begins_at_end = False
        self.changed.emit()

    def step(self, forward: bool) -> bool:
        """Go to the next or the previous match in the page; return whether there is one."""
        number = self.number + (1 if forward else -1)
        if self._page is None or not 1 <= number <= self.count:
            self._begins_at_end = not forward
            return False
        self._go(number)
        self.changed.emit()
        return True

    def step_around(self, forward: bool) -> None:
        """Go to the next or the previous match; after the last match comes the first."""
        if not self.step(forward) and self.count:
            self._go(1 if forward else self.count)
            self.changed.emit()
        self._begins_at_end = False

    @property
    def words(self) -> str:
        """Return ``2 of 5``; "" if there is no match."""
        return tr("{n} of {count}", n=whole_number(self.number), count=whole_number(self.count)) if self.count else ""

    def _go(self, number: int) -> None:
        self.number = number
        if self._page is not None:
            self._page.show_found(number - 1)
