"""The measures of a run; each is defined only here.

* A *call* is a ToolRequest. It *failed* if its ToolResponse has ``success: false``.
* *Denied* counts CapabilityDenied events, *errors* Error events, except for two sorts: one directly after a failed
  ToolResponse with its tool as component repeats the same failure; one of the type ``interrupted`` records that
  the user stopped the agent, which is counted as *interrupted*, and is not a failure.
* *Failures* are all three together: failed calls, denials and errors. Each has one mark in the Errors lane.
* *Tokens*: the input is all that was sent, including the part that was read from a cache; see RunTotals for sources
  that record the same tokens in several places.
* *Cost*: in dollars, the sum of RunTotals.
* *Duration*: from the earliest to the latest time of any event; with only one time, it is unknown. Some sources give
  few of their lines a time, and state the duration where the run ends: the longer of the two counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from replay_gui.core.facts.run_totals import ModelUse, total_use
from replay_gui.core.index.run_index import FLAG_FAILED, FLAG_INTERRUPTED, FLAG_REPEATED, RunIndex, parts_of_index
from replay_gui.core.log.kinds import END, INTERRUPTED, Kind, is_denial
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import whole_number

_REQUEST, _RESPONSE, _ERROR = Kind.TOOL_REQUEST.value, Kind.TOOL_RESPONSE.value, Kind.ERROR.value
_CACHED = ("cached", "cache_read")  # names of the part of the input that was read from a cache


@dataclass(slots=True)
class RunCounts:
    """The numbers of calls, failed calls, denials, errors and interruptions."""

    calls: int = 0
    failed: int = 0
    denied: int = 0
    errors: int = 0
    interrupted: int = 0

    @property
    def failures(self) -> int:
        """The number of all failures."""
        return self.failed + self.denied + self.errors

    def add_event(self, kind: str, payload: Mapping[str, Any], failed_tool: str | None = None) -> None:
        """Count one more event; `failed_tool`: the tool of the event before it, if that is a failed call."""
        if is_call(kind):
            self.calls += 1
        elif is_failed_call(kind, payload):
            self.failed += 1
        elif is_denial(kind):
            self.denied += 1
        elif kind == _ERROR:
            self.interrupted += payload.get("error_type") == INTERRUPTED
            self.errors += is_counted_error(payload, failed_tool)


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """Tokens by sort; None if unknown.

    `cached` is a part of `input`, and `reasoning` a part of `output`.
    """

    input: int | None = None
    cached: int | None = None
    output: int | None = None
    reasoning: int | None = None


def is_call(kind: str) -> bool:
    """Whether an event of this kind is a call of a tool."""
    return kind == _REQUEST


def is_failed_call(kind: str, payload: Mapping[str, Any]) -> bool:
    """Whether the event reports that a call failed."""
    return kind == _RESPONSE and payload.get("success") is False


def is_counted_error(payload: Mapping[str, Any], failed_tool: str | None) -> bool:
    """Whether an Error event counts as an error; `failed_tool`: as for RunCounts.add_event."""
    tells_again = failed_tool is not None and payload.get("component") == failed_tool
    return payload.get("error_type") != INTERRUPTED and not tells_again


def counts_of_index(index: RunIndex) -> RunCounts:
    """Return the counts of a run, or of its indexed part."""
    of_kind = np.zeros(len(index.kinds), np.int64)
    failed = interrupted = repeated = 0
    for part in parts_of_index(index):
        of_kind += np.bincount(index.kind[part], minlength=len(of_kind))
        flags = index.flags[part]
        failed += int(np.count_nonzero(flags & FLAG_FAILED))
        interrupted += int(np.count_nonzero(flags & FLAG_INTERRUPTED))
        repeated += int(np.count_nonzero(flags & FLAG_REPEATED))
    by_name = dict(zip(index.kinds, of_kind.tolist(), strict=True))
    denied = sum(number for kind, number in by_name.items() if is_denial(kind))
    errors = by_name.get(_ERROR, 0) - interrupted - repeated
    return RunCounts(by_name.get(_REQUEST, 0), failed, denied, errors, interrupted)


def times_of_index(index: RunIndex) -> tuple[int | None, int | None]:
    """Return the earliest and the latest time of any event, ns since 1970; None if no event has a time."""
    return index.span or (None, None)


def duration_of_index(index: RunIndex) -> int | None:
    """Return the duration of a run, or of its indexed part, in ns; None if it is unknown."""
    ends = np.flatnonzero(index.kind == index.kinds.index(END)) if END in index.kinds else ()
    stated = sum(max(0, int(index.duration[end])) for end in ends)
    return run_duration(*times_of_index(index), stated)


def run_duration(first_time: int | None, last_time: int | None, stated: int) -> int | None:
    """Return the duration in ns; None if it is unknown.

    Args:
        first_time, last_time: the earliest and the latest time of any event, ns, or None.
        stated: the sum of the durations that the End events state, ns; 0 if none does.
    """
    return max(duration_between(first_time, last_time) or 0, stated) or None


def duration_between(first_time: int | None, last_time: int | None) -> int | None:
    """Return the ns between two times; None if either is unknown, or they are the same."""
    return (
        last_time - first_time if first_time is not None and last_time is not None and last_time > first_time else None
    )


def token_counts(uses: tuple[ModelUse, ...]) -> TokenCounts:
    """Return the tokens of all models together."""
    sums = total_use(uses).tokens
    return TokenCounts(sums.get("input"), cached_tokens(sums), sums.get("output"), sums.get("reasoning"))


def failure_words(failed: int, denied: int, errors: int) -> str:
    """Return ``12 failed calls, 3 denials``, with the counts of RunCounts; "" if there are none."""
    parts = [trn("{n} failed call", "{n} failed calls", failed)] if failed else []
    parts += [trn("{n} denial", "{n} denials", denied)] if denied else []
    parts += [trn("{n} error", "{n} errors", errors)] if errors else []
    return ", ".join(parts)


def token_words(tokens: TokenCounts) -> str:
    """Return ``12,300 input (10,000 of them cached), 400 output (120 of them reasoning)``; "" if all are unknown."""
    parts, read, written = list[str](), _number(tokens.input), _number(tokens.output)
    if tokens.cached:
        parts.append(tr("{tokens} input ({part} of them cached)", tokens=read, part=_number(tokens.cached)))
    elif tokens.input is not None:
        parts.append(tr("{tokens} input", tokens=read))
    if tokens.reasoning:
        parts.append(tr("{tokens} output ({part} of them reasoning)", tokens=written, part=_number(tokens.reasoning)))
    elif tokens.output is not None:
        parts.append(tr("{tokens} output", tokens=written))
    return ", ".join(parts)


def _number(number: int | None) -> str:
    return "?" if number is None else whole_number(number)


def cached_tokens(tokens: Mapping[str, int]) -> int | None:
    """Return the number of tokens read from a cache, of tokens by sort; None if unknown."""
    counts = [tokens[name] for name in _CACHED if name in tokens]
    return sum(counts) if counts else None
