"""One reason why two runs came out differently: a fact about both, never a guess."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.origin import Origin


class ReasonKind(StrEnum):
    """What differs."""

    MISSING = "missing"  # an action that the failing run (B, where outcomes are unknown) did not do
    EXTRA = "extra"  # an action that it alone did
    ARGUMENT = "argument"  # both did it, with another argument
    ORDER = "order"  # both did it, in another order
    WORLD = "world"  # the same was asked, and answered otherwise
    ERROR = "error"  # an error that was not got over, or a loop
    GAVE_UP = "gave_up"  # handed over to a person or another agent
    CUT_OFF = "cut_off"  # ended by a limit, a timeout or a crash
    MADE_UP = "made_up"  # a value that nothing before it holds
    SUBMISSION = "submission"  # another final answer, patch or file
    TOLD = "told"  # the user was given another number
    CHECK = "check"  # a check that was not made, or that failed last
    LOOK = "look"  # something was read by one run alone
    SETUP = "setup"  # another set-up
    WORDING = "wording"  # other words, the same effect


class Tier(StrEnum):
    """How much a reason matters; the members are in the order in which reasons are shown."""

    ACTION = "action"  # what was changed or handed in
    RESULT = "result"  # how the run ended, its answer or its last message
    UNSURE = "unsure"  # handing over, and calls whose effect is unknown
    TROUBLE = "trouble"  # errors, loops
    CHECK = "check"
    NOT_LOOKED = "not looked"  # what the failing run did not read
    LOOKED = "looked"  # what it alone read; set-up that can matter
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason.

    Attributes:
        kind: what differs.
        sentence: the fact, with event numbers as the window counts them, from 1.
        details: further sentences: what led to it, and whether the other run had the same information.
        chip: what the trace of its values led to, in a word or two ("input", "looking"); "" if nothing was traced.
        tool: of the calls; None if the reason is about no call.
        a, b: the inputs of the requests of both runs; None if a side did not make one.
        index_a, index_b: the requests, or the events that the reason is about; None if a side has none.
        path: JSON Pointer into the inputs to the argument that differs first; None if there is none.
        origins: the events through which the values came, by side and order; those to mark on the timelines.
        certain: whether the effect of the calls is known by more than a guess.
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
