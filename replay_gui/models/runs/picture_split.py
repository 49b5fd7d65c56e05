"""The picture of many runs, split by one of its columns: the runs that made the call above those that did not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from replay_gui.core.contrast.runs_picture import CellState, RunsPicture
from replay_gui.core.contrast.separators import FEW_RUNS
from replay_gui.core.contrast.statistics import fisher_p, p_words
from replay_gui.core.translation.messages import tr, translatable, trn

_ORDER = (CellState.SAME, CellState.OTHER_ARGUMENTS, CellState.ERROR, None)
_WORDS = {
    CellState.SAME: translatable("did it"),
    CellState.OTHER_ARGUMENTS: translatable("with other arguments"),
    CellState.ERROR: translatable("answered by an error"),
    None: translatable("did not"),
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
            parts.append(f"{tr(_WORDS[state])}: {', '.join(_outcome_words(counts))}")
            (did if state is CellState.SAME else not_done).update(counts)
    passing, failing = did[True] + not_done[True], did[False] + not_done[False]
    if split.picture.more_rows:
        shown = len(split.picture.rows)
        parts.append(trn("of the {n} run shown", "of the {n} runs shown", shown))
    elif passing and failing:
        known = passing + failing
        few = trn("{n} run: nothing is significant", "{n} runs: nothing is significant", known)
        parts.append(p_words(fisher_p(did[True], did[False], passing, failing)))
        parts.append(few if known < FEW_RUNS else tr("not corrected"))
    return "; ".join(parts)


def _outcome_words(counts: Counter[bool | None]) -> list[str]:
    words = [trn("{n} passed", "{n} passed", counts[True])] if counts[True] else []
    words += [trn("{n} failed", "{n} failed", counts[False])] if counts[False] else []
    return words + ([trn("{n} without an outcome", "{n} without an outcome", counts[None])] if counts[None] else [])
