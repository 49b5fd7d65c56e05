"""A search in the events of the session's run: what is looked for, what was found so far, and going from hit to hit."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.find import Hit
from replay_gui.core.plain_text import one_line
from replay_gui.engine.answers import Found
from replay_gui.engine.requests import Find
from replay_gui.models.session import Session


class Finder(QObject):
    """The search of one session. Marks its hits on the timeline.

    Attributes:
        text: what is looked for; "" where nothing is. match_case: whether case counts.
        hits: by place, ascending; as many as are kept. count: of all hits so far.
        searching: whether more may come. share: of the log that was looked at, 0 … 1.
        problem: why the search could not be done, or "".

    Signals:
        started(): another search, or none, has begun: what was found before is void.
        grew(): there is more to be said of this search: more hits, more progress, or its end.
    """

    started = Signal()
    grew = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.text, self.match_case, self.problem = "", False, ""
        self.hits: dict[int, Hit] = {}
        self.count, self.share, self.searching = 0, 0.0, False
        self._session = session
        self._number = 0
        self._places: list[int] = []
        self._forward: bool | None = None  # where to go as soon as there is a hit
        session.found.connect(self._on_found)
        session.run_changed.connect(self._on_run_changed)

    def find(self, text: str, match_case: bool = False) -> None:
        """Looks for `text`, unless that is under way or done already; "" ends the search."""
        if (text, match_case) == (self.text, self.match_case) and not self.problem:
            return
        self._begin(text, match_case)
        self._session.request_find(Find(self._number, text, match_case))
        self._mark()
        self.started.emit()

    def prepare(self) -> None:
        """A search is about to come: what it needs takes longer to start than it does to find."""
        if not self.searching:
            self._session.request_find(Find(self._number, ""))

    def cancel(self) -> None:
        """Ends the search, and keeps what it has found."""
        if self.searching:
            self._number += 1
            self._session.request_find(Find(self._number, ""))
            self.searching = False
            self.grew.emit()

    def step(self, forward: bool) -> None:
        """To the next hit after the position or the last before it, and at the end of the run on from the other one."""
        places = self._places
        if not places:
            self._forward = forward if self.searching else None
            return
        here = self._session.position - 1
        at = bisect_right(places, here) if forward else bisect_left(places, here) - 1
        self._session.seek(places[at % len(places)] + 1)

    @property
    def number(self) -> int:
        """Which hit, from 1, the position is at; 0 where at none."""
        at = bisect_left(self._places, self._session.position - 1)
        return at + 1 if at < len(self._places) and self._places[at] == self._session.position - 1 else 0

    @property
    def words(self) -> str:
        """12 of 340; 340 hits, where the position is at none; before it how far the search is."""
        if self.problem or not self.text:
            return "failed" if self.problem else ""
        said = "no hits" if not self.count else "1 hit" if self.count == 1 else f"{self.count:,} hits"
        if self.number:
            said = f"{self.number:,} of {self.count:,}"
        return f"{self.share:.0%} · {said}" if self.searching else said

    @property
    def hint(self) -> str:
        """What stands where hits would, while there is none to show."""
        if self.problem:
            return f"The search failed: {one_line(self.problem)}."
        return "Searching…" if self.searching else "None of these events holds the text."

    def _begin(self, text: str, match_case: bool) -> None:
        self._number += 1
        self.text, self.match_case, self.problem = text, match_case, ""
        self.hits, self._places = {}, []
        self.count, self.share, self.searching = 0, 0.0, bool(text)
        self._forward = None

    def _mark(self) -> None:
        self._session.set_marks(replace(self._session.marks, found=np.array(self._places, np.int64)))

    @Slot()
    def _on_run_changed(self) -> None:
        """Looks for the same in the run that is shown now."""
        text, match_case = self.text, self.match_case
        self._begin("", False)
        self.started.emit()
        if text and self._session.facts is not None:
            self.find(text, match_case)

    @Slot(object)
    def _on_found(self, found: Found) -> None:
        if found.number != self._number:
            return
        for hit in found.hits:
            self.hits[hit.place] = hit
            self._places.append(hit.place)
        self.count, self.searching, self.problem = found.count, not found.ended, found.problem
        self.share = found.done / found.total if found.total else 0.0
        if found.hits:
            self._mark()
        self.grew.emit()
        if self._forward is not None and self._places:
            self.step(self._forward)
            self._forward = None
