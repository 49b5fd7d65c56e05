"""A search in the events of the session's run: the text, the hits so far, and steps from hit to hit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from replay_gui.core.log.positions import EventIndex, index_before, position_after
from replay_gui.core.numpy_on_demand import np
from replay_gui.core.translation.messages import tr
from replay_gui.engine.answers import SearchFailed, SearchResult
from replay_gui.engine.follower.follow_messages import FollowState
from replay_gui.engine.requests import Find
from replay_gui.models.run.event_search_model import EventSearchModel, ordinal
from replay_gui.models.session import Session

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay_gui.core.facts.event_search import SearchHit


class RunSearch(EventSearchModel):
    """The search of one session. Marks its hits on the timeline.

    Attributes:
        hits: the kept hits by event index, ascending.
        step_within: goes to the next (True) or previous match inside the shown event, and returns whether there is one.
    """

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hits: dict[EventIndex, SearchHit] = {}
        self.step_within: Callable[[bool], bool] | None = None
        self._session = session
        self._number = 0
        self._forward: bool | None = None  # the direction of a step that waits for the first hit
        session.found.connect(self._on_found)
        session.run_changed.connect(self._on_run_changed)
        session.following.changed.connect(self._on_followed)
        session.position_changed.connect(self.moved)

    @cached_property
    def indexes(self) -> NDArray[np.int64]:
        """The event indexes of the hits, ascending."""
        return np.zeros(0, np.int64)

    @property
    def title(self) -> str:
        """The placeholder of the field in which the text is typed."""
        return tr("Find in events")

    @property
    def ready(self) -> bool:
        """Whether a run is open."""
        return self._session.facts is not None

    def find(self, text: str, match_case: bool = False) -> None:
        """Search for a text; the same text again is ignored, unless its search failed."""
        if (text, match_case) == (self.text, self.match_case) and not self.problem:
            return
        self._begin(text, match_case)
        self._session.request_search(Find(self._number, text, match_case))
        self._mark_hits()
        self.started.emit()

    def prepare(self) -> None:
        """Read the text of the run in advance, so that the first search is fast."""
        if not self.searching:
            self._session.request_search(Find(self._number, ""))

    def cancel(self) -> None:
        """Stop the search; the hits so far stay."""
        if self.searching:
            self._number += 1
            self._session.request_search(Find(self._number, ""))
            self.searching = False
            self.progressed.emit()

    def step(self, forward: bool) -> None:
        """Go to the next or previous match in the event at the position, else to the next or previous hit.

        It wraps around at the ends of the run.
        """
        indexes = self.indexes
        if self.step_within is not None and self.number and self.step_within(forward):
            return
        if not len(indexes):
            self._forward = forward if self.searching else None
            return
        here = index_before(self._session.position)
        at = int(np.searchsorted(indexes, here, "right")) if forward else int(np.searchsorted(indexes, here)) - 1
        self._session.seek(position_after(EventIndex(int(indexes[at % len(indexes)]))))

    @property
    def number(self) -> int:
        """The number, from 1, of the hit at the position; 0 if there is none."""
        return ordinal(self.indexes, index_before(self._session.position))

    def _begin(self, text: str, match_case: bool) -> None:
        self._number += 1
        self.text, self.match_case, self.problem = text, match_case, ""
        self.hits, self.indexes = {}, np.zeros(0, np.int64)
        self.count, self.fraction_done, self.searching = 0, 0.0, bool(text)
        self._forward = None

    def _mark_hits(self) -> None:
        self._session.set_marks(replace(self._session.marks, found=self.indexes))

    @Slot()
    def _on_followed(self) -> None:
        """Repeat the search after a short time without new events."""
        if self._session.following.state is FollowState.WAITING and self.text:
            self._on_run_changed()

    @Slot()
    def _on_run_changed(self) -> None:
        """Repeat the search in the run that is shown now."""
        text, match_case = self.text, self.match_case
        self._begin("", match_case)
        if text and self.ready:
            self.find(text, match_case)
        else:
            self.started.emit()

    @Slot(object)
    def _on_found(self, result: SearchResult | SearchFailed) -> None:
        if result.number != self._number:
            return
        if isinstance(result, SearchFailed):
            self.count, self.searching, self.problem, self.fraction_done = 0, False, result.problem, 0.0
            self.progressed.emit()
            return
        self.hits.update((hit.index, hit) for hit in result.hits)
        self.count, self.searching = result.count, not result.ended
        self.fraction_done = result.done / result.total if result.total else 0.0
        if result.hits:
            self.indexes = np.append(self.indexes, np.array([hit.index for hit in result.hits], np.int64))
            self._mark_hits()
        self.progressed.emit()
        if self._forward is not None and len(self.indexes):
            self.step(self._forward)
            self._forward = None
