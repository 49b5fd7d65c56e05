"""The left side of the page of many runs: their groups, the tasks before and after a change, or all runs."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from replay_gui.core.facts.fact_names import OUTCOME, TASK, VersionPair, fact_name
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.theme import GAP, UNIT
from replay_gui.models.runs.run_group_table import fact_words
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.widgets.parts.panel import Panel
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.widgets.runs.evaluated_run_view import EvaluatedRunView
from replay_gui.widgets.runs.flip_view import FlipView
from replay_gui.widgets.runs.run_group_view import RunGroupView

_MAX_NAME_CHARACTERS = 40  # characters of a version's name
_MIN_CHOSEN_RUNS = 2


class GroupsPanel(Panel):
    """Shows groups, flips or runs of a RunsSession, to choose the runs to contrast.

    Signals: chosen_changed(): other runs are chosen in the list of all runs. everything_wanted(bool): all runs are
    contrasted, or some.
    Attributes: groups, flips, all_runs: the lists.
    """

    chosen_changed = Signal()
    everything_wanted = Signal(bool)

    def __init__(self, session: RunsSession, parent: QWidget | None = None) -> None:
        super().__init__(tr("Tasks"), parent)
        self._session = session
        session.contrasts_first_group = True
        self.groups, self.flips = RunGroupView(session), FlipView(session)
        self.all_runs = EvaluatedRunView(session, only_chosen=False)
        self._summary = PlainLabel(role="secondary")
        self._summary.setWordWrap(True)
        self._summary.setContentsMargins(GAP + UNIT, UNIT, GAP, UNIT)
        self._lists = QStackedWidget()
        self.add_part(self._summary)
        self.add_part(self._lists, 1)
        for page in (self.groups, self.flips, self.all_runs):
            self._lists.addWidget(page)
        self.contrast_button = self.add_button(
            tr("Contrast"), tr("Contrast the chosen runs alone (Ctrl+click chooses several)")
        )
        self.versions_button = self.add_button(
            tr("Before / after"), tr("Compare the two chosen groups, task by task (Ctrl+click chooses two)")
        )
        self.swap_button = self.add_button(tr("Swap"), tr("Exchange before and after"))
        self.leave_button = self.add_button(tr("Leave"), tr("No longer compare versions"))
        self.table_button = self.add_button(tr("Table"), tr("List every run with its facts"), checkable=True)
        self._connect()
        self.show_lists()

    def _connect(self) -> None:
        session = self._session
        session.runs_changed.connect(self.show_lists)
        session.grouped.connect(self._on_grouped)
        session.progressed.connect(self._on_progressed)
        self.groups.group_chosen.connect(self._on_group_chosen)
        self.groups.chosen_changed.connect(self._show_buttons)
        self.flips.task_chosen.connect(self._on_task_chosen)
        self.all_runs.chosen_changed.connect(self._on_chosen_changed)
        self.contrast_button.clicked.connect(self._on_contrast)
        self.versions_button.clicked.connect(self._on_versions)
        self.swap_button.clicked.connect(self._on_swap)
        self.leave_button.clicked.connect(self._on_leave)
        self.table_button.toggled.connect(self._on_table_toggled)

    @property
    def summary(self) -> str:
        """The text above the tasks before and after; "" for none."""
        return self._summary.text()

    def set_filter(self, text: str) -> None:
        """Show only the groups, or the runs of the table, that contain this text."""
        self.groups.set_filter(text)
        self.all_runs.set_filter(text)

    def set_everything(self, on: bool) -> None:
        """Contrast all runs if `on`; else the current group, or the first one as soon as there is one."""
        self._session.contrasts_first_group = not on
        if not on:
            (self.groups if self._session.versions is None else self.flips).choose_current()

    # ---- the lists ------------------------------------------------------------------------------------
    @Slot()
    def show_lists(self) -> None:
        """Show the list, its title and its buttons by the state of the session and the choice of the user."""
        session, as_table = self._session, self.table_button.isChecked()
        versions = session.versions
        self._lists.setCurrentWidget(self.all_runs if as_table else self.groups if versions is None else self.flips)
        if as_table:
            self.set_title(tr("Runs"))
            self.set_note(whole_number(len(session.runs)))
        elif versions is not None:
            fact = fact_words(versions.fact)
            self.set_title(f"{fact}: {_version_name(versions.before)} → {_version_name(versions.after)}")
            self.set_note("")
        else:
            by_task = session.group_by == TASK
            fact = one_line(fact_name(session.group_by), _MAX_NAME_CHARACTERS)
            self.set_title(tr("Tasks") if by_task else tr("By {fact}", fact=fact))
            self.set_note(whole_number(len(session.groups)) if session.groups else "")
        self._summary.setText(self._summary_words())
        self._summary.setVisible(bool(self._summary.text()) and not as_table)
        mixed = session.group_by == TASK and any(group.mixed for group in session.groups)
        self.groups.setToolTip(tr("Tasks with mixed outcomes are first") if mixed else "")
        self._show_buttons()

    @Slot()
    def _show_buttons(self) -> None:
        session, as_table = self._session, self.table_button.isChecked()
        versioned = session.versions is not None
        self.contrast_button.setVisible(as_table)
        self.contrast_button.setEnabled(len(self.all_runs.chosen) >= _MIN_CHOSEN_RUNS)
        groups = not as_table and not versioned and session.group_by not in (TASK, OUTCOME)
        self.versions_button.setVisible(groups and len(session.groups) > 1)
        self.versions_button.setEnabled(len(self.groups.chosen) == _MIN_CHOSEN_RUNS)
        self.swap_button.setVisible(versioned and not as_table)
        self.leave_button.setVisible(versioned and not as_table)

    @Slot()
    def _on_grouped(self) -> None:
        self.all_runs.sort_by(self._session.group_by)

    @Slot()
    def _on_progressed(self) -> None:
        session = self._session
        nothing = "" if session.working else tr("There is no run here.")
        hint = one_line(session.problem, 400) if session.problem else nothing
        for view in (self.groups, self.flips, self.all_runs):
            view.hint = hint
            view.viewport().update()

    def _summary_words(self) -> str:
        """Return the number of flipped tasks, and whether it is significant, in words."""
        change = self._session.change
        if change is None or self._session.versions is None:
            return ""
        return change.summary

    # ---- actions of the user --------------------------------------------------------------------------
    @Slot(object)
    def _on_group_chosen(self, group: object) -> None:
        from replay_gui.core.contrast.run_groups import RunGroup

        assert isinstance(group, RunGroup)  # the type of the argument of the signal
        self._session.contrasts_first_group = True
        self._session.choose_group(group)
        self.everything_wanted.emit(False)

    @Slot(object)
    def _on_task_chosen(self, task: object) -> None:
        from replay_gui.core.contrast.run_groups import RunGroup
        from replay_gui.core.contrast.versions import TaskFlip

        assert isinstance(task, TaskFlip)  # the type of the argument of the signal
        before, after = task.before, task.after
        both = RunGroup(
            task.task,
            (*before.runs, *after.runs),
            before.passed + after.passed,
            before.failed + after.failed,
            before.unknown + after.unknown,
        )
        self._session.choose_group(both)
        self.everything_wanted.emit(False)

    @Slot()
    def _on_chosen_changed(self) -> None:
        self._show_buttons()
        self.chosen_changed.emit()

    @Slot()
    def _on_contrast(self) -> None:
        self._session.choose(tuple(sorted(self.all_runs.chosen)))
        self.everything_wanted.emit(False)

    @Slot()
    def _on_versions(self) -> None:
        before, after = self.groups.chosen
        self._compare(VersionPair(self._session.group_by, before.value, after.value))

    @Slot()
    def _on_swap(self) -> None:
        versions = self._session.versions
        if versions is not None:
            self._compare(VersionPair(versions.fact, versions.after, versions.before))

    def _compare(self, versions: VersionPair) -> None:
        self._session.contrasts_first_group = False
        self._session.compare_versions(versions)
        self.everything_wanted.emit(True)

    @Slot()
    def _on_leave(self) -> None:
        versions = self._session.versions
        if versions is not None:
            self._session.contrasts_first_group = True
            self._session.set_group_by(versions.fact)
            self.everything_wanted.emit(False)

    @Slot(bool)
    def _on_table_toggled(self, _on: bool) -> None:
        self.show_lists()
        self.chosen_changed.emit()


def _version_name(value: str | None) -> str:
    return tr("unknown") if value is None else one_line(value, _MAX_NAME_CHARACTERS)
