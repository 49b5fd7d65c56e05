"""Why two runs differ, as the window shows it: the answer of the engine, and the chosen reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.effects.effect import EffectFinding
from replay_gui.core.effects.tool_effects import ToolEffects
from replay_gui.core.facts.run_outcome import BY_HAND
from replay_gui.core.log.positions import NO_EVENT, EventIndex
from replay_gui.core.reasons.origin import Side
from replay_gui.core.reasons.reason import Reason
from replay_gui.core.reasons.trail import key_events
from replay_gui.core.reasons.why_result import WhyResult
from replay_gui.engine.comparison.why_answers import (
    Explained,
    ReasonsAnswer,
    ReasonsNotFound,
    ReasonsProgress,
    RunSize,
    Trail,
    TrailGap,
)
from replay_gui.engine.requests import Answer, Explain, GetTrail, Request, SetOutcome
from replay_gui.engine.requests import Side as RunSide
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.comparison.comparison_states import Shown

NO_REASON = -1
_SIDES: tuple[Side, Side] = ("a", "b")
_NONE = EventIndex(NO_EVENT)


class WhySession(QObject):
    """The reasons of one comparison, which can be used before they come, and while they are searched again.

    Attributes:
        comparison: the session of the comparison.
        search: the last answer of the search for the reasons of the shown comparison.
        explained: the last result of a search; it stays until the next one arrives.
        chosen: index of the chosen reason, or NO_REASON. trail: of it, or None while it is not known.

    Signals:
        changed(): any of these but the last two. chosen_changed(): another reason is chosen.
        trail_changed(): `trail` has changed.
    """

    changed = Signal()
    chosen_changed = Signal()
    trail_changed = Signal()

    def __init__(self, comparison: ComparisonSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.comparison = comparison
        self.search: ReasonsAnswer = ReasonsProgress()
        self.explained: Explained | None = None
        self.chosen = NO_REASON
        self.trail: Trail | None = None
        self._opened: dict[Side, tuple[tuple[int, int], ...]] = {"a": (), "b": ()}
        self._shows_origins = False
        comparison.compared_changed.connect(self._on_compared_changed)
        bridge = comparison.a.bridge
        if bridge is not None:
            bridge.answered.connect(self._on_answered)

    @property
    def result(self) -> WhyResult | None:
        """The last result."""
        return None if self.explained is None else self.explained.result

    @property
    def sizes(self) -> tuple[RunSize, RunSize] | None:
        """The sizes of A and B, with the result."""
        return None if self.explained is None else self.explained.sizes

    @property
    def effects(self) -> Mapping[str, ToolEffects]:
        """The effects of tools, by name, with the result."""
        return {} if self.explained is None else self.explained.effects

    @property
    def fresh(self) -> bool:
        """Whether `result` is of the shown comparison."""
        return isinstance(self.search, Explained)

    @property
    def problem(self) -> str:
        """Why there is no fresh result, or ""."""
        return self.search.problem if isinstance(self.search, ReasonsNotFound) else ""

    @property
    def working(self) -> bool:
        """Whether the search for the reasons of the shown comparison is under way."""
        return isinstance(self.comparison.state, Shown) and isinstance(self.search, ReasonsProgress)

    @property
    def settled(self) -> bool:
        """Whether all requested answers have arrived."""
        if not isinstance(self.comparison.state, Shown) or self.problem:
            return True
        return self.fresh and (self.chosen == NO_REASON or self.trail is not None)

    @property
    def reason(self) -> Reason | None:
        """The chosen reason."""
        if self.result is None or self.chosen == NO_REASON:
            return None
        return self.result.reasons[self.chosen]

    # ---- choosing ---------------------------------------------------------------------------------
    def choose(self, number: int) -> None:
        """Choose a reason by its index, clamped, and move both runs to it."""
        if self.result is None or not self.result.reasons:
            return
        self._choose(min(max(number, 0), len(self.result.reasons) - 1))
        self.go_to_reason()

    def step(self, delta: int) -> None:
        """Choose the next (delta > 0) or previous reason, if there is one."""
        self.choose(self.chosen + delta if self.chosen != NO_REASON else 0)

    def choose_last(self) -> None:
        """Choose the last reason."""
        if self.result is not None:
            self.choose(len(self.result.reasons) - 1)

    def go_to_reason(self) -> None:
        """Move both runs to the events of the chosen reason."""
        reason = self.reason
        if reason is None or not self.comparison.fresh:
            return
        if reason.index_a is None and reason.index_b is None and reason.origins:
            self.go_to(reason.origins[0].side, reason.origins[0].index)
        else:
            self.go_to_pair(reason.index_a, reason.index_b)

    def go_to(self, side: Side, index: EventIndex) -> None:
        """Move the run of a side to an event, and the other run to its position at that time."""
        self.go_to_pair(*((index, None) if side == "a" else (None, index)))

    def go_to_pair(self, index_a: EventIndex | None, index_b: EventIndex | None) -> None:
        """Move each run to its own event; None: to its state at the other's event."""
        if self.comparison.fresh:
            self.comparison.select_events(_NONE if index_a is None else index_a, _NONE if index_b is None else index_b)

    def _choose(self, number: int) -> None:
        if number != self.chosen:
            self.chosen = number
            self._opened = {"a": (), "b": ()}
            self.trail = None
            self._mark_origins()
            self.chosen_changed.emit()
            self._request_trail()

    # ---- effects ----------------------------------------------------------------------------------
    def effect_of(self, side: Side, index: EventIndex, tool: str | None) -> EffectFinding | None:
        """Return the effect of a call, given the index of its request; None if unknown."""
        for row in () if self.result is None else self.result.actions:
            if index in (row.requests_a if side == "a" else row.requests_b):
                return EffectFinding(row.effect, row.reason)
        effects = None if tool is None else self.effects.get(tool)
        return None if effects is None else effects.finding

    # ---- outcomes ---------------------------------------------------------------------------------
    def can_set_outcome(self, side: Side) -> bool:
        """Whether the outcome of a run may be set by hand: its log has no outcome of a grader."""
        if self.result is None:
            return False
        outcomes = self.result.results[_SIDES.index(side)].outcomes
        return all(outcome.passed is None or outcome.by == BY_HAND for outcome in outcomes)

    def set_outcome(self, side: Side, passed: bool | None) -> None:
        """Save in the notes whether a run passed (None: unknown), and rank the reasons again."""
        if self.can_set_outcome(side):
            self._send_request("outcome", SetOutcome(RunSide.A if side == "a" else RunSide.B, passed))

    @Slot()
    def explain_again(self) -> None:
        """Rank the reasons again, because the known outcomes may have changed."""
        self._send_request("explain", Explain())

    # ---- the timelines ----------------------------------------------------------------------------
    def show_origins(self, on: bool) -> None:
        """Draw the origins of the chosen reason on both timelines instead of the divergences, or the reverse."""
        self._shows_origins = on
        self._mark_origins()

    def _mark_origins(self) -> None:
        reason, runs = self.reason, (self.comparison.a, self.comparison.b)
        for run, side in zip(runs, _SIDES, strict=True):
            keys = [] if reason is None else key_events(reason, side)
            origins, shows = np.array(keys, np.int64), self._shows_origins
            run.set_marks(replace(run.marks, origins=origins, shows_origins=shows, tool_effects=self.effects))

    # ---- the trail --------------------------------------------------------------------------------
    def open_gap(self, side: Side, gap: TrailGap) -> None:
        """Show the events of a gap in the trail."""
        self._opened[side] = (*self._opened[side], (gap.start, gap.stop))
        self._request_trail()

    def _request_trail(self) -> None:
        if self.chosen != NO_REASON:
            self._send_request("trail", GetTrail(self.chosen, self._opened["a"], self._opened["b"]))

    def _send_request(self, key: str, body: GetTrail | SetOutcome | Explain) -> None:
        bridge = self.comparison.a.bridge
        if bridge is not None:
            bridge.send_request(key, Request(self.comparison.number, body, None))

    # ---- answers ------------------------------------------------------------------------------------
    @Slot()
    def _on_compared_changed(self) -> None:
        """Mark the reasons as out of date: another comparison has begun, ended or was given up."""
        if isinstance(self.comparison.state, Shown):
            return  # its reasons follow
        if self.comparison.comparison is None:
            self.explained = None
            self._reset_choice()
        self.search = ReasonsProgress()
        self.changed.emit()

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if answer.side is not None or answer.run != self.comparison.number or not self.comparison.active:
            return
        if isinstance(answer.value, ReasonsAnswer):
            self.on_reasons_answer(answer.value)
        elif isinstance(answer.value, Trail) and answer.value.reason == self.chosen:
            self.show_trail(answer.value)

    def on_reasons_answer(self, answer: ReasonsAnswer) -> None:
        """Handle an answer of the engine about the reasons."""
        self.search = answer
        if isinstance(answer, Explained):
            self.explained = answer
            self._reset_choice()
            self._mark_origins()
        self.changed.emit()
        if isinstance(answer, Explained) and answer.result.reasons:
            self._choose(0)
            state = self.comparison.state
            asked_elsewhere = not isinstance(state, Shown) or state.first is not None
            if self._shows_origins and not asked_elsewhere:
                self.go_to_reason()

    def show_trail(self, trail: Trail) -> None:
        """Show the steps that led to the chosen reason."""
        self.trail = trail
        self.trail_changed.emit()

    def _reset_choice(self) -> None:
        if self.chosen != NO_REASON:
            self.chosen, self.trail = NO_REASON, None
            self._mark_origins()
            self._opened = {"a": (), "b": ()}
            self.chosen_changed.emit()
            self.trail_changed.emit()
