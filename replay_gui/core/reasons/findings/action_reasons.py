"""The reasons in the changes of the runs: actions that are missing, have another argument, or another order."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.divergence.rules.rules import IGNORING_ACTIONS, Rules
from replay_gui.core.effects.call_values import differing_leaves, input_leaves, is_name, is_rare_value, subjects
from replay_gui.core.effects.classifier import command_text
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.log.canonical import encode_decoded
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.matching import MatchedCalls
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.evidence.value_chain import MissingLinkKind, find_places
from replay_gui.core.reasons.findings.argument_explanations import explain_changed
from replay_gui.core.reasons.findings.explanation import MADE_UP
from replay_gui.core.reasons.findings.explanations import explain_extra, explain_missing
from replay_gui.core.reasons.findings.reason_list import ReasonList, relative_place
from replay_gui.core.reasons.phrases import (
    against_words,
    argument_words,
    call_words,
    differing_words,
    event_words,
    failure_words,
    past_action_words,
    past_tool_words,
    tool_words,
    value_words,
)
from replay_gui.core.reasons.reason import ReasonKind, Tier
from replay_gui.core.state.state import ABSENT
from replay_gui.core.translation.messages import tr, trn

_MAX_EXPLAINED_ACTIONS = 40  # actions of one kind that are traced and listed
_INPUT = "/input"


def add_action_reasons(
    reasons: ReasonList,
    matched: MatchedCalls,
    rules: Rules,
    tier: Tier = Tier.ACTION,
    max_actions: int = _MAX_EXPLAINED_ACTIONS,
) -> None:
    """Add the reasons in matched calls.

    `tier`: of an action whose effect is known. `max_actions`: that are listed of each kind, equal ones once.
    """
    reference, other = reasons.reference, reasons.other
    calls = [(run, call) for pair in matched.changed for run, call in zip((reference, other), pair, strict=True)]
    missing, extra = (_equal_calls(found)[:max_actions] for found in (matched.missing, matched.extra))
    calls = [*calls[: 2 * max_actions], *((reference, found[0]) for found in missing)]
    find_places((reference, other), [*calls, *((other, found[0]) for found in extra)])
    for pair in matched.changed[:max_actions]:
        _add_changed(reasons, pair, rules, tier)
    for equal in missing:
        if not _add_again(reasons, equal, reference, other, tier):
            exchanged = _exchanged(equal[0], matched)
            _add_missing(reasons, equal, tier, None if exchanged is None else exchanged[1])
    for equal in extra:
        if not _add_again(reasons, equal, other, reference, tier):
            exchanged = _exchanged(equal[0], matched)
            _add_extra(reasons, equal, tier, None if exchanged is None else exchanged[0])
    for first, second in matched.same_effect[:max_actions]:
        reasons.add(
            ReasonKind.WORDING,
            Tier.OTHER,
            tr(
                "{tool} was asked in other words, and answered the same ({events}).",
                tool=tool_words(second),
                events=against_words(second.request, first.request),
            ),
            order=_order(second, reasons.other),
            of_reference=first,
            of_other=second,
        )


def add_order_reason(reasons: ReasonList, equal: Sequence[tuple[ToolCall, ToolCall]]) -> None:
    """Add two changes that were made in another order; changes of the same object are more important."""
    turned = _reversed_pairs(equal)
    if turned is None:
        return
    first, then = turned
    about_one = bool(subjects(first[0]) & subjects(then[0]))
    reasons.add(
        ReasonKind.ORDER,
        Tier.RESULT if about_one else Tier.UNSURE,
        tr(
            "{run} {did} ({at}) before it {did_then} ({then_at}); {other} did it the other way round ({first}, then"
            " {second}).",
            run=reasons.other.name,
            did=past_action_words(then[1]),
            at=event_words(then[1].request),
            did_then=past_action_words(first[1]),
            then_at=event_words(first[1].request),
            other=reasons.reference.name,
            first=event_words(first[0].request),
            second=event_words(then[0].request),
        ),
        order=0.3,
        chip="order",
        of_reference=then[0],
        of_other=then[1],
    )


def _reversed_pairs(
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
    explanation = explain_changed(reasons.reference, reasons.other, pair, (value, other_value))
    events, more = against_words(second.request, first.request), len(differences) - 1
    if more:
        events = trn("and {n} more; {events}", "and {n} more; {events}", more, events=events)
    words, other_words = differing_words(value, other_value)
    sentence = tr(
        "{run} {did} with {argument} {value}; {other} with {other_value} ({events}).",
        run=reasons.other.name,
        did=past_tool_words(second),
        argument=argument_words(path),
        value=other_words,
        other=reasons.reference.name,
        other_value=words,
        events=events,
    )
    reasons.add(
        ReasonKind.ARGUMENT,
        tier,
        sentence,
        order=_order(second, reasons.other),
        details=explanation.sentences,
        chip=explanation.chip,
        of_reference=first,
        of_other=second,
        path=path,
        origins=explanation.origins,
    )
    if explanation.chip == MADE_UP:
        reasons.add(
            ReasonKind.MADE_UP,
            Tier.RESULT,
            explanation.sentences[0],
            order=0.9,
            chip=explanation.chip,
            of_reference=first,
            of_other=second,
            path=path,
        )


def _equal_calls(calls: Sequence[ToolCall]) -> list[list[ToolCall]]:
    """Return the calls grouped by equal content, in order."""
    found: dict[bytes, list[ToolCall]] = {}
    for call in calls:
        found.setdefault(call.key, []).append(call)
    return [*found.values()]


def _at_words(calls: Sequence[ToolCall]) -> str:
    """Return ``event 5``, or ``3 times, from event 5 on``."""
    at = event_words(calls[0].request)
    return trn("{event}", "{n} times, from {event} on", len(calls), event=at)


def _add_again(
    reasons: ReasonList, calls: Sequence[ToolCall], done_by: RunAccount, other: RunAccount, tier: Tier
) -> bool:
    """Add that a run made calls more often than the other; return whether the other made such calls."""
    before = [call for call in other.calls if call.key == calls[0].key and call.took_effect]
    if not before:
        return False
    by_other = done_by is reasons.other
    reasons.add(
        ReasonKind.EXTRA if by_other else ReasonKind.MISSING,
        tier,
        trn(
            "{run} {did} once more ({at}) than {other} ({other_at}).",
            "{run} {did} {n} more times (from {at} on) than {other} ({other_at}).",
            len(calls),
            run=done_by.name,
            did=past_action_words(calls[0]),
            at=event_words(calls[0].request),
            other=other.name,
            other_at=_at_words(before),
        ),
        order=_order(calls[0], done_by),
        of_reference=None if by_other else calls[0],
        of_other=calls[0] if by_other else None,
        at_reference=before[-1].request if by_other else None,
        at_other=None if by_other else before[-1].request,
    )
    return True


def _exchanged(call: ToolCall, matched: MatchedCalls) -> tuple[ToolCall, ToolCall] | None:
    """Return the only calls of a tool that are left of both runs, if they name nothing but two objects; else None."""
    missing, extra = ([left for left in calls if left.tool == call.tool] for calls in (matched.missing, matched.extra))
    if (len(missing), len(extra)) != (1, 1):
        return None
    first, second = (input_leaves(left.input) for left in (*missing, *extra))
    if not len(first) == len(second) == 1 or first[0][0] != second[0][0]:
        return None
    return (missing[0], extra[0]) if is_name(first[0][1]) and is_name(second[0][1]) else None


def _object_words(call: ToolCall) -> str:
    """Return ``O-7471 (event 5)``: the object of a call that names nothing else."""
    return f"{value_words(input_leaves(call.input)[0][1])} ({event_words(call.request)})"


def _add_missing(reasons: ReasonList, calls: Sequence[ToolCall], tier: Tier, instead: ToolCall | None = None) -> None:
    done_by, other, call = reasons.reference, reasons.other, calls[0]
    explanation = explain_missing(done_by, other, call)
    who = {"run": done_by.name, "other": other.name, "did": past_action_words(call), "at": _at_words(calls)}
    if explanation.failed_try is not None:
        failed = explanation.failed_try
        reasons.add(
            ReasonKind.ERROR,
            tier,
            tr(
                "{other} never {did}: it tried ({tried_at}) and was answered {answer}; {run} did ({at}).",
                tried_at=event_words(failed.request),
                answer=failure_words(failed),
                **who,
            ),
            order=_order(call, done_by),
            details=explanation.sentences,
            chip=explanation.chip,
            of_reference=call,
            of_other=failed,
            origins=explanation.origins,
        )
        return
    before = ""
    if explanation.chip == MissingLinkKind.AGENT.value and explanation.index is not None:
        before = _answered_before(reasons, call.request, explanation.index)
    reasons.add(
        ReasonKind.MISSING,
        tier,
        tr("{other} never {did}; {run} did ({at}).", **who)
        if instead is None
        else tr("{other} never {did}, but {instead}; {run} did ({at}).", instead=_object_words(instead), **who),
        order=_order(call, done_by),
        details=(*explanation.sentences, *((before,) if before else ())),
        chip=MissingLinkKind.WORLD.value if before else explanation.chip,
        of_reference=call,
        at_other=explanation.index if instead is None else instead.request,
        origins=explanation.origins,
    )


def _answered_before(reasons: ReasonList, in_reference: EventIndex | None, in_other: EventIndex) -> str:
    """Return that a call of both runs was answered differently before these events; "" if none was."""
    found = reasons.other_answer
    if found is None:
        return ""
    first, second = found
    if (in_reference is not None and first.request > in_reference) or second.request > in_other:
        return ""
    return tr(
        "Before that, {call} was answered differently ({events}).",
        call=call_words(second, 60),
        events=against_words(second.request, first.request),
    )


def _add_extra(reasons: ReasonList, calls: Sequence[ToolCall], tier: Tier, instead: ToolCall | None = None) -> None:
    done_by, other, call = reasons.other, reasons.reference, calls[0]
    explanation = explain_extra(done_by, other, call)
    failed = next((try_ for try_ in other.calls if try_.key == call.key and try_.ok is False), None)
    who = {"run": done_by.name, "other": other.name, "did": past_action_words(call), "at": _at_words(calls)}
    if failed is not None:
        sentence = tr(
            "{run} {did} ({at}); {other} tried ({tried_at}) and was answered {answer}.",
            tried_at=event_words(failed.request),
            answer=failure_words(failed),
            **who,
        )
    elif instead is not None:
        sentence = tr("{run} {did} ({at}); {other} did not, but {instead}.", instead=_object_words(instead), **who)
    else:
        sentence = tr("{run} {did} ({at}); {other} did not.", **who)
    own_choice = failed is None and explanation.chip in (MissingLinkKind.AGENT.value, MADE_UP)
    before = _answered_before(reasons, None, call.request) if own_choice else ""
    reasons.add(
        ReasonKind.EXTRA if failed is None else ReasonKind.ERROR,
        tier,
        sentence,
        order=_order(call, done_by),
        details=(*explanation.sentences, *((before,) if before else ())),
        chip=MissingLinkKind.WORLD.value if before else explanation.chip,
        of_reference=failed,
        of_other=call,
        origins=explanation.origins,
    )


def _order(call: ToolCall, run: RunAccount) -> float:
    """Return the sort value of a call within its tier: by time, but last if it names no object, such as a thought."""
    if command_text(call.tool, call.input):
        return relative_place(call, run)
    values = (value for _, value in input_leaves(call.input) if not isinstance(value, bool) and value is not None)
    names = any(str(value) and " " not in str(value) for value in values)
    return relative_place(call, run) + (0.0 if names else 1.0)


def key_under_rules(rules: Rules) -> Callable[[ToolCall], Hashable]:
    """Return the key that makes calls equal: the tool and the arguments that no rule ignores."""
    about_paths = [rule for rule in rules if rule.enabled and rule.path is not None and rule.action in IGNORING_ACTIONS]

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
