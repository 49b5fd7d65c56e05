"""The extremes of a run: the slowest calls, the most expensive answers, the longest pause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.run_index import NO_DURATION, NO_TIME, NO_TOOL, RunIndex
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import EventIndex, Position, position_after
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text, duration_text
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number
from replay_gui.models.facts.fact_table import FactCell, FactCells
from replay_gui.models.facts.use_cells import UNNAMED_MODEL, number_cell
from replay_gui.models.timeline.spending_plot import SpendingPlot

_MAX_ROWS = 8
_MAX_NAME_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class RunWaits:
    """Attributes: in_calls: ns in which at least one call of known duration was under way.
    pause: ns of the longest time without any event, 0 if no times are known; pause_end: the position at its end.
    """

    in_calls: int
    pause: int
    pause_end: Position


def run_waits(index: RunIndex) -> RunWaits:
    """Measure the waits of a run; takes about 10 ns per event."""
    calls = (index.kind == index.kinds.index(Kind.TOOL_REQUEST)) & (index.duration != NO_DURATION)
    calls &= index.time != NO_TIME
    starts = np.maximum.accumulate(index.time[calls])  # if the clock goes back, no time counts twice
    ends = np.maximum.accumulate(starts + index.duration[calls])
    begins = np.maximum(starts, np.append(starts[:1], ends[:-1]))
    known = np.flatnonzero((index.time != NO_TIME) & ~index.bookkeeping[index.kind])  # the run waits for these calls
    apart = np.diff(index.time[known])
    longest = int(apart.argmax()) if len(apart) else -1
    pause = max(int(apart[longest]), 0) if len(apart) else 0
    end = position_after(EventIndex(int(known[longest + 1]))) if pause else Position(0)
    return RunWaits(int(np.maximum(ends - begins, 0).sum()), pause, end)


def call_headings() -> tuple[str, ...]:
    """Return the headings over `slowest_calls`."""
    return tr("Call"), tr("Event"), tr("Took")


def answer_headings() -> tuple[str, ...]:
    """Return the headings over `most_expensive_answers`."""
    return tr("Answer of"), tr("Event"), tr("Tokens"), tr("Cost")


def slowest_calls(index: RunIndex) -> list[FactCells]:
    """Return rows of the longest calls, of those whose duration is known."""
    is_call = index.kind == index.kinds.index(Kind.TOOL_REQUEST)
    calls = np.flatnonzero(is_call & (index.duration > 0))
    rows = list[FactCells]()
    for at in _largest(calls, index.duration[calls]):
        tool, took = int(index.tool[at]), int(index.duration[at])
        name = "" if tool == NO_TOOL else one_line(index.tools[tool], _MAX_NAME_CHARACTERS)
        rows.append(
            (
                FactCell(name, name.lower()),
                _event(position_after(EventIndex(at))),
                FactCell(duration_text(took), float(took)),
            )
        )
    return rows


def most_expensive_answers(plot: SpendingPlot) -> list[FactCells]:
    """Return rows of the answers that cost most; if no cost is known, of those that used most tokens."""
    tokens = np.diff(plot.sums, axis=1).sum(axis=0)
    dollars = np.diff(plot.spent)
    by_cost = len(plot.paid) > 0
    positions, owners = (plot.paid, plot.paid_model) if by_cost else (plot.positions, plot.model)
    rows = list[FactCells]()
    for at in _largest(np.arange(len(positions)), dollars if by_cost else tokens):
        position = int(positions[at])
        name = "" if owners is None else plot.models[int(owners[at])]
        among = int(np.searchsorted(plot.positions, position))
        used = float(tokens[among]) if among < len(plot.positions) and plot.positions[among] == position else 0.0
        spent = float(dollars[at]) if by_cost else 0.0
        rows.append(
            (
                FactCell(one_line(name, _MAX_NAME_CHARACTERS) or tr(UNNAMED_MODEL), name.lower()),
                _event(Position(position)),
                number_cell(used),
                FactCell(cost_text(spent) if by_cost else "", spent),
            )
        )
    return rows


def _event(position: Position) -> FactCell:
    return FactCell(whole_number(position), float(position), aim=position)


def _largest(places: NDArray[np.int64], values: NDArray[np.number[Any]]) -> list[int]:
    """Return the places of the _MAX_ROWS largest values, the largest first."""
    if len(places) > _MAX_ROWS:
        kept = np.argpartition(values, -_MAX_ROWS)[-_MAX_ROWS:]
        places, values = places[kept], values[kept]
    ordered: list[int] = places[np.argsort(-values, kind="stable")].tolist()
    return ordered
