"""ComparisonSession under random orders of actions and answers: stale answers, failures, changes while comparing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from replay_gui.core.divergence.alignment.row_indexes import RowIndexes
from replay_gui.core.divergence.comparison import Change
from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.core.log.positions import EventIndex, Position
from replay_gui.engine.answers import Alert, Compared, Progress, RulesRead, RunOpened
from replay_gui.engine.requests import (
    Answer,
    AnswerValue,
    Close,
    Compare,
    GetStep,
    Open,
    ReadRules,
    Request,
    Side,
    WorkEnded,
)
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.comparison.comparison_states import Comparing, Idle, Opening, Shown, Stopped
from replay_gui.models.event_loop_queue import EventLoopQueue
from replay_gui.models.session import Session
from tests.helpers.comparisons import comparison_of, facts_of, step_of
from tests.helpers.effort import tries
from tests.helpers.scripted_bridge import ScriptedBridge
from tests.helpers.story import story_index

CHANGES = [Change.EQUAL, Change.CHANGED, Change.ONLY_B, Change.EQUAL, Change.ONLY_A, Change.CHANGED]
EVENTS = 5  # of either side
IGNORED = Rule(Action.IGNORE, tool="search")
SAVED = Rule(Action.NONDETERMINISTIC, tool="clock")  # in the rules file of every log


class ComparisonMachine(RuleBasedStateMachine):
    """Plays the user and the engine; the invariants hold after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.bridge = ScriptedBridge(reads_rules=False)
        self.session = ComparisonSession(Session(bridge=self.bridge))
        self.session.setParent(self.session.a)
        for queue in self.session.findChildren(EventLoopQueue):
            for timer in queue.findChildren(QTimer):
                timer.setInterval(0)
        self.progress: Progress | None = None
        self.session.progress_changed.connect(self._on_progress)
        self.answered: Compare | None = None  # the request whose result came last
        self.stale: list[tuple[int, Compare]] = []  # numbers and requests that were answered or replaced
        self.files = 0
        self.reads_again = False  # an earlier result may then stay while they are opened

    def teardown(self) -> None:
        self.session.close()
        self.session.a.close()
        self.session.a.deleteLater()

    def _on_progress(self, progress: Progress | None) -> None:
        self.progress = progress

    # ---- the user ---------------------------------------------------------------------------------
    @initialize()
    def open_a(self) -> None:
        self.session.a.open("/runs/a.rlog")
        self.answer_open(Side.A, fails=False)

    @rule(with_a=st.booleans(), position=st.integers(0, EVENTS))
    def start(self, with_a: bool, position: int) -> None:
        self.files += 1
        self.reads_again = False
        self.session.start(
            f"/runs/b{self.files}.rlog", f"/runs/a{self.files}.rlog" if with_a else None, Position(position)
        )
        self.run_queues()

    @rule()
    def end(self) -> None:
        self.session.end()

    @rule()
    def swap(self) -> None:
        self.reads_again = False
        self.session.swap()
        self.run_queues()

    @rule()
    def reload(self) -> None:
        self.reads_again = False
        self.session.reload()
        self.run_queues()

    @rule(sides=st.sets(st.sampled_from(Side), min_size=1))
    def read_again(self, sides: set[Side]) -> None:
        """Logs have grown."""
        self.reads_again = self.session.read_again(sides) or self.reads_again
        self.run_queues()

    @rule()
    def open_another_run_in_a(self) -> None:
        self.session.a.open("/runs/another.rlog")

    @rule()
    def cancel(self) -> None:
        was_comparing = isinstance(self.session.state, Comparing)
        self.session.cancel_work()
        if (request := self.bridge.take("stop", None)) is not None and was_comparing:
            self._remember(self.bridge.take("compare", None))
            self._tell(request.run, Alert("info", "Stopped: the runs are not compared.", ("retry",)), WorkEnded())

    @rule(undoes=st.booleans())
    def change_rules(self, undoes: bool) -> None:
        if undoes:
            self.session.rules.undo()
        elif IGNORED in self.session.rules.in_force:
            self.session.rules.remove([entry.rule for entry in self.session.rules.entries].index(IGNORED))
        else:
            self.session.rules.add(IGNORED)

    @rule(a=st.integers(0, EVENTS - 1), b=st.integers(0, EVENTS - 1))
    def set_anchor(self, a: int, b: int) -> None:
        self.session.set_anchor(EventIndex(a), EventIndex(b))
        assert (a, b) in self.session.anchors

    @precondition(lambda self: self.session.anchors)
    @rule()
    def remove_anchor(self) -> None:
        self.session.remove_anchor(self.session.anchors[0])

    @rule(row=st.integers(-2, len(CHANGES) + 2))
    def select(self, row: int) -> None:
        self.session.select(row)

    @rule(position=st.integers(0, EVENTS), of_b=st.booleans())
    def seek(self, position: int, of_b: bool) -> None:
        (self.session.b if of_b else self.session.a).seek(Position(position))

    # ---- the engine -------------------------------------------------------------------------------
    @rule(side=st.sampled_from(Side), fails=st.booleans())
    def answer_open(self, side: Side, fails: bool) -> None:
        request = self.bridge.take("open", side)
        if request is None or isinstance(request.body, Close):
            return
        assert isinstance(request.body, Open)
        if fails:
            self.bridge.answer(request, Alert("error", f"{request.body.path}: no such file"))
        else:
            self.bridge.answer(request, RunOpened(facts_of(request.body.path), story_index(EVENTS)))
        self.run_queues()

    @rule()
    def answer_rules(self) -> None:
        if (request := self.bridge.take("read rules")) is not None:
            assert isinstance(request.body, ReadRules)
            self.bridge.answer(request, RulesRead(log=request.body.log, path=None, rules=(SAVED,)))

    @rule(fails=st.booleans())
    def answer_compare(self, fails: bool) -> None:
        request = self.bridge.take("compare", None)
        if request is None or isinstance(request.body, Close):
            return
        self._remember(request)
        if fails:
            self._tell(request.run, Alert("error", "The runs were not compared: broken.", ("retry",)), WorkEnded())
        else:
            self.answered = request.body if isinstance(request.body, Compare) else None
            self._tell(request.run, _result(), WorkEnded())
            self.run_queues()

    @rule()
    def tell_progress(self) -> None:
        if (request := self.bridge.waiting.get((None, "compare"))) is not None and isinstance(request.body, Compare):
            self._tell(request.run, Progress("Comparing", 1, 2, None))

    @precondition(lambda self: self.stale)
    @rule(data=st.data())
    def answer_late(self, data: st.DataObject) -> None:
        """An answer to an earlier comparison changes nothing."""
        number, _ = data.draw(st.sampled_from(self.stale))
        waiting = self.bridge.waiting.get((None, "compare"))
        if waiting is not None and isinstance(waiting.body, Compare) and number < waiting.run:
            before = self._seen()
            self._tell(number, Progress("Comparing", 1, 2, None), _result(), WorkEnded())
            assert self._seen() == before

    @rule()
    def answer_step(self) -> None:
        for key in ("step", "states"):
            request = self.bridge.take(key, None)
            if request is not None and isinstance(request.body, GetStep):
                self._tell(request.run, step_of(request.body.row, has_states=request.body.states))
                self.run_queues()

    def run_queues(self) -> None:
        """Let the event loop run until no queue holds anything."""
        while any(queue.pending for queue in self.session.findChildren(EventLoopQueue)):
            QApplication.processEvents()

    def _tell(self, number: int, *values: AnswerValue) -> None:
        for value in values:
            self.bridge.answered.emit(Answer(number, 1, value, None))

    def _remember(self, request: Request | None) -> None:
        if request is not None and isinstance(request.body, Compare):
            self.stale.append((request.run, request.body))

    def _seen(self) -> tuple[Any, ...]:
        session = self.session
        return session.state, session.compared, session.row, session.step, self.progress

    # ---- what always holds --------------------------------------------------------------------------
    @invariant()
    def one_state_says_it_all(self) -> None:
        session = self.session
        match session.state:
            case Idle():
                assert session.compared is None
                assert session.b.facts is None
                assert not session.a.marks.divergences.size
            case Opening():
                assert session.compared is None or self.reads_again
            case Comparing():
                request = self.bridge.waiting[None, "compare"]
                assert isinstance(request.body, Compare)
                self._assert_is_present(request.body)
            case Stopped():
                assert (None, "compare") not in self.bridge.waiting
            case Shown():
                assert session.compared is not None
                assert self.answered is not None
                self._assert_is_present(self.answered)
        assert session.working == (self.progress is not None)
        assert session.row < len(CHANGES) if session.compared is not None else session.row == -1

    def _assert_is_present(self, request: Compare) -> None:
        session = self.session
        assert (request.run_a, request.run_b) == (session.a.number, session.b.number)
        assert (request.rules, request.anchors) == (session.rules.in_force, session.anchors)

    @rule()
    def answer_everything(self) -> None:
        """Whatever happened: once all is answered, nothing is waited for any more."""
        for _ in range(3):
            for side in Side:
                self.answer_open(side, fails=False)
            self.answer_rules()
            self.answer_compare(fails=False)
            self.answer_step()
            self.answer_step()
        assert isinstance(self.session.state, Idle | Stopped | Shown)
        assert self.session.settled or isinstance(self.session.state, Stopped)


def _result() -> Compared:
    comparison = comparison_of(CHANGES)
    return Compared(comparison, RowIndexes.from_alignment(comparison.alignment), 38.0)


@pytest.mark.usefixtures("qapp")
def test_reloading_while_the_rules_are_read_waits_for_them() -> None:
    machine = ComparisonMachine()
    machine.open_a()
    machine.start(with_a=False, position=0)
    machine.answer_open(Side.B, fails=False)
    machine.reload()
    machine.answer_everything()
    machine.one_state_says_it_all()
    assert machine.answered is not None
    assert machine.answered.rules == (SAVED,)
    machine.teardown()


@pytest.mark.usefixtures("qapp")
class TestComparisonStates(ComparisonMachine.TestCase):  # type: ignore[misc,valid-type]
    settings = settings(max_examples=tries(15, long=60), stateful_step_count=30, deadline=None)
