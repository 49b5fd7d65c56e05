"""The verdicts of graders on a run, and how it ended: read from the events at its end."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from replay_gui.core.log.kinds import END, OUTCOME
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import adds_label, adds_reason, end_text, is_verdict_name, reason_text
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import significant_number

BY_HAND = translatable("set by hand")
"""The name of the grader, for an outcome that the user set."""

_MAX_PART_CHARACTERS = 60  # characters of one part
_MAX_OUTCOMES = 100  # graders that are kept


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict of one grader. `passed`, `score`: None if it has none. `label`: in the grader's words, or None."""

    passed: bool | None
    score: float | None
    by: str
    label: str | None


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended, in one of the format's words ("answered", "limit"), and why in the source's words, or None."""

    how: str
    why: str | None


@dataclass(frozen=True, slots=True)
class RunResult:
    """The outcomes of a run, one for each grader, and how it ended; None if unknown."""

    outcomes: tuple[Outcome, ...] = ()
    end: RunEnd | None = None

    @property
    def outcome(self) -> Outcome | None:
        """The first outcome."""
        return self.outcomes[0] if self.outcomes else None

    def with_event(self, kind: str, payload: Mapping[str, Any]) -> RunResult:
        """Return the result after one more event; of several ends the last counts."""
        if kind == OUTCOME and len(self.outcomes) < _MAX_OUTCOMES:
            return RunResult((*self.outcomes, _outcome(payload)), self.end)
        if kind == END:
            why = payload.get("why")
            return RunResult(self.outcomes, RunEnd(_text(payload.get("how")), None if why is None else _text(why)))
        return self

    def with_outcome_by_hand(self, outcome: Outcome | None) -> RunResult:
        """Return the result with an outcome set by hand as the first one, unless a grader has a verdict."""
        if outcome is None or any(other.passed is not None for other in self.outcomes):
            return self
        return RunResult((outcome, *self.outcomes), self.end)

    def json_form(self) -> dict[str, Any]:
        """Return {outcome, outcomes, end} in the form of ``info --json``."""
        outcomes = [asdict(outcome) for outcome in self.outcomes]
        end = None if self.end is None else asdict(self.end)
        return {"outcome": outcomes[0] if outcomes else None, "outcomes": outcomes, "end": end}

    def words(self) -> str:
        """Return one line: ``failed, score 0 by tests; ended: limit (max steps)``; "" if both are unknown.

        For further outcomes only their number is given.
        """
        parts = []
        if self.outcome is not None:
            more, words = len(self.outcomes) - 1, outcome_words(self.outcome)
            if more:
                words = trn("{outcome}, and {n} more", "{outcome}, and {n} more", more, outcome=words)
            parts.append(words)
        if self.end is not None:
            words = end_words(self.end)
            parts.append(words if self.end.how == "open" else tr("ended: {end}", end=words))
        return "; ".join(parts)


def outcome_words(outcome: Outcome) -> str:
    """Return ``passed, score 1 by tests``."""
    parts = [] if outcome.passed is None else [tr("passed") if outcome.passed else tr("failed")]
    if outcome.label and adds_label(outcome.label, outcome.passed):
        parts.append(one_line(outcome.label, _MAX_PART_CHARACTERS))
    if outcome.score is not None:
        parts.append(tr("score {score}", score=significant_number(outcome.score)))
    if outcome.by == BY_HAND and parts:
        return ", ".join((*parts, tr(BY_HAND)))
    is_known = outcome.passed is not None and is_verdict_name(outcome.by)
    words = ", ".join(parts)
    if words and outcome.by and not is_known:
        return tr("{verdict} by {grader}", verdict=words, grader=one_line(outcome.by, _MAX_PART_CHARACTERS))
    return words or tr("not graded")


def end_words(end: RunEnd) -> str:
    """Return ``limit (max steps)``."""
    why = (
        f" ({one_line(reason_text(end.why), _MAX_PART_CHARACTERS)})"
        if end.why and adds_reason(end.how, end.why)
        else ""
    )
    return f"{one_line(end_text(end.how), _MAX_PART_CHARACTERS)}{why}"


def _outcome(payload: Mapping[str, Any]) -> Outcome:
    passed, score, label = payload.get("passed"), payload.get("score"), payload.get("label")
    is_number = isinstance(score, int | float) and not isinstance(score, bool) and math.isfinite(score)
    return Outcome(
        passed if isinstance(passed, bool) else None,
        score if is_number else None,
        _text(payload.get("by")),
        label if isinstance(label, str) else None,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
