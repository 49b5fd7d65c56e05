"""The events that the list shows, for steps from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from replay_gui.core.index.run_index import RunIndex
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.numpy_on_demand import np
from replay_gui.models.run.event_filter import EventFilter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay_gui.models.timeline.subagents import Subagents


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Listing:
    """Attributes: filter: of the events. hits_only: only hits of the search, folded or not.
    folded: the subagents of which only the first event is shown, by their number in `subagents`;
    none while these are not known.
    """

    filter: EventFilter = EventFilter()  # noqa: RUF009 - frozen
    hits_only: bool = False
    subagents: Subagents | None = None
    folded: frozenset[int] = frozenset()

    @property
    def shows_all(self) -> bool:
        """Whether all events are shown, except for bookkeeping events."""
        return self.filter.shows_all and not (self.hits_only or self.folded)

    def shows(
        self, index: RunIndex, start: EventIndex, stop: EventIndex, found: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Return whether each of the events start … stop - 1 is shown; `found`: the hits' indexes, ascending."""
        shown = self.filter.matches(index, slice(start, stop))
        if self.hits_only:
            hits = found[np.searchsorted(found, start) : np.searchsorted(found, stop)] - start
            is_hit = np.zeros(stop - start, bool)
            is_hit[hits] = True
            shown &= is_hit
        elif self.folded and self.subagents is not None:
            shown &= ~self.subagents.hidden(self.folded, np.arange(start, stop))
        return shown


ALL_EVENTS = Listing()
