"""The reasons in the changes of the runs: actions that are missing, have another argument, or another order."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.divergence.rules.rules import Action, Rules
from replay_gui.core.effects.call_values import differing_leaves, input_leaves, is_rare_value, subjects
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.log.canonical import encode_decoded
from replay_gui.core.log.kinds import Kind
from replay_gui.core.reasons.evidence.matching import MatchedCalls
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.evidence.value_chain import find_places
from replay_gui.core.reasons.findings.explanations import MADE_UP, explain_changed, explain_extra, explain_missing
from replay_gui.core.reasons.findings.reason_list import ReasonList, place
from replay_gui.core.reasons.phrases import (
    answer_words,
    argument_words,
    call_words,
    did_words,
    event_words,
    tool_did_words,
    tool_words,
    value_words,
)
from replay_gui.core.reasons.reason import ReasonKind, Tier
from replay_gui.core.state.state import ABSENT

_MAX_EXPLAINED = 40  # actions of one kind that are traced and listed
_INPUT = "/input"
_IGNORING = (Action.IGNORE, Action.NONDETERMINISTIC)


def add_action_reasons(reasons: ReasonList, matched: MatchedCalls, rules: Rules, tier: Tier = Tier.ACTION) -> None:
    """Add the reasons in matched calls; `tier`: that of an action whose effect is known."""
    reference, other = reasons.reference, reasons.other
    calls = [(run, call) for pair in matched.changed for run, call in zip((reference, other), pair, strict=True)]
    calls = [*calls[: 2 * _MAX_EXPLAINED], *((reference, call) for call in matched.missing[:_MAX_EXPLAINED])]
    find_places((reference, other), [*calls, *((other, call) for call in matched.extra[:_MAX_EXPLAINED])])
    for pair in matched.changed[:_MAX_EXPLAINED]:
        _add_changed(reasons, pair, rules, tier)
    for call in matched.missing[:_MAX_EXPLAINED]:
        _add_missing(reasons, call, tier)
    for call in matched.extra[:_MAX_EXPLAINED]:
        _add_extra(reasons, call, tier)
    for first, second in matched.same_effect[:_MAX_EXPLAINED]:
        reasons.add(
            ReasonKind.WORDING,
            Tier.OTHER,
            f"{tool_words(second)} was asked in other words, and answered the same"
            f" ({event_words(second.request)} against {event_words(first.request)}).",
            order=_order(second, reasons.other),
            of_reference=first,
            of_other=second,
        )


def add_order_reason(reasons: ReasonList, equal: Sequence[tuple[ToolCall, ToolCall]]) -> None:
    """Add two changes that were made in another order; changes of the same object are more important."""
    turned = _turned_round(equal)
    if turned is None:
        return
    first, then = turned
    about_one = bool(subjects(first[0]) & subjects(then[0]))
    name, reference = reasons.other.name, reasons.reference.name
    reasons.add(
        ReasonKind.ORDER,
        Tier.RESULT if about_one else Tier.UNSURE,
        f"{name} {did_words(then[1])} ({event_words(then[1].request)}) before it"
        f" {did_words(first[1])} ({event_words(first[1].request)}); {reference} did it the other way round"
        f" ({event_words(first[0].request)}, then {event_words(then[0].request)}).",
        order=0.3,
        chip="order",
        of_reference=then[0],
        of_other=then[1],
    )


def _turned_round(
    equal: Sequence[tuple[ToolCall, ToolCall]],
) -> tuple[tuple[ToolCall, ToolCall], tuple[ToolCall, ToolCall]] | None:
    """Return two pairs that are in another order in the other run; preferably two about the same object."""
    latest: tuple[ToolCall, ToolCall] | None = None
    turned = None
    for pair in sorted(equal, key=lambda pair: pair[0].request):
        if latest is not None and pair[1].request < latest[1].request and pair[0].key != latest[0].key:
            if subjects(latest[0]) & subjects(pair[0]):
                return latest, pair
            turned = turned or (latest, pair)
        if latest is None or pair[1].request > latest[1].request:
            latest = pair
    return turned


def _add_changed(reasons: ReasonList, pair: tuple[ToolCall, ToolCall], rules: Rules, tier: Tier) -> None:
    first, second = pair
    differences = [
        entry for entry in differing_leaves(first.input, second.input) if not _is_ignored(rules, first.tool, *entry)
    ]
    if not differences:
        return
    on_both = [entry for entry in differences if ABSENT not in entry[1:]] or differences
    path, value, other_value = min(on_both, key=lambda entry: not (is_rare_value(entry[1]) and is_rare_value(entry[2])))
    told = explain_changed(reasons.reference, reasons.other, pair, (value, other_value))
    more = f"and {len(differences) - 1:,} more; " if len(differences) > 1 else ""
    name, reference = reasons.other.name, reasons.reference.name
    sentence = (
        f"{name} {tool_did_words(second)} with {argument_words(path)} {value_words(other_value)};"
        f" {reference} with {value_words(value)}"
        f" ({more}{event_words(second.request)} against {event_words(first.request)})."
    )
    reasons.add(
        ReasonKind.ARGUMENT,
        tier,
        sentence,
        order=_order(second, reasons.other),
        details=told.sentences,
        chip=told.chip,
        of_reference=first,
        of_other=second,
        path=path,
        origins=told.origins,
    )
    if told.chip == MADE_UP:
        reasons.add(
            ReasonKind.MADE_UP,
            Tier.RESULT,
            told.sentences[0],
            order=0.9,
            chip=told.chip,
            of_reference=first,
            of_other=second,
            path=path,
        )


def _add_missing(reasons: ReasonList, call: ToolCall, tier: Tier) -> None:
    done_by, other = reasons.reference, reasons.other
    told = explain_missing(done_by, other, call)
    did = did_words(call)
    if told.failed_try is not None:
        failed = told.failed_try
        reasons.add(
            ReasonKind.ERROR,
            tier,
            f"{other.name} never {did}: it tried ({event_words(failed.request)}) and was answered"
            f" {answer_words(failed.answer)}; {done_by.name} did ({event_words(call.request)}).",
            order=_order(call, done_by),
            details=told.sentences,
            chip=told.chip,
            of_reference=call,
            of_other=failed,
            origins=told.origins,
        )
        return
    again = " once more" if _made_equal_call(other, call) else ""
    verb = "did not" if again else "never"
    words = f"do {call_words(call)} once more" if again else did
    reasons.add(
        ReasonKind.MISSING,
        tier,
        f"{other.name} {verb} {words}; {done_by.name} did ({event_words(call.request)}).",
        order=_order(call, done_by),
        details=told.sentences,
        chip=told.chip,
        of_reference=call,
        at_other=told.index,
        origins=told.origins,
    )


def _add_extra(reasons: ReasonList, call: ToolCall, tier: Tier) -> None:
    done_by, other = reasons.other, reasons.reference
    told = explain_extra(done_by, other, call)
    again = " once more" if _made_equal_call(other, call) else ""
    failed = next((try_ for try_ in other.calls if try_.key == call.key and try_.ok is False), None)
    instead = "did not"
    if failed is not None:
        instead = f"tried ({event_words(failed.request)}) and was answered {answer_words(failed.answer)}"
    reasons.add(
        ReasonKind.EXTRA if failed is None else ReasonKind.ERROR,
        tier,
        f"{done_by.name} {did_words(call)}{again} ({event_words(call.request)}); {other.name} {instead}.",
        order=_order(call, done_by),
        details=told.sentences,
        chip=told.chip,
        of_reference=failed,
        of_other=call,
        origins=told.origins,
    )


def _made_equal_call(run: RunAccount, call: ToolCall) -> bool:
    """Whether a run made an equal call without an error answer."""
    return any(other.key == call.key and other.took_effect for other in run.calls)


def _order(call: ToolCall, run: RunAccount) -> float:
    """Return the sort value of a call within its tier: by time, but last if it names no object, such as a thought."""
    names = any(is_rare_value(value) and " " not in str(value) for _, value in input_leaves(call.input))
    return place(call, run) + (0.0 if names else 1.0)


def key_under_rules(rules: Rules) -> Callable[[ToolCall], Hashable]:
    """Return the key that makes calls equal: the tool and the arguments that no rule ignores."""
    about_paths = [rule for rule in rules if rule.enabled and rule.path is not None and rule.action in _IGNORING]

    def key(call: ToolCall) -> Hashable:
        ignoring = [
            rule for rule in about_paths if rule.pattern is None and rule.applies_to(Kind.TOOL_REQUEST.value, call.tool)
        ]
        if not ignoring:
            return call.key
        leaves = input_leaves(call.input)
        kept = [leaf for leaf in leaves if not any(rule.covers_path(f"{_INPUT}{leaf[0]}") for rule in ignoring)]
        return call.key if len(kept) == len(leaves) else (call.tool, encode_decoded(kept))

    return key


def _is_ignored(rules: Rules, tool: str, path: str, a: Any, b: Any) -> bool:
    """Whether a rule ignores the difference of an argument."""
    of_requests = rules.for_events(Kind.TOOL_REQUEST.value, tool)
    return len(of_requests) > 0 and of_requests.action_for(Difference(f"{_INPUT}{path}", a, b)) is not None
