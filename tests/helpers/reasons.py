"""Reasons made by hand, and a comparison that shows them without an engine."""

from __future__ import annotations

from typing import Any

from replay_gui.core.divergence.comparison import Change
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_effects import ToolEffects
from replay_gui.core.facts.run_outcome import Outcome, RunEnd, RunResult
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.origin import Origin, OriginRole
from replay_gui.core.reasons.reason import Reason, ReasonKind, Tier
from replay_gui.core.reasons.why_result import ActionRow, SetAside, Shared, WhyResult
from replay_gui.engine.comparison.why_answers import Explained, RunSize
from replay_gui.models.why.why_session import WhySession
from tests.helpers.comparisons import StoryComparison, comparison_of

PASSED, FAILED = (RunResult((Outcome(passed, float(passed), "tests", None),)) for passed in (True, False))
NOT_GRADED = RunResult(end=RunEnd("answered", None))
EVENTS = 30  # of each run


def index(number: int) -> EventIndex:
    """Return the index of the event that has this number in the window."""
    return EventIndex(number - 1)


def origin(side: Any, number: int, value: str, role: OriginRole = OriginRole.USER) -> Origin:
    return Origin(side=side, index=index(number), event_id=f"run:{number - 1}", value=value, role=role)


CANCEL = Reason(
    kind=ReasonKind.MISSING,
    sentence="trial 0 never cancelled PX4R7D; trial 1 did (event 20).",
    details=("In trial 0 the user never said nora_lind_1180 (event 5 of trial 1).",),
    chip="input",
    tool="cancel_reservation",
    b={"reservation_id": "PX4R7D"},
    index_b=index(20),
    origins=(origin("b", 5, "nora_lind_1180"), origin("b", 7, "PX4R7D", OriginRole.ANSWER)),
)
PAID = Reason(
    kind=ReasonKind.ARGUMENT,
    sentence="trial 1 paid 20, trial 0 with 30 (event 9 of trial 0 against event 11).",
    tool="pay",
    index_a=index(9),
    index_b=index(11),
    path="/cards/1/amount",
)
LOOKED = Reason(
    kind=ReasonKind.LOOK, sentence="trial 0 read less.", tier=Tier.NOT_LOOKED, certain=False, tool="get_user"
)


def action(tool: str, a: tuple[int, ...], b: tuple[int, ...], shared: Shared, **parts: Any) -> ActionRow:
    texts = {"text_a": "x" if a else "", "text_b": "x" if b else ""}
    given: dict[str, Any] = {"effect": Effect.CHANGES, "reason": 'the name says "x"', **texts, **parts}
    return ActionRow(
        tool=tool, requests_a=tuple(map(index, a)), requests_b=tuple(map(index, b)), shared=shared, **given
    )


ACTIONS = (
    action("book", (3,), (3,), Shared.BOTH),
    action("book", (4,), (4,), Shared.BOTH),
    action("pay", (9,), (11,), Shared.ARGUMENTS),
    action("cancel_reservation", (), (20, 22), Shared.ONLY_B),
    action("note", (25,), (), Shared.ONLY_A, failed_a=True, effect=Effect.UNKNOWN),
)


def why_of(*reasons: Reason, **parts: Any) -> WhyResult:
    given: dict[str, Any] = {
        "reasons": reasons, "actions": ACTIONS, "more_actions": 0, "set_aside": SetAside(wording=11, reordered=2),
        "results": (FAILED, PASSED), "failed": "a", "name_a": "trial 0", "name_b": "trial 1", **parts,
    }  # fmt: skip
    return WhyResult(**given)


class StoryWhy(WhySession):
    """A session that shows given reasons. Attributes: story: the comparison. sent: the requests that were sent."""

    def __init__(self) -> None:
        self.story = StoryComparison()
        self.sent: list[object] = []
        super().__init__(self.story)

    def _send_request(self, key: str, body: object) -> None:
        self.sent.append(body)

    def show(self, why: WhyResult) -> None:
        """Show reasons as if the engine had found them."""
        if not self.story.fresh:
            self.story.show(comparison_of([Change.EQUAL] * EVENTS))
        sizes = (RunSize(EVENTS, 5, 1, 2 * 10**9), RunSize(EVENTS, 6, 0, None))
        effects = {"read_file": ToolEffects({Effect.READS: 5}, 'the name says "read"')}
        self.on_reasons_answer(Explained(why, sizes, effects))
