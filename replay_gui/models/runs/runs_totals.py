"""The totals of many runs, and where their outcomes come from, for the foot of their page."""

from __future__ import annotations

from collections import Counter

from replay_gui.core.facts.run_outcome import BY_HAND
from replay_gui.core.text.given_paths import file_name
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text, duration_text, plural
from replay_gui.models.runs.runs_session import RunsSession

_MAX_NAME = 60  # characters of a grader, and of a definition of passing


def totals_words(session: RunsSession) -> str:
    """Return ``6 tasks · 4 runs each · 5 with both outcomes · 6,412 events · 1,934 calls · $1.90``.

    Tasks and costs are named as far as the logs have them; before all runs are read, only their number.
    """
    if not session.outcomes:
        return plural(len(session.runs), "run") if session.runs else ""
    read = [number for number, run in enumerate(session.runs) if not run.problem]
    runs = [session.runs[number] for number in read]
    parts = _task_words(session, read)
    parts += [plural(sum(run.events for run in runs), "event"), plural(sum(run.calls for run in runs), "call")]
    costs = [run.cost for run in runs if run.cost is not None]
    if costs:
        known = "" if len(costs) == len(runs) else f" for {len(costs):,} of {len(runs):,} runs"
        parts.append(f"{cost_text(sum(costs))}{known}")
    return " · ".join(parts)


def _task_words(session: RunsSession, read: list[int]) -> list[str]:
    outcomes: dict[str, set[bool | None]] = {}
    counts = Counter[str]()
    for number in read:
        task = session.runs[number].identity.task
        if task is not None:
            counts[task] += 1
            outcomes.setdefault(task, set()).add(session.outcome(number))
    if not counts:
        return [plural(len(read), "run")]
    fewest, most = min(counts.values()), max(counts.values())
    trials = f"{fewest:,} to {most:,} runs each" if fewest < most else f"{plural(most, 'run')} each"
    mixed = sum(found >= {True, False} for found in outcomes.values())
    words = [plural(len(counts), "task"), trials, *([f"{mixed:,} with both outcomes"] if mixed else [])]
    unknown = len(read) - sum(counts.values())
    return [*words, *([f"{plural(unknown, 'run')} of no known task"] if unknown else [])]


def outcome_source_words(session: RunsSession) -> str:
    """Return ``Outcomes by tau-bench reward · read in 1.8 s``; the definition of passing, if the user gave one.

    Rules that are applied are also named.
    """
    if not session.outcomes:
        return ""
    judged = [run for run in session.runs if run.result.outcomes]
    graders = dict.fromkeys(run.result.outcomes[0].by for run in judged if not run.set_by_hand)
    by_hand = sum(run.set_by_hand for run in judged)
    parts = [f"Outcomes by {one_line(next(iter(graders)), _MAX_NAME)}"] if len(graders) == 1 else []
    parts += [f"Outcomes by {len(graders):,} graders"] if len(graders) > 1 else []
    parts += [f"{plural(by_hand, 'outcome')} {BY_HAND}"] if by_hand else []
    if session.passed:
        parts = [f"Passed: {one_line(session.passed, _MAX_NAME)}"]
    took = "" if session.read_in is None else f"read in {duration_text(session.read_in)}"
    return " · ".join(filter(None, (*(parts or ["No outcomes"]), _rules_words(session), took)))


def _rules_words(session: RunsSession) -> str:
    if session.contrasted is None:
        return ""
    used = session.contrasted.rules
    return "; ".join(filter(None, (used.words(file_name(used.file)), used.problem and "other rules are not used")))
