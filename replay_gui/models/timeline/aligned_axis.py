"""The axis of a compared run: the rows of both runs, so that equal events are above each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from replay_gui.core.numpy_on_demand import np
from replay_gui.core.translation.numbers import whole_number
from replay_gui.models.timeline.timeline_axis import NUMBERS, GaplessAxis

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay_gui.models.timeline.timeline_axis import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class AlignedAxis(GaplessAxis):
    """A coordinate is a row of the alignment, counted from 1: an event is at its row, and 0 is the start.

    Both runs of a comparison have the same coordinates. Events that came after the alignment was made are placed
    after its last row, each in a separate row.

    Attributes: rows: int32[events], ascending, the row of each event of this run. count: of the rows of both.
    """

    rows: NDArray[np.int32]
    count: int

    def coordinates(self, positions: NDArray[np.generic]) -> FloatArray:
        """Return the coordinate of each position; between two events, in proportion."""
        wanted = positions.astype(np.float64)
        whole = np.maximum(np.floor(wanted), 0.0).astype(np.int64)
        here = self._corner(whole)
        return np.asarray(here + (wanted - whole) * (self._corner(whole + 1) - here), np.float64)

    def positions(self, coordinates: FloatArray) -> FloatArray:
        """Return the position at each coordinate; between two events it is not whole."""
        wanted = np.asarray(coordinates, np.float64)
        whole = self._before(np.floor(wanted))
        beyond = np.maximum(np.floor(wanted) - self._last, 0.0).astype(np.int64)
        whole = whole + np.where(whole == len(self.rows), beyond, 0)
        here = self._corner(whole)
        return np.asarray(whole + (wanted - here) / (self._corner(whole + 1) - here), np.float64)

    def extent(self, count: int) -> float:
        """The coordinate at which the longer run ends; at least 1."""
        return max(float(self.count), self._last + count - len(self.rows), 1.0)

    def ticks(self, start: float, end: float, apart: float) -> list[tuple[float, str]]:
        """Return round rows, at least `apart` from each other, with the number of this run's last event there."""
        ticks = NUMBERS.ticks(start, end, apart)
        events = np.floor(self.positions(np.array([at for at, _ in ticks], np.float64))).astype(np.int64)
        return [(at, whole_number(event)) for (at, _), event in zip(ticks, events.tolist(), strict=True)]

    def lacks(self, edges: FloatArray) -> NDArray[np.bool_]:
        """Return for each stretch between two coordinates, ascending, whether only the other run has events there."""
        first = np.floor(edges[:-1] - 0.5)  # a row reaches half a coordinate to either side
        last = np.maximum(np.ceil(edges[1:] - 0.5), first + 1)
        own = self._before(last) > self._before(first)
        return np.asarray(~own & (first >= 0) & (last <= self.count))

    def _before(self, rows: FloatArray) -> NDArray[np.int64]:
        """Return the number of events in rows before this one."""
        # Searching int32 for other numbers would first turn every row into one.
        return np.searchsorted(self.rows, np.clip(rows, 0, np.iinfo(np.int32).max).astype(np.int32)).astype(np.int64)

    @property
    def _last(self) -> float:
        return float(self.rows[-1]) + 1.0 if len(self.rows) else 0.0

    def _corner(self, whole: NDArray[np.int64]) -> FloatArray:
        """Return the coordinates of whole positions; those beyond the last row follow one after the other."""
        if not len(self.rows):
            return whole.astype(np.float64)
        inside = self.rows[np.clip(whole - 1, 0, len(self.rows) - 1)] + 1.0
        return np.where(whole <= 0, 0.0, np.where(whole > len(self.rows), self._last + whole - len(self.rows), inside))
