"""The features of one run: its actions, end, reads and set-up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, assert_never

from replay_gui.core.contrast.features.feature import MAX_VALUE_LENGTH, NO_INDEX, Feature, FeatureKind, HeldFeature
from replay_gui.core.contrast.kept_call import KeptCall
from replay_gui.core.contrast.run_reading import RunReading
from replay_gui.core.effects.call_values import input_leaves
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.facts.run_identity import TRIAL_NAMES
from replay_gui.core.log.chain import digest
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.check_watch import watch_checks
from replay_gui.core.reasons.evidence.code_names import code_names
from replay_gui.core.reasons.evidence.file_edits import (
    FileChanges,
    changes_of_calls,
    changes_of_patch,
    is_patch,
)
from replay_gui.core.reasons.evidence.run_failures import find_loops, unrecovered_errors
from replay_gui.core.state.json_form import json_form, one_line_json
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import english_reason

_MAX_LEAVES = 60  # arguments of one input
_MAX_ORDERED_TOOLS = 30  # tools whose pairs are features
_MAX_RETRY_CALLS = 2_000  # calls of a run that are searched for errors and repeats
_MAX_SETTING_CHARACTERS = 200  # of a member of the set-up; longer ones are prompts
_MAX_ERROR_CHARACTERS = 60
_NAME_LENGTH = 32  # hexadecimal characters, as in the key of a call
_MAX_FILES, _MAX_NAMES = 50, 400  # files of a patch; names in one file
_DEFINITION = re.compile(r"^\s*(?:async )?(?:def|class|func|function|fn)\s+(\w+)")
_ORDERED = (Effect.CHANGES, Effect.CHECKS, Effect.SUBMITS, Effect.HANDS_OVER)


def lasting_features(reading: RunReading, masked: Mapping[EventIndex, str]) -> tuple[HeldFeature, ...]:
    """Return the features of a run that do not depend on the effects of its calls, each once, sorted by name.

    `masked`: the masked answers of the calls, by request.
    """
    return _each_once(_lasting_features(reading, masked))


def features_by_effects(
    calls: Sequence[KeptCall], lasting: Iterable[HeldFeature], patch_index: EventIndex | None, *, has_patch: bool
) -> tuple[HeldFeature, ...]:
    """Return all features of a run, each once, sorted by name.

    `lasting`: see lasting_features. `patch_index`: see RunReading. `has_patch`: whether it submitted a patch.
    """
    files = {} if has_patch else changes_of_calls(calls)
    found = (
        lasting,
        _changes([call for call in calls if call.changed]),
        _handed_in(files, patch_index),
        _other_calls(calls),
        _failures(calls[:_MAX_RETRY_CALLS]),
        _checks(calls),
        _orders(calls),
    )
    return _each_once(chain.from_iterable(found))


def _each_once(found: Iterable[HeldFeature]) -> tuple[HeldFeature, ...]:
    first_held: dict[Feature, HeldFeature] = {}
    for held in found:
        known = first_held.get(held.feature)
        first_held[held.feature] = (
            held if known is None else HeldFeature(held.feature, known.index, known.calls + held.calls)
        )
    return tuple(first_held[feature] for feature in sorted(first_held))


def _lasting_features(reading: RunReading, masked: Mapping[EventIndex, str]) -> Iterator[HeldFeature]:
    if reading.patch:
        yield from _handed_in(changes_of_patch(reading.patch), reading.patch_index)
    yield from _ending(reading)
    for call in reading.calls:
        if call.ok is False:
            words = one_line(masked[call.request], _MAX_ERROR_CHARACTERS)
            yield HeldFeature(Feature(kind=FeatureKind.FAILED, tool=call.tool, value=words), call.request)
    for figure, index in reading.figures.items():
        yield HeldFeature(Feature(kind=FeatureKind.TOLD, value=figure), index)
    for path, value in input_leaves({name: of for name, of in reading.config.items() if name not in TRIAL_NAMES}):
        if not isinstance(value, str) or len(value) < _MAX_SETTING_CHARACTERS:
            yield HeldFeature(Feature(kind=FeatureKind.SET_UP, path=path, value=value_json(value)))


def _changes(changes: Sequence[KeptCall]) -> Iterator[HeldFeature]:
    times: Counter[bytes] = Counter()
    labels: dict[bytes, str] = {}
    for call in changes:
        times[call.key] += 1
        labels[call.key] = f"{call.tool}({call.label})"
        yield HeldFeature(_of_call(FeatureKind.DID, call, times[call.key]), call.request)
        yield HeldFeature(Feature(kind=FeatureKind.CHANGED, tool=call.tool), call.request)
        leaves = input_leaves(call.input)[:_MAX_LEAVES]
        if len(leaves) < 2:  # the call itself is the same feature
            continue
        for path, value in {(general_path(path), value_json(value)): None for path, value in leaves}:
            feature = Feature(kind=FeatureKind.CHANGED_WITH, tool=call.tool, path=path, value=value)
            yield HeldFeature(feature, call.request)
    if changes:  # without any change, CHANGED_ANY is missing
        yield HeldFeature(Feature(kind=FeatureKind.CHANGED_ANY), changes[0].request)
        each = (f"{labels[key]} × {number}" if number > 1 else labels[key] for key, number in times.items())
        words = "; ".join(sorted(each))  # equal changes in another order are the same feature
        parts = sorted(key + number.to_bytes(4, "big") for key, number in times.items())
        name = digest(b"".join(parts)).hex()[:_NAME_LENGTH]
        yield HeldFeature(Feature(kind=FeatureKind.NET, value=one_line(words, MAX_VALUE_LENGTH), request=name))


def _handed_in(files: FileChanges, patch_index: EventIndex | None) -> Iterator[HeldFeature]:
    """Yield the files of a patch, or those that calls edited; the names in its new lines, and the removed ones."""
    index = NO_INDEX if patch_index is None else patch_index
    for path in sorted(files)[:_MAX_FILES]:
        change = files[path]
        yield HeldFeature(Feature(kind=FeatureKind.PATCHED, path=path), index)
        before = code_names(change.removed)
        for name in sorted(code_names(change.added).keys() - before.keys())[:_MAX_NAMES]:
            yield HeldFeature(Feature(kind=FeatureKind.WROTE_NAME, path=path, value=name), index)
        for name in sorted(_defined(change.removed) - _defined(change.added))[:_MAX_NAMES]:
            yield HeldFeature(Feature(kind=FeatureKind.REMOVED, path=path, value=name), index)


def _defined(lines: Iterable[str]) -> set[str]:
    return {match[1] for line in lines if (match := _DEFINITION.match(line)) is not None}


def _ending(reading: RunReading) -> Iterator[HeldFeature]:
    end = reading.summary.result.end
    if end is not None:
        words = f"{end.how} ({english_reason(end.why)})" if end.why else end.how
        yield HeldFeature(Feature(kind=FeatureKind.END, value=one_line(words, MAX_VALUE_LENGTH)))
    if reading.answer is not None and not is_patch(reading.answer):
        text = one_line(value_json(reading.answer), MAX_VALUE_LENGTH)
        yield HeldFeature(Feature(kind=FeatureKind.ANSWERED, value=text))


def _other_calls(calls: Sequence[KeptCall]) -> Iterator[HeldFeature]:
    """Yield what was read, submitted, handed over or noted, and calls whose effect is unknown."""
    for call in calls:
        tool = call.tool
        match call.effect:
            case Effect.SUBMITS:
                yield HeldFeature(_of_call(FeatureKind.SUBMITTED, call), call.request)
            case Effect.HANDS_OVER:
                yield HeldFeature(Feature(kind=FeatureKind.HANDED_OVER, tool=tool), call.request)
            case Effect.READS:
                yield HeldFeature(_of_call(FeatureKind.READ, call), call.request)
                yield HeldFeature(Feature(kind=FeatureKind.READ_TOOL, tool=tool), call.request)
            case Effect.UNKNOWN:
                yield HeldFeature(_of_call(FeatureKind.CALLED, call), call.request)
                yield HeldFeature(Feature(kind=FeatureKind.CALLED_TOOL, tool=tool), call.request)
            case Effect.NOTES:
                yield HeldFeature(Feature(kind=FeatureKind.NOTED, tool=tool), call.request)
            case Effect.CHECKS | Effect.CHANGES | Effect.ASKS:
                pass
            case _:
                assert_never(call.effect)


def _failures(calls: Sequence[ToolCall]) -> Iterator[HeldFeature]:
    """Yield errors without a later success, and loops."""
    for call in unrecovered_errors(calls):
        yield HeldFeature(Feature(kind=FeatureKind.UNRECOVERED, tool=call.tool), call.request)
    for loop in find_loops(calls):
        yield HeldFeature(Feature(kind=FeatureKind.LOOP, tool=loop.first.tool), loop.first.request)


def _checks(calls: Sequence[ToolCall]) -> Iterator[HeldFeature]:
    first, watch = next((call for call in calls if call.checks), None), watch_checks(calls)
    if first is None or watch.last_check is None:
        return
    yield HeldFeature(Feature(kind=FeatureKind.CHECKED), first.request)
    if watch.has_check_after:
        yield HeldFeature(Feature(kind=FeatureKind.CHECKED_LAST), watch.last_check.request)
    if watch.last_check.ok:
        yield HeldFeature(Feature(kind=FeatureKind.CHECK_PASSED), watch.last_check.request)


def _orders(calls: Sequence[ToolCall]) -> Iterator[HeldFeature]:
    """Yield the order of tools, for tools that change, check, submit or hand over."""
    first: dict[str, EventIndex] = {}
    last: dict[str, EventIndex] = {}
    for call in calls:
        if call.effect in _ORDERED:
            first.setdefault(call.tool, call.request)
            last[call.tool] = call.request
    tools = list(first)[:_MAX_ORDERED_TOOLS]
    for before in tools:
        for after in tools:
            if before != after and first[before] < last[after]:
                yield HeldFeature(Feature(kind=FeatureKind.BEFORE, tool=before, value=after), first[before])


def _of_call(kind: FeatureKind, call: KeptCall, number: int = 0) -> Feature:
    return Feature(kind=kind, tool=call.tool, value=call.label, number=number, request=call.key.hex())


def value_json(value: Any) -> str:
    """Return a value as JSON on one line, cut to MAX_VALUE_LENGTH characters."""
    text = one_line_json(json_form(value))
    return text if len(text) <= MAX_VALUE_LENGTH else text[: MAX_VALUE_LENGTH - 1] + "…"


def general_path(path: str) -> str:
    """Return a JSON Pointer with ``*`` for the numbers of list items."""
    return "/".join("*" if token.isdigit() else token for token in path.split("/"))
