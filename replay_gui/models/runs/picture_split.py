"""The picture of many runs, split by one of its columns: the runs that made the call above those that did not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from replay_gui.core.contrast.runs_picture import CellState, RunsPicture
from replay_gui.core.contrast.separators import FEW_RUNS
from replay_gui.core.contrast.statistics import fisher_p, p_words
from replay_gui.core.text.wording import plural

_ORDER = (CellState.SAME, CellState.OTHER_ARGUMENTS, CellState.ERROR, None)
_WORDS = {
    CellState.SAME: "did it",
    CellState.OTHER_ARGUMENTS: "with other arguments",
    CellState.ERROR: "answered by an error",
    None: "did not",
}


@dataclass(frozen=True, slots=True)
class SplitPicture:
    """A picture with its rows in another order. groups: each run's call in the column; None: it made none."""

    picture: RunsPicture
    groups: tuple[CellState | None, ...]


def split_picture(picture: RunsPicture, column: int) -> SplitPicture:
    """Return the picture with the runs first that made the call of a column; within each group as before."""
    states = {cell.row: cell.state for cell in picture.cells if cell.column == column}
    order = sorted(range(len(picture.rows)), key=lambda row: _ORDER.index(states.get(row)))
    places = {row: place for place, row in enumerate(order)}
    cells = sorted((replace(cell, row=places[cell.row]) for cell in picture.cells), key=lambda c: (c.row, c.column))
    rows = tuple(picture.rows[row] for row in order)
    return SplitPicture(replace(picture, rows=rows, cells=tuple(cells)), tuple(states.get(row) for row in order))


def split_words(split: SplitPicture) -> str:
    """Return the outcomes of the groups and their significance: ``did it: 2 passed; did not: 2 failed; p …``."""
    parts, did, not_done = [], Counter[bool | None](), Counter[bool | None]()
    for state in _ORDER:
        counts = Counter(
            row.passed for row, group in zip(split.picture.rows, split.groups, strict=True) if group == state
        )
        if counts:
            named = ((True, "passed"), (False, "failed"), (None, "without an outcome"))
            counted = ", ".join(f"{counts[outcome]:,} {word}" for outcome, word in named if counts[outcome])
            parts.append(f"{_WORDS[state]}: {counted}")
            (did if state is CellState.SAME else not_done).update(counts)
    passing, failing = did[True] + not_done[True], did[False] + not_done[False]
    if split.picture.more_rows:
        parts.append(f"of the {len(split.picture.rows):,} runs shown")
    elif passing and failing:
        few = passing + failing < FEW_RUNS
        parts.append(p_words(fisher_p(did[True], did[False], passing, failing)))
        parts.append(f"{plural(passing + failing, 'run')}: nothing is significant" if few else "not corrected")
    return "; ".join(parts)
