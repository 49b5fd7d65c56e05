"""One reason for different outcomes of two runs: a fact about both, never a guess."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.origin import Origin


class ReasonKind(StrEnum):
    """The kind of difference."""

    MISSING = "missing"  # an action that the failing run (B, if outcomes are unknown) did not do
    EXTRA = "extra"  # an action that only the failing run did
    ARGUMENT = "argument"  # both did it, with another argument
    ORDER = "order"  # both did it, in another order
    WORLD = "world"  # an equal call got another answer
    ERROR = "error"  # an error without a successful retry, or a loop
    GAVE_UP = "gave_up"  # handed over to a person or another agent
    CUT_OFF = "cut_off"  # ended by a limit, a timeout or a crash
    MADE_UP = "made_up"  # a value that no earlier event contains
    SUBMISSION = "submission"  # another final answer, patch or file
    TOLD = "told"  # the user was given another number
    CHECK = "check"  # a check that was not made, or that failed last
    LOOK = "look"  # only one run read something
    SETUP = "setup"  # another set-up
    WORDING = "wording"  # other words, the same effect


class Tier(StrEnum):
    """The importance of a reason; the members are in the order in which reasons are shown."""

    ACTION = "action"  # changes and submissions
    RESULT = "result"  # how the run ended, its answer or its last message
    UNSURE = "unsure"  # hand-overs, and calls whose effect is unknown
    TROUBLE = "trouble"  # errors, loops
    CHECK = "check"
    NOT_LOOKED = "not looked"  # reads that the failing run lacks
    LOOKED = "looked"  # reads of the failing run only; set-up that can matter
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason.

    Attributes:
        kind: what differs.
        sentence: the fact, with event numbers as in the window, from 1.
        details: further sentences: what led to it, and whether the other run had the same information.
        chip: the cause found by tracing its values, in a word or two ("input", "looking"); "" if none was traced.
        tool: of the calls; None if the reason is not about a call.
        a, b: the inputs of the requests of both runs; None if a side did not make one.
        index_a, index_b: the requests, or the events that the reason is about; None if a side has none.
        path: JSON Pointer into the inputs to the argument that differs first; None if there is none.
        origins: the events through which the values came, by side and order; those to mark on the timelines.
        certain: whether the evidence for the effect of the calls is more than a guess.
        tier: its rank among the reasons.
    """

    kind: ReasonKind
    sentence: str
    details: tuple[str, ...] = ()
    chip: str = ""
    tool: str | None = None
    a: Any = None
    b: Any = None
    index_a: EventIndex | None = None
    index_b: EventIndex | None = None
    path: str | None = None
    origins: tuple[Origin, ...] = ()
    certain: bool = True
    tier: Tier = Tier.ACTION
