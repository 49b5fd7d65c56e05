"""The state after the current event, and the changes by the event."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QWidget

from replay_gui.core.log.positions import position_after
from replay_gui.core.state.state import Path
from replay_gui.core.text.known_sentences import sentence_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.answers import PositionState
from replay_gui.models.run.end_state import EndState
from replay_gui.models.run.run_link import run_link
from replay_gui.models.run.state_tree import StateTree
from replay_gui.models.session import Session
from replay_gui.models.values.value_trace import ChosenValueTrace
from replay_gui.models.values.watched_values import WatchedValues
from replay_gui.widgets.parts.notice import Notice
from replay_gui.widgets.parts.panel import Panel
from replay_gui.widgets.parts.panel_find_bar import PanelFindBar
from replay_gui.widgets.run.value_view import ValueView
from replay_gui.widgets.values.value_trace_bar import ValueTraceBar
from replay_gui.widgets.values.watch_view import WatchView

_STATES = {"recorded": translatable("recorded"), "derived": translatable("derived")}  # by RunFacts.state


class StateInspector(Panel):
    """The session's state as a tree. Open and chosen rows stay so when the position moves.

    The visible part stays too, if it contains the first change or a value is chosen. Before the first event it is
    the state at the end, as soon as that is known.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(tr("State"), parent)
        self._session, self._end = session, EndState(session, self)
        self.tree = StateTree(self)
        self.untrusted, self.not_applied, self.more_changes = (Notice(role, self) for role in ("bad", "warn", "info"))
        self.watched = WatchView(WatchedValues(session), self)
        self.trace = ChosenValueTrace(session, self)
        self.trace_bar = ValueTraceBar(self.trace, self)
        self.find_bar = PanelFindBar(tr("Find in the state"), tr("Key or value"), self)
        self.view = ValueView(tr("State"), self.tree, self)
        self.changed_only = self.add_button(
            tr("Changed only"), tr("Show only what this event changed"), checkable=True, short=tr("Changed")
        )
        self.find_button = self.add_button(
            tr("Find"), tr("Find keys and values in the state"), checkable=True, spare=True
        )
        self.search, self.hits = self.find_bar.line, self.find_bar.count
        self._copy = QAction(tr("Copy link"), self)
        self._copy.triggered.connect(self.copy_link)
        self.view.addAction(self._copy)
        for part in (self.untrusted, self.not_applied, self.more_changes, self.watched, self.trace_bar, self.find_bar):
            self.add_part(part)
        self.add_part(self.view, 1)
        self.changed_only.toggled.connect(self._on_changed_only)
        self.find_button.toggled.connect(self._on_find_toggled)
        self.find_bar.opened.connect(self._on_find_opened)
        self.find_bar.text_changed.connect(self._on_needle)
        self.find_bar.step_wanted.connect(self.step_hit)
        self.view.selectionModel().currentRowChanged.connect(self._show_hit_count)
        self.view.path_chosen.connect(self.trace.follow)
        self.watched.path_chosen.connect(self.show_value)
        self.tree.searched.connect(self._on_searched)
        session.run_changed.connect(self.on_run_changed)
        session.position_state_changed.connect(self.on_position_state_changed)
        self._end.changed.connect(self.on_position_state_changed)
        session.report_changed.connect(self._show_trust)
        self.on_run_changed()

    def offer(self, watch: QAction, all_changes: QAction, *others: QAction) -> None:
        """Offer these actions on the chosen value, in the menu of the state and beside the text on its changes."""
        self.view.insertActions(self._copy, [watch, all_changes, *others])
        self.trace_bar.offer(watch, all_changes)

    # ---- signals of the session ---------------------------------------------------------------------
    @Slot()
    def on_run_changed(self) -> None:
        self.view.forget_choice()
        self.tree.forget()
        self.find_bar.end()
        self.on_position_state_changed()

    @Slot()
    def on_position_state_changed(self) -> None:
        shown = self._end.shown()
        self.set_title(
            tr("State") if shown is None else tr("State after {position}", position=whole_number(shown.position))
        )
        if self._end.is_shown:
            self.set_title(tr("State at the end"))
        facts = self._session.facts
        self.set_secondary(tr(_STATES[facts.state]) if facts is not None and facts.state else "", is_whole=True)
        if shown is not None:
            self.tree.show(shown.state, shown.changes, shown.first_keys)
            self.view.show_change()
        why = shown.not_applied if shown is not None else None
        self.not_applied.show_text(
            "" if why is None else tr("This event had no effect: {reason}", reason=one_line(sentence_text(why)))
        )
        self.more_changes.show_text(_words_for_more_changes(shown))
        self._show_trust()
        self._set_hint()
        self._show_hit_count()

    @Slot()
    def _show_trust(self) -> None:
        shown, report = self._end.shown(), self._session.report
        if shown is None or shown.trusted:
            self.untrusted.show_text("")
            return
        broken = None if report is None else report.first_broken
        if broken is None:
            words = tr("Untrusted: the log is damaged before this point.")
        else:
            first = whole_number(position_after(broken))
            words = tr("Untrusted: the log is damaged from event {position} on.", position=first)
        self.untrusted.show_text(words)

    # ---- actions of the user ------------------------------------------------------------------------
    @Slot(bool)
    def _on_changed_only(self, on: bool) -> None:
        self.tree.set_changed_only(on)
        self.view.show_change()
        self._set_hint()
        self._show_hit_count()

    @Slot()
    def begin_find(self) -> None:
        """Show the search field and focus it."""
        self.find_bar.begin()

    def show_value(self, path: Path) -> None:
        """Choose the value at this path, even if a search or filter hides it; or its container, if it is far down."""
        self.find_bar.end()
        self.changed_only.setChecked(False)
        self.tree.reveal(path)
        self.view.choose_path(path)
        self.view.setFocus()

    @Slot(bool)
    def _on_find_toggled(self, on: bool) -> None:
        if on:
            self.find_bar.begin()
        else:
            self.find_bar.end()

    @Slot(bool)
    def _on_find_opened(self, on: bool) -> None:
        self.find_button.setChecked(on)
        if not on and self.search.text() and (row := self.view.currentIndex().row()) >= 0:
            self.tree.reveal(self.tree.path(row))  # the hit stays visible

    @Slot(str)
    def _on_needle(self, needle: str) -> None:
        self.view.mark(needle)
        self.tree.set_needle(needle)
        self._set_hint()
        self._show_hit_count()

    @Slot()
    def _on_searched(self) -> None:
        self._set_hint()
        self._show_hit_count()

    def step_hit(self, forward: bool) -> None:
        """Choose the next or previous hit in the state; after the last one the first."""
        rows = self.tree.found_rows()
        if rows:
            here = self.view.currentIndex().row()
            beyond = [row for row in (rows if forward else rows[::-1]) if (row > here if forward else row < here)]
            self.view.choose(beyond[0] if beyond and here >= 0 else rows[0 if forward else -1])
            self._show_hit_count()

    @Slot()
    def _show_hit_count(self) -> None:
        rows, here = self.tree.found_rows(), self.view.currentIndex().row()
        more = "" if self.tree.complete else "+"
        words = whole_number(len(rows)) + more
        if here in rows:
            words = tr("{n} of {count}", n=whole_number(rows.index(here) + 1), count=words)
        if hidden := self.tree.hidden_hits:
            hidden_words = whole_number(hidden) + more
            words += " · " + tr("{count} hidden by “{button}”", count=hidden_words, button=self.changed_only.text())
        self.hits.setText(words if self.search.text() else "")

    @Slot()
    def copy_link(self) -> None:
        """Copy the command that opens the run here, at the chosen value."""
        facts, shown = self._session.facts, self._session.position_state
        if facts is not None and shown is not None:
            path, format = self.view.chosen or (), self._session.format
            QGuiApplication.clipboard().setText(run_link(facts, shown.position, path=path, format=format))

    def _set_hint(self) -> None:
        shown = self._session.position_state
        if shown is None:
            hint = ""
        elif self.search.text() and self.tree.hidden_hits:
            hint = trn(
                "{n} hit in values that this event did not change.",
                "{n} hits in values that this event did not change.",
                self.tree.hidden_hits,
            )
        elif self.search.text():
            hint = tr("Nothing found.") if self.tree.complete else tr("Searching…")
        elif self.changed_only.isChecked() and shown.position:
            hint = tr("This event changed nothing.")
        elif shown.position == 0 and (self.changed_only.isChecked() or not self._end.is_shown):
            hint = tr("Empty: no event has been applied yet.")
        else:
            hint = tr("The state is empty.")
        self.view.hint = hint
        self.view.viewport().update()


def _words_for_more_changes(shown: PositionState | None) -> str:
    if shown is None or not shown.more_changes:
        return ""
    marked = len(shown.changes)
    return tr(
        "This event changed {count} values; the first {marked} of them are marked.",
        count=whole_number(marked + shown.more_changes),
        marked=whole_number(marked),
    )
