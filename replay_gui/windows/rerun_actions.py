"""The actions that run a recorded run again: unchanged, or with an edited answer."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QVBoxLayout, QWidget

from replay_gui.core.text.given_paths import absolute_path
from replay_gui.engine.answers import Alert
from replay_gui.engine.requests import Side
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.session import Session
from replay_gui.windows.actions import Handlers

if TYPE_CHECKING:  # the first window does not need it, nor its imports
    from replay_gui.models.rerun.edited_answer import EditedAnswer
    from replay_gui.models.rerun.rerun_plan import RerunPlan
    from replay_gui.models.rerun.rerun_process import RerunProcess
    from replay_gui.record.sessions.questions import Question
    from replay_gui.widgets.comparison.rerun_bar import RerunBar

_PROCESS = "process"


class RerunActions(QObject):
    """The slots of these actions; the new log is compared with the recorded one while it is written.

    Attributes: is_behind: whether the new log has grown since the comparison read it.
    Signals: noticed(object): an Alert to show as a banner.
    """

    noticed = Signal(object)

    def __init__(
        self,
        session: Session,
        comparison: ComparisonSession,
        actions: dict[str, QAction],
        column: QVBoxLayout,
        window: QWidget,
    ) -> None:
        """`column`: gets the bar of a re-run above its last widget, when it is first needed."""
        super().__init__(window)
        self._session, self._comparison = session, comparison
        self._actions, self._window = actions, window
        self._column = column
        self.is_behind = False
        session.run_changed.connect(self.refresh)

    @cached_property
    def process(self) -> RerunProcess:
        """The process of the re-run."""
        from replay_gui.models.rerun.rerun_process import RerunProcess

        process = RerunProcess(self)
        process.changed.connect(self.refresh)
        process.changed.connect(self._on_b_changed)
        process.log_began.connect(self._on_log_began)
        process.log_grew.connect(self._on_log_grew)
        process.question_asked.connect(self._on_asked)
        self._comparison.b.run_changed.connect(self._on_b_changed)
        return process

    @cached_property
    def bar(self) -> RerunBar:
        """The bar with the progress of the re-run and its verdict."""
        from replay_gui.widgets.comparison.rerun_bar import RerunBar

        bar = RerunBar(self.process, self._comparison)
        bar.output_requested.connect(self.on_output)
        self._column.insertWidget(self._column.count() - 1, bar)
        return bar

    @property
    def running(self) -> bool:
        """Whether an agent is being run again."""
        return _PROCESS in self.__dict__ and self.process.running

    @property
    def handlers(self) -> Handlers:
        """The slots of the actions."""
        return {"run_again": self.on_run_again, "what_if": self.on_what_if}

    @Slot()
    def refresh(self) -> None:
        """Enable the actions that are available now."""
        is_free = self._session.facts is not None and not self.running
        self._actions["run_again"].setEnabled(is_free)
        self._actions["what_if"].setEnabled(is_free and not self._comparison.active)

    def close(self) -> None:
        """End a running agent, because the window closes."""
        if _PROCESS in self.__dict__:
            self.process.close()

    # ---- actions ----------------------------------------------------------------------------------
    @Slot()
    def on_run_again(self) -> None:
        self._ask_plan(None)

    @Slot()
    def on_what_if(self) -> None:
        """Edit the answer at the position."""
        from replay_gui.models.rerun.edited_answer import NotEditable, answer_text
        from replay_gui.windows.dialogs.answer_dialog import AnswerDialog

        shown = self._session.position_state
        if self._is_refused():
            return
        try:
            answer = answer_text(None if shown is None else shown.event, None if shown is None else shown.pair)
        except NotEditable as why:
            self.noticed.emit(Alert("info", str(why)))
            return
        dialog = AnswerDialog(answer, self._window)
        dialog.edited.connect(self._ask_plan)
        dialog.open()

    @Slot(object)
    def _ask_plan(self, edit: EditedAnswer | None) -> None:
        from replay_gui.models.rerun.rerun_plan import limits
        from replay_gui.windows.dialogs.rerun_dialog import RerunDialog

        facts, index = self._session.facts, self._session.index
        if facts is None or self._is_refused():
            return
        dialog = RerunDialog(facts, index.tools, limits(facts, index), edit, self._window)
        dialog.chosen.connect(self._start)
        dialog.open()

    def _is_refused(self) -> bool:
        """Return whether the run cannot be run again, and show the reason."""
        from replay_gui.models.rerun.rerun_plan import why_not

        facts = self._session.facts
        reason = "" if facts is None else why_not(facts, self._session.index)
        if reason:
            self.noticed.emit(Alert("info", reason))
        return bool(reason)

    @Slot(object)
    def _start(self, plan: RerunPlan) -> None:
        _ = self.bar  # shown in the window from here on
        self.process.start(plan)

    @Slot()
    def on_output(self) -> None:
        """Show the output of the agent."""
        from replay_gui.windows.dialogs.output_dialog import OutputDialog

        OutputDialog(self.process, self._window).open()

    # ---- while it runs ------------------------------------------------------------------------------
    @Slot()
    def _on_log_began(self) -> None:
        from replay_gui.models.rerun.rerun_states import RunningAgain  # not needed before an agent is run again

        state, facts = self.process.state, self._session.facts
        assert isinstance(state, RunningAgain)
        plan = state.plan
        is_open = facts is not None and absolute_path(facts.path) == str(plan.run)
        self._comparison.start(str(state.files.new), None if is_open else str(plan.run))
        self._actions["show_divergences"].setChecked(True)

    @Slot()
    def _on_log_grew(self) -> None:
        self.is_behind = True
        self._on_b_changed()

    @Slot()
    def _on_b_changed(self) -> None:
        """Show that the log in B still grows, but do not report each change on disk."""
        follows = self.process.running and self.bar.shows_new_log
        if follows:
            self._comparison.b.following.watch("")
        self._comparison.set_b_grows(follows)
        if self.is_behind and self.bar.shows_new_log:
            self.is_behind = False
            self._comparison.following.take_growth(Side.B, always=True)

    @Slot(str, object)
    def _on_asked(self, name: str, question: Question) -> None:
        from replay_gui.windows.dialogs.question_dialog import QuestionDialog

        dialog = QuestionDialog(name, question, self._window)
        dialog.replied.connect(self.process.reply)
        dialog.open()
