"""The answer to the question why two runs have different outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from replay_gui.core.effects.effect import Effect
from replay_gui.core.facts.run_outcome import RunResult
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.origin import Side
from replay_gui.core.reasons.reason import Reason


class Shared(StrEnum):
    """Whether both runs did an action."""

    BOTH = "both"
    ARGUMENTS = "other arguments"
    ONLY_A = "only A"
    ONLY_B = "only B"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow:
    """One action of the runs, side by side; equal neighbouring actions of a run are one row.

    Attributes:
        effect: of the calls: changes, submits, hands over or unknown. tool: its name.
        text_a, text_b: the input in a few words; "" if the side did not do it.
        requests_a, requests_b: the requests, in order.
        shared: whether both did it. failed_a, failed_b: whether the answer was an error there, so it had no effect.
        reason: the evidence for the effect of the tool.
    """

    effect: Effect
    tool: str
    text_a: str
    text_b: str
    requests_a: tuple[EventIndex, ...]
    requests_b: tuple[EventIndex, ...]
    shared: Shared
    failed_a: bool = False
    failed_b: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """The numbers of differences that were counted and not treated as reasons.

    Attributes:
        wording: messages that differ. reads: calls without an effect that only one run made.
        reordered: such calls that both made, in another order. setup: members of the set-up that differ.
        same_patch: whether both submitted the same patch.
    """

    wording: int = 0
    reads: int = 0
    reordered: int = 0
    setup: int = 0
    same_patch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyResult:
    """The reasons for different outcomes of two runs.

    Attributes:
        reasons: the most important first. None of them claims a cause: each is a fact about both runs.
        actions: the actions of each run, side by side, in order. more_actions: the number of further ones.
        set_aside: the differences that are not reasons.
        results: outcome and end of A and B.
        failed: the run that failed while the other passed; None if outcomes are equal or unknown.
        name_a, name_b: the names of the runs in the sentences.
        limits: the parts that were not examined, in sentences; empty if all were.
        last_words: the last messages of two runs whose outcomes differ without any reason; "" if they are equal.
    """

    reasons: tuple[Reason, ...]
    actions: tuple[ActionRow, ...]
    more_actions: int
    set_aside: SetAside
    results: tuple[RunResult, RunResult]
    failed: Side | None
    name_a: str
    name_b: str
    limits: tuple[str, ...] = ()
    last_words: str = ""
