"""The rows of the tables of facts: the usage of each tool, each model and each kind of event."""

from __future__ import annotations

from collections.abc import Sequence

from replay_gui.core.facts.run_totals import ModelUse
from replay_gui.core.log.kinds import Kind
from replay_gui.core.text.event_label import kind_label, label_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text, duration_text
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import decimal_number, whole_number
from replay_gui.models.facts.fact_table import CellRole, FactCell, FactCells
from replay_gui.models.run.event_filter import EventFilter
from replay_gui.models.run.run_numbers import RunNumbers
from replay_gui.models.timeline.spending_plot import ModelSpending

NO_COUNT = "–"  # shown instead of 0
_SORTS = {
    "input": translatable("Input"),
    "cached": translatable("Cached"),
    "cache_read": translatable("Cache read"),
    "cache_write": translatable("Cache write"),
    "output": translatable("Output"),
    "reasoning": translatable("Reasoning"),
}
UNNAMED_MODEL = translatable("model not named")
_MAX_NAME_CHARACTERS = 80
_MAX_SORTS, _MAX_SORT_CHARACTERS = 4, 20  # of tokens
_OF_TOOLS = (Kind.TOOL_REQUEST, Kind.TOOL_RESPONSE, Kind.CAPABILITY_DENIED)  # a filter by kind leaves these out


def tool_headings() -> tuple[str, ...]:
    """Return the headings over `tool_rows`."""
    return tr("Tool"), tr("Calls"), tr("Failed"), tr("Denied"), tr("Time")


def tool_rows(numbers: RunNumbers) -> list[FactCells]:
    """Return one row per tool; its name leads to its events, its failures and denials to those alone."""
    rows = list[FactCells]()
    for tool in numbers.tools:
        own, failures = (
            EventFilter(tools=frozenset({tool.name})),
            EventFilter(tools=frozenset({tool.name}), failed=True),
        )
        if tool.calls or tool.failed or tool.denied:
            rows.append(
                (
                    _name(one_line(tool.name, _MAX_NAME_CHARACTERS), own),
                    number_cell(tool.calls),
                    _trouble(tool.failed, failures),
                    _trouble(tool.denied, failures),
                    FactCell("" if tool.time is None else duration_text(tool.time), float(tool.time or 0)),
                )
            )
    return rows


def model_headings() -> tuple[str, ...]:
    """Return the headings over `model_rows`."""
    return tr("Model"), tr("Answers"), tr("In"), tr("Cached"), tr("Out"), tr("Cost")


def model_rows(models: Sequence[ModelSpending]) -> list[FactCells]:
    """Return a row a model."""
    return [
        (
            FactCell(one_line(use.model, _MAX_NAME_CHARACTERS) or tr(UNNAMED_MODEL), use.model.lower()),
            number_cell(use.answers),
            number_cell(use.uncached + use.cached),
            number_cell(use.cached),
            number_cell(use.output),
            FactCell("" if use.cost is None else cost_text(use.cost), use.cost or 0.0),
        )
        for use in models
    ]


def use_headings(uses: Sequence[ModelUse]) -> tuple[str, ...]:
    """Return the headings over `use_rows`: one column per sort of tokens."""
    return (tr("Model"), *map(_sort_heading, _sorts(uses)), tr("Cost"))


def _sort_heading(sort: str) -> str:
    """Return the name of a sort of tokens: a usual one in the user's language, another as in the log."""
    if sort in _SORTS:
        return tr(_SORTS[sort])
    name = one_line(sort.replace("_", " ") or tr("tokens"), _MAX_SORT_CHARACTERS)
    return name[0].upper() + name[1:]


def use_rows(uses: Sequence[ModelUse]) -> list[FactCells]:
    """Return a row a model."""
    return [
        (
            FactCell(one_line(use.model, _MAX_NAME_CHARACTERS) or tr(UNNAMED_MODEL), use.model.lower()),
            *(number_cell(use.tokens.get(sort, 0)) for sort in _sorts(uses)),
            FactCell("" if use.cost is None else cost_text(use.cost), use.cost or 0.0),
        )
        for use in uses
    ]


def _sorts(uses: Sequence[ModelUse]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sort for use in uses for sort in use.tokens))[:_MAX_SORTS]


def kind_headings() -> tuple[str, ...]:
    """Return the headings over `kind_rows`."""
    return tr("Kind"), tr("Events"), tr("Share")


def kind_rows(numbers: RunNumbers) -> list[FactCells]:
    """Return one row per kind of event; the name of a kind that is not about tools leads to its events."""
    return [
        (
            _name(_kind_name(kind), None if kind in _OF_TOOLS else EventFilter(kinds=frozenset({kind}))),
            number_cell(count),
            FactCell(
                tr("{percent}%", percent=decimal_number(100 * count / numbers.events, 1)), float(count), CellRole.QUIET
            ),
        )
        for kind, count in numbers.kinds
    ]


def _kind_name(kind: str) -> str:
    return one_line(label_text(kind_label(kind)), _MAX_NAME_CHARACTERS)


def number_cell(count: float) -> FactCell:
    """Return the cell of a whole number; a dash for 0."""
    return FactCell(
        decimal_number(count, 0) if count else NO_COUNT, float(count), CellRole.PLAIN if count else CellRole.QUIET
    )


def _name(text: str, aim: object) -> FactCell:
    return FactCell(text, text.lower(), aim=aim)


def _trouble(count: int, aim: EventFilter) -> FactCell:
    return FactCell(whole_number(count), float(count), CellRole.BAD, aim) if count else number_cell(0)
