"""The totals of many runs, and where their outcomes come from, for the foot of their page."""

from __future__ import annotations

from collections import Counter

from replay_gui.core.text.given_paths import file_name
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text, duration_text
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.models.runs.runs_session import RunsSession

_MAX_NAME = 60  # characters of a grader, and of a definition of passing


def totals_words(session: RunsSession) -> str:
    """Return ``6 tasks · 4 runs each · 5 with both outcomes · 6,412 events · 1,934 calls · $1.90``.

    Tasks and costs are named as far as the logs have them; before all runs are read, only their number.
    """
    if not session.outcomes:
        return trn("{n} run", "{n} runs", len(session.runs)) if session.runs else ""
    read = [number for number, run in enumerate(session.runs) if not run.problem]
    runs = [session.runs[number] for number in read]
    parts = _task_words(session, read)
    parts.append(trn("{n} event", "{n} events", sum(run.events for run in runs)))
    parts.append(trn("{n} call", "{n} calls", sum(run.calls for run in runs)))
    costs = [run.cost for run in runs if run.cost is not None]
    if costs:
        parts.append(_cost_words(cost_text(sum(costs)), len(costs), len(runs)))
    return " · ".join(parts)


def _cost_words(cost: str, known: int, runs: int) -> str:
    if known == runs:
        return cost
    return trn(
        "{cost} for {known} of {n} run", "{cost} for {known} of {n} runs", runs, cost=cost, known=whole_number(known)
    )


def _task_words(session: RunsSession, read: list[int]) -> list[str]:
    outcomes: dict[str, set[bool | None]] = {}
    counts = Counter[str]()
    for number in read:
        task = session.runs[number].identity.task
        if task is not None:
            counts[task] += 1
            outcomes.setdefault(task, set()).add(session.outcome(number))
    if not counts:
        return [trn("{n} run", "{n} runs", len(read))]
    fewest, most = min(counts.values()), max(counts.values())
    trials = trn("{n} run each", "{n} runs each", most)
    if fewest < most:
        trials = tr("{fewest} to {most} runs each", fewest=whole_number(fewest), most=whole_number(most))
    words = [trn("{n} task", "{n} tasks", len(counts)), trials]
    mixed = sum(found >= {True, False} for found in outcomes.values())
    unknown = len(read) - sum(counts.values())
    words += [trn("{n} with both outcomes", "{n} with both outcomes", mixed)] if mixed else []
    return words + ([trn("{n} run of no known task", "{n} runs of no known task", unknown)] if unknown else [])


def outcome_source_words(session: RunsSession) -> str:
    """Return ``Outcomes by tau-bench reward · read in 1.8 s``; the definition of passing, if the user gave one.

    Rules that are applied are also named.
    """
    if not session.outcomes:
        return ""
    judged = [run for run in session.runs if run.result.outcomes]
    graders = dict.fromkeys(run.result.outcomes[0].by for run in judged if not run.set_by_hand)
    by_hand = sum(run.set_by_hand for run in judged)
    parts = [tr("Outcomes by {grader}", grader=one_line(next(iter(graders)), _MAX_NAME))] if len(graders) == 1 else []
    parts += [trn("Outcomes by {n} grader", "Outcomes by {n} graders", len(graders))] if len(graders) > 1 else []
    parts += [trn("{n} outcome set by hand", "{n} outcomes set by hand", by_hand)] if by_hand else []
    if session.passed:
        parts = [tr("Passed: {condition}", condition=one_line(session.passed, _MAX_NAME))]
    took = "" if session.read_in is None else tr("read in {duration}", duration=duration_text(session.read_in))
    return " · ".join(filter(None, (*(parts or [tr("No outcomes")]), _rules_words(session), took)))


def _rules_words(session: RunsSession) -> str:
    if session.contrasted is None:
        return ""
    used = session.contrasted.rules
    return "; ".join(filter(None, (used.words(file_name(used.file)), used.problem and tr("other rules are not used"))))
