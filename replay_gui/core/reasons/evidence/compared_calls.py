"""The calls of two runs that are compared, with their effects.

Of runs with many calls, only those without a counterpart of equal content in the other run are read: two runs of a
million events with few differences are compared quickly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.effects.call_reader import make_call
from replay_gui.core.effects.classifier import EffectClassifier
from replay_gui.core.effects.declarations import declared_effects
from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.observed import observe_effects
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.index.run_index import NO_PAIR
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number

MAX_CALLS = 4_000  # calls of a run that are all read
_ODD = np.uint64(0x9E3779B97F4A7C15)  # combines two hashes, depending on their order
_MAX_SETUPS = 20  # AgentInit events whose declarations are read


@dataclass(frozen=True, slots=True)
class ComparedCalls:
    """The calls of both runs, in order; `whole`: whether all calls are among them."""

    a: tuple[ToolCall, ...]
    b: tuple[ToolCall, ...]
    whole: bool
    limits: tuple[str, ...] = ()


def compared_calls(
    a: ComparedSide,
    b: ComparedSide,
    corrected: Mapping[str, Effect],
    observed: Mapping[str, EffectFinding] | None = None,
) -> ComparedCalls:
    """Return the calls of two runs.

    Args:
        corrected: effects of tools from rules.
        observed: effects of tools that further runs show; those that these two runs show are added.
    """
    requests_a, requests_b = _requests(a), _requests(b)
    limits: tuple[str, ...] = ()
    whole = max(len(requests_a), len(requests_b)) <= MAX_CALLS
    if not whole:
        all_a, all_b = len(requests_a), len(requests_b)
        requests_a, requests_b = _without_equal(a, requests_a, b, requests_b)
        left = len(requests_a) + len(requests_b)
        equal_a, equal_b = all_a - len(requests_a), all_b - len(requests_b)
        requests_a, requests_b = requests_a[:MAX_CALLS], requests_b[:MAX_CALLS]
        limits = (
            tr(
                "{calls_a} calls of A and {calls_b} of B, which are equal, are not listed.",
                calls_a=whole_number(equal_a),
                calls_b=whole_number(equal_b),
            ),
        )
        if left > len(requests_a) + len(requests_b):
            limits += (
                tr(
                    "Of the calls that differ, only the first {number} of each run were looked at.",
                    number=whole_number(MAX_CALLS),
                ),
            )
    declared = {**_declared(b), **_declared(a)}
    classifier = EffectClassifier(corrected, declared, observed)
    calls_a, calls_b = _calls(a, requests_a, classifier), _calls(b, requests_b, classifier)
    if any(call.effect is Effect.UNKNOWN for call in (*calls_a, *calls_b)):
        findings = {**observe_effects((calls_a, calls_b)), **(observed or {})}
        if findings:
            classifier = EffectClassifier(corrected, declared, findings)
            calls_a, calls_b = _calls(a, requests_a, classifier), _calls(b, requests_b, classifier)
    return ComparedCalls(calls_a, calls_b, whole, limits)


def _requests(side: ComparedSide) -> NDArray[np.intp]:
    index = side.index
    return np.flatnonzero(index.kind == index.kinds.index(Kind.TOOL_REQUEST.value))


def _without_equal(
    a: ComparedSide, requests_a: NDArray[np.intp], b: ComparedSide, requests_b: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the requests without those that have, with their response, a counterpart of equal content."""
    keys_a, keys_b = _content_keys(a, requests_a), _content_keys(b, requests_b)
    _, number = np.unique(np.concatenate((keys_a, keys_b)), return_inverse=True)
    of_a, of_b = number[: len(keys_a)], number[len(keys_a) :]
    size = int(number.max(initial=0)) + 1
    common = np.minimum(np.bincount(of_a, minlength=size), np.bincount(of_b, minlength=size))
    return requests_a[_rank(of_a) >= common[of_a]], requests_b[_rank(of_b) >= common[of_b]]


def _rank(numbers: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return, for each number, the number of equal numbers before it."""
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    lengths = np.diff(np.append(starts, len(ordered)))
    rank = np.empty(len(numbers), np.intp)
    rank[order] = np.arange(len(ordered)) - np.repeat(starts, lengths)
    return rank


def _content_keys(side: ComparedSide, requests: NDArray[np.intp]) -> NDArray[np.uint64]:
    """Return 64 bits for each request, from its content hash and its response's."""
    responses = side.index.pair[requests]
    keys = side.ids[requests] * _ODD
    answered = responses != NO_PAIR
    keys[answered] ^= side.ids[responses[answered]]
    return keys


def _calls(side: ComparedSide, requests: NDArray[np.intp], classifier: EffectClassifier) -> tuple[ToolCall, ...]:
    pair = side.index.pair
    return tuple(
        make_call(
            classifier, side.event(index), side.event(EventIndex(int(pair[index]))) if pair[index] != NO_PAIR else None
        )
        for index in map(EventIndex, requests.tolist())
    )


def _declared(side: ComparedSide) -> dict[str, EffectFinding]:
    index = side.index
    setups = np.flatnonzero(index.kind == index.kinds.index(Kind.AGENT_INIT.value))[:_MAX_SETUPS]
    return declared_effects(side.event(at).payload.get("config") for at in setups.tolist())
