"""Collect the reasons of two runs, one of which is the reference, and rank them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.other_answers import other_answer
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.evidence.value_chain import MissingLinkKind
from replay_gui.core.reasons.origin import Origin
from replay_gui.core.reasons.reason import Reason, ReasonKind, Tier

_TIERS = [*Tier]


class ReasonList:
    """Reasons about two runs.

    Attributes:
        reference: the run that passed while the other failed; A if unknown. other: the other run.
    """

    def __init__(self, reference: RunAccount, other: RunAccount) -> None:
        self.reference, self.other = reference, other
        self._found: list[tuple[int, float, int, Reason]] = []

    @cached_property
    def other_answer(self) -> tuple[ToolCall, ToolCall] | None:
        """The first call that both runs made and that got different answers; see `other_answer`."""
        return other_answer(self.reference, self.other)

    def add(
        self,
        kind: ReasonKind,
        tier: Tier,
        sentence: str,
        *,
        order: float = 0.0,
        details: tuple[str, ...] = (),
        chip: str = "",
        tool: str | None = None,
        of_reference: ToolCall | None = None,
        of_other: ToolCall | None = None,
        at_reference: EventIndex | None = None,
        at_other: EventIndex | None = None,
        path: str | None = None,
        origins: tuple[Origin, ...] = (),
    ) -> None:
        """Add a reason.

        Args:
            kind, tier, sentence, details, chip, path, origins: see Reason.
            order: the rank among the reasons of one tier; the smallest comes first.
            tool: if it is not the tool of the calls.
            of_reference, of_other: the calls that it is about. at_reference, at_other: other events that it is about.
        """
        calls = [call for call in (of_reference, of_other) if call is not None]
        sides: dict[str, tuple[Any, EventIndex | None]] = {
            self.reference.side: _side(of_reference, at_reference),
            self.other.side: _side(of_other, at_other),
        }
        reason = Reason(
            kind=kind,
            sentence=sentence,
            details=details,
            chip=chip,
            tool=calls[0].tool if calls else tool,
            a=sides["a"][0],
            b=sides["b"][0],
            index_a=sides["a"][1],
            index_b=sides["b"][1],
            path=path,
            origins=origins,
            certain=all(call.certain and call.effect is not Effect.UNKNOWN for call in calls),
            tier=tier,
        )
        self._found.append((_TIERS.index(tier), order, len(self._found), reason))

    def ranked(self) -> tuple[Reason, ...]:
        """Return the reasons, the most important first."""
        return tuple(reason for *_, reason in sorted(self._found, key=lambda entry: entry[:3]))

    def has_error_of(self, call: ToolCall, run: RunAccount) -> bool:
        """Return whether there is already a reason that a call of a run, or an equal one, was refused."""
        errors = (reason for *_, reason in self._found if reason.kind is ReasonKind.ERROR)
        indexes = (error.index_a if run.side == "a" else error.index_b for error in errors)
        refused = (run.call_at(at) for at in indexes if at is not None)
        return any(one is not None and one.key == call.key for one in refused)

    def only_lacks_actions(self, run: RunAccount) -> bool:
        """Whether there are reasons in the actions, and all are that this run did not do what the other did.

        False if a reason already says that it was cut off before it submitted anything.
        """
        lacking = ReasonKind.MISSING if run is self.other else ReasonKind.EXTRA
        found = [reason for *_, reason in self._found if reason.tier in (Tier.ACTION, Tier.UNSURE)]
        places = [reason.index_a if run.side == "a" else reason.index_b for reason in found]
        return bool(found) and all(
            reason.kind is lacking or (reason.kind is ReasonKind.SUBMISSION and place is None and not reason.chip)
            for reason, place in zip(found, places, strict=True)
        )

    def all_follow_from_an_answer(self) -> bool:
        """Whether there are reasons in the actions, and before all of them a tool answered differently."""
        found = [reason for *_, reason in self._found if reason.tier in (Tier.ACTION, Tier.UNSURE)]
        return bool(found) and all(reason.chip == MissingLinkKind.WORLD.value for reason in found)

    def has(self, tier: Tier) -> bool:
        """Whether there is a reason of a tier."""
        return any(reason.tier is tier for *_, reason in self._found)


def relative_place(call: ToolCall, run: RunAccount) -> float:
    """Return the relative position of a call in its run, 0 to 1."""
    return call.request / max(1, run.count)


def _side(call: ToolCall | None, at: EventIndex | None) -> tuple[Any, EventIndex | None]:
    """Return (input, index)."""
    return (None, at) if call is None else (call.input, call.request)
