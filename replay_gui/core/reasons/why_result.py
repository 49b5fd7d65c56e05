"""The answer to why two runs came out differently."""

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
    """One thing that the runs did, side by side; equal actions of a run that follow one another are one row.

    Attributes:
        effect: of the calls: changes, submits, hands over or unknown. tool: its name.
        text_a, text_b: the input in a few words; "" if the side did not do it.
        requests_a, requests_b: the requests, in order.
        shared: whether both did it. failed_a, failed_b: whether it was answered by an error there, so had no effect.
        reason: what says which effect the tool has.
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
    """How many differences were counted and not taken for a reason.

    Attributes:
        wording: messages that differ. reads: calls without an effect that only one run made.
        reordered: such calls that both made, in another order. setup: members of the set-up that differ.
    """

    wording: int = 0
    reads: int = 0
    reordered: int = 0
    setup: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyResult:
    """Why two runs came out differently.

    Attributes:
        reasons: the most important first. None of them says "because": each is a fact about both runs.
        actions: what each run did, side by side, in order. more_actions: how many further ones are not in it.
        set_aside: what was not taken for a reason.
        results: outcome and end of A and B.
        failed: the run that failed while the other passed; None if outcomes are equal or unknown.
        name_a, name_b: what the sentences call the runs.
        limits: what was not looked at, in sentences; empty if all was.
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
