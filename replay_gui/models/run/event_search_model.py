"""What whoever shows a search in events needs to know of it, be it of one run or of two side by side."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import plural


class EventSearchModel(QObject):
    """A search that can be begun, ended, and gone through from hit to hit.

    Attributes:
        TITLE: what it does, for the line in which the text is typed.
        text: what is looked for; "" where nothing is. match_case: whether case counts.
        count: of all hits so far. is_lower_bound: whether there are more.
        searching: whether more may come. fraction_done: of what there is that was looked at, 0 … 1.
        problem: why the search could not be done, or "".

    Signals:
        started(): another search, or none, has begun: what was found before is void; or there is something to search.
        progressed(): there is more to be said of this search: more hits, more progress, or its end.
        moved(): another hit, or none, is the one that is shown.
    """

    TITLE: ClassVar[str]

    started = Signal()
    progressed = Signal()
    moved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.text, self.match_case, self.problem = "", False, ""
        self.count, self.is_lower_bound = 0, False
        self.fraction_done, self.searching = 0.0, False

    @property
    def ready(self) -> bool:
        """Whether there is anything to search."""
        raise NotImplementedError

    @property
    def number(self) -> int:
        """Which hit, from 1, is shown; 0 for none."""
        raise NotImplementedError

    def find(self, text: str, match_case: bool = False) -> None:
        """Looks for `text`, unless that is under way or done already; "" ends the search."""
        raise NotImplementedError

    def prepare(self) -> None:
        """A search is about to come: what it needs takes longer to start than it does to find."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Ends the search, and keeps what it has found."""
        raise NotImplementedError

    def step(self, forward: bool) -> None:
        """To the next hit or the last before it, and at the end on from the other one."""
        raise NotImplementedError

    @property
    def status_text(self) -> str:
        """12 of 340; 340 hits, where none is shown; before it how far the search is."""
        if self.problem or not self.text:
            return "failed" if self.problem else ""
        count = f"{'over ' if self.is_lower_bound else ''}{self.count:,}"
        said = "no hits" if not self.count else f"{count} hits" if self.is_lower_bound else plural(self.count, "hit")
        if self.number:
            said = f"{self.number:,} of {count}"
        return f"{self.fraction_done:.0%} · {said}" if self.searching else said

    @property
    def empty_text(self) -> str:
        """What stands where hits would, while there is none to show."""
        if self.problem:
            return f"The search failed: {one_line(self.problem)}."
        return "Searching…" if self.searching else "None of these events holds the text."


def ordinal(places: NDArray[np.integer], place: int) -> int:
    """Which of these places, ascending, this one is, from 1; 0 where it is none of them."""
    at = int(np.searchsorted(places, place))
    return at + 1 if at < len(places) and places[at] == place else 0
