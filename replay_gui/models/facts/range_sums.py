"""Sums over the events of a range: calls, failures, time, tokens and cost, by tool and by model."""

from __future__ import annotations

from dataclasses import dataclass, replace

from replay_gui.core.facts.run_measures import duration_between, failure_words, times_of_index
from replay_gui.core.facts.spending import Spending
from replay_gui.core.index.run_index import RunIndex
from replay_gui.core.log.positions import Position, index_after, index_before
from replay_gui.core.text.wording import cost_text, duration_text
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import decimal_number, whole_number
from replay_gui.models.run.run_numbers import RunNumbers, part_of_index, run_numbers
from replay_gui.models.timeline.spending_plot import ModelSpending, SpendingPlot


@dataclass(frozen=True, slots=True)
class RangeSums:
    """The sums of the events from one position to another, both included. `models`: empty while it is not known."""

    first: Position
    last: Position
    numbers: RunNumbers
    models: tuple[ModelSpending, ...]

    @classmethod
    def of(cls, index: RunIndex, spending: Spending | None, first: Position, last: Position) -> RangeSums:
        """Compute the sums; takes about 10 ns per event of the range."""
        models = () if spending is None else tuple(SpendingPlot.of(spending).by_model(first, last))
        part = part_of_index(index, index_before(first), index_after(last))
        between = duration_between(*times_of_index(part))  # not what an End event states of the whole run
        return cls(first, last, replace(run_numbers(part), duration=between), models)

    @property
    def tool_time(self) -> int:
        """The time in calls that begin in the range, in ns; parallel calls count individually."""
        return sum(tool.time or 0 for tool in self.numbers.tools)

    def pairs(self) -> list[tuple[str, str]]:
        """Return (name, words) of the sums of all tools and models together."""
        numbers, models = self.numbers, self.models
        tokens = sum(use.uncached + use.cached for use in models), sum(use.output for use in models)
        cached = sum(use.cached for use in models)
        into = decimal_number(tokens[0], 0)
        if cached:
            into = tr("{count} ({cached} cached)", count=into, cached=decimal_number(cached, 0))
        costs = [use.cost for use in models if use.cost is not None]
        words = [
            (tr("events"), whole_number(numbers.events)),
            (tr("duration"), "" if numbers.duration is None else duration_text(numbers.duration)),
            (tr("time in calls"), duration_text(self.tool_time) if self.tool_time else ""),
            (tr("calls"), whole_number(numbers.calls) if numbers.calls else ""),
            (tr("failures"), failure_words(numbers.failed, numbers.denied, numbers.errors) or tr("none")),
            (tr("tokens in"), into if any(tokens) else ""),
            (tr("tokens out"), decimal_number(tokens[1], 0) if any(tokens) else ""),
            (tr("cost"), cost_text(sum(costs)) if costs else ""),
        ]
        return [(name, value) for name, value in words if value]
