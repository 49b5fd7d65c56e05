"""Find why two runs have different outcomes: what one of them did that the other did not.

Effects are compared, not events: the multiset of the calls that changed something, ignoring their wording, order
and the reads in between; or, if a run submits a patch or edits files, its submission. The method, and its
results on runs whose true reasons are known, are in resources/docs/why.md.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.effects.classifier import code_of
from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_effects import ToolEffects, tool_effects
from replay_gui.core.effects.tool_names import runs_code
from replay_gui.core.facts.run_outcome import RunResult
from replay_gui.core.log.kinds import Kind
from replay_gui.core.reasons.action_rows import action_rows
from replay_gui.core.reasons.evidence.compared_calls import ComparedCalls, compared_calls
from replay_gui.core.reasons.evidence.file_edits import edits_files, removes_files
from replay_gui.core.reasons.evidence.matching import MatchedCalls, match_calls
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.findings.action_reasons import add_action_reasons, add_order_reason, key_under_rules
from replay_gui.core.reasons.findings.end_reasons import add_end_reasons
from replay_gui.core.reasons.findings.failure_reasons import add_failure_reasons
from replay_gui.core.reasons.findings.figure_reasons import add_figure_reason
from replay_gui.core.reasons.findings.read_reasons import add_read_reasons, add_world_reason
from replay_gui.core.reasons.findings.reason_list import ReasonList
from replay_gui.core.reasons.findings.result_reasons import add_answer_reasons, last_words
from replay_gui.core.reasons.findings.setup_reasons import add_setup_reason
from replay_gui.core.reasons.findings.submission import Submission
from replay_gui.core.reasons.findings.submission_reasons import add_submission_reasons
from replay_gui.core.reasons.origin import Side
from replay_gui.core.reasons.reason import Tier
from replay_gui.core.reasons.why_result import SetAside, WhyResult
from replay_gui.core.translation.messages import tr, translatable

_MAX_UNSURE_CALLS = 3  # calls of unknown effect that are named for each run
_NOT_TRACED = translatable("The runs are so long that not all values were traced to their origins.")
_READING = (Effect.READS, Effect.CHECKS, Effect.NOTES, Effect.ASKS)


class WhyFinder:
    """Two runs whose reasons can be found again with other rules: calls are read once for each set of effects."""

    def __init__(
        self,
        a: ComparedSide,
        b: ComparedSide,
        names: tuple[str, str] = ("A", "B"),
        observed: Mapping[str, EffectFinding] | None = None,
    ) -> None:
        """`names`: of the runs in sentences, if one failed and the other passed; else they are A and B.

        `observed`: effects of tools that further runs show.
        """
        self._a, self._b, self._names, self._observed = a, b, names, observed
        self._calls: tuple[dict[str, Effect], ComparedCalls] | None = None

    def find(self, rules: Rules | None = None, results: tuple[RunResult, RunResult] | None = None) -> WhyResult:
        """Return the reasons under these rules; `results`: outcomes and ends that replace those in the logs."""
        rules = Rules() if rules is None else rules
        calls = self._compared_calls(rules)
        a = RunAccount("a", "A", self._a, calls=_in_force(calls.a, rules), whole=calls.whole)
        b = RunAccount("b", "B", self._b, calls=_in_force(calls.b, rules), whole=calls.whole)
        used_results = (a.result, b.result) if results is None else results
        failed = failed_side(used_results)
        if failed is not None:
            a.name, b.name = self._names
        reference, other = (b, a) if failed == "a" or (failed is None and _scored_less(used_results)) else (a, b)
        reasons = ReasonList(reference, other)
        both_passed = all(result.outcome is not None and result.outcome.passed is True for result in used_results)
        handed_p, handed_f = Submission(reference), Submission(other)
        with_patches = handed_p.patch is not None or handed_f.patch is not None
        if with_patches or handed_p.files or handed_f.files:
            add_submission_reasons(reasons, handed_p, handed_f, both_ways=failed is None)
        _add_actions(reasons, rules, with_patches=with_patches, in_order=not both_passed)
        add_end_reasons(reasons, both_ways=failed is None)
        add_answer_reasons(reasons, with_patches=with_patches, both_passed=both_passed)
        add_figure_reason(reasons, both_ways=failed is None)
        add_failure_reasons(reasons, both_ways=failed is None)
        add_world_reason(reasons)
        add_read_reasons(reasons, both_ways=failed is None)
        setup = add_setup_reason(reasons)
        rows, more = action_rows(a, b)
        ranked = reasons.ranked()
        return WhyResult(
            reasons=ranked,
            actions=rows,
            more_actions=more,
            set_aside=replace(_set_aside(a, b, setup), same_patch=with_patches and handed_p.equals(handed_f)),
            results=used_results,
            failed=failed,
            name_a=a.name,
            name_b=b.name,
            limits=(*calls.limits, *((tr(_NOT_TRACED),) if a.searched_out or b.searched_out else ())),
            last_words=last_words(other, reference) if failed is not None and not ranked else "",
        )

    def tool_effects(self, rules: Rules | None = None) -> dict[str, ToolEffects]:
        """Return the effects of each tool's calls in both runs under these rules."""
        calls = self._compared_calls(Rules() if rules is None else rules)
        return tool_effects((*calls.a, *calls.b))

    def _compared_calls(self, rules: Rules) -> ComparedCalls:
        if self._calls is None or self._calls[0] != rules.effects:
            self._calls = rules.effects, compared_calls(self._a, self._b, rules.effects, self._observed)
        return self._calls[1]


def failed_side(results: tuple[RunResult, RunResult]) -> Side | None:
    """Return the run that failed while the other passed; None if outcomes are equal or unknown."""
    passed = tuple(None if result.outcome is None else result.outcome.passed for result in results)
    return "a" if passed == (False, True) else "b" if passed == (True, False) else None


def _scored_less(results: tuple[RunResult, RunResult]) -> bool:
    """Whether A has the lower score, by one grader."""
    first, second = (result.outcome for result in results)
    if first is None or second is None or first.score is None or second.score is None or first.by != second.by:
        return False
    return first.score < second.score


def _in_force(calls: tuple[ToolCall, ...], rules: Rules) -> tuple[ToolCall, ...]:
    """Return the calls of tools that no rule ignores."""
    ignored = {
        tool for tool in {call.tool for call in calls} if rules.for_events(Kind.TOOL_REQUEST.value, tool).ignores_events
    }
    return tuple(call for call in calls if call.tool not in ignored) if ignored else calls


def _add_actions(reasons: ReasonList, rules: Rules, *, with_patches: bool, in_order: bool) -> None:
    """Add the reasons in the changes; changes that are in a patch, or in the net change of files, are left out."""
    matched = _match(reasons, rules, lambda call: call.changed and not _is_work(call))
    add_action_reasons(reasons, matched, rules, Tier.UNSURE if with_patches else Tier.ACTION)
    if in_order:
        add_order_reason(reasons, matched.equal)
    if with_patches:
        return
    commands = _match(reasons, rules, lambda call: call.changed and _is_work(call) and not edits_files(call))
    has_edits = any(edits_files(call) for run in (reasons.reference, reasons.other) for call in run.changes)
    add_action_reasons(reasons, commands, rules, Tier.UNSURE if has_edits else Tier.ACTION)
    if in_order and not has_edits:  # between edits, the order of commands says little: the files show more
        add_order_reason(reasons, commands.equal)
    unsure = _match(reasons, rules, lambda call: call.effect is Effect.UNKNOWN and call.took_effect)
    of_commands = has_edits and all(runs_code(call.tool) for call in _calls_of(unsure))  # the files show more
    add_action_reasons(reasons, unsure, rules, Tier.LOOKED if of_commands else Tier.UNSURE, _MAX_UNSURE_CALLS)


def _calls_of(matched: MatchedCalls) -> list[ToolCall]:
    return [*matched.missing, *matched.extra, *(call for pair in matched.changed for call in pair)]


def _match(reasons: ReasonList, rules: Rules, chosen: Callable[[ToolCall], bool]) -> MatchedCalls:
    reference, other = ([call for call in run.calls if chosen(call)] for run in (reasons.reference, reasons.other))
    return match_calls(reference, other, key_under_rules(rules))


def _is_work(call: ToolCall) -> bool:
    """Whether a change is an intermediate step of a submission: it edits or removes files, or runs commands."""
    on_files = edits_files(call) or removes_files(call)
    return on_files or runs_code(call.tool) or code_of(call.input)[0] in ("command", "cmd")


def _set_aside(a: RunAccount, b: RunAccount, setup: int) -> SetAside:
    reads = [Counter(call.key for call in run.calls if call.effect in _READING) for run in (a, b)]
    only = sum(((reads[0] - reads[1]) + (reads[1] - reads[0])).values())
    return SetAside(wording=_other_wording(a, b), reads=only, reordered=_reordered(a, b), setup=setup)


def _other_wording(a: RunAccount, b: RunAccount) -> int:
    """Return the number of messages without an equal one in the other run, for the run with more messages."""
    kinds = (Kind.OBSERVATION.value, Kind.DECISION.value)
    of_a, of_b = (run.run.ids[np.array(run.indexes_of(*kinds), np.intp)] for run in (a, b))
    _, number = np.unique(np.concatenate((of_a, of_b)), return_inverse=True)
    size = int(number.max(initial=0)) + 1
    counts = [np.bincount(part, minlength=size) for part in (number[: len(of_a)], number[len(of_a) :])]
    common = int(np.minimum(*counts).sum())
    return max(len(of_a), len(of_b)) - common


def _reordered(a: RunAccount, b: RunAccount) -> int:
    """Return the number of calls without an effect that both runs made, in another order."""
    numbers: dict[bytes, list[int]] = {}
    for number, call in enumerate(call for call in b.calls if call.effect in _READING):
        numbers.setdefault(call.key, []).append(number)
    places = [numbers[call.key].pop(0) for call in a.calls if call.effect in _READING and numbers.get(call.key)]
    return len(places) - _longest_ascending(places)


def _longest_ascending(numbers: Sequence[int]) -> int:
    """Return the length of the longest ascending subsequence (patience sorting)."""
    tails: list[int] = []
    for number in numbers:
        at = bisect_left(tails, number)
        tails[at : at + 1] = [number]
    return len(tails)
