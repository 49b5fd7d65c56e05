"""Restores the content of the last closed window at the next start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QAbstractScrollArea

from replay_gui.core.text.given_paths import absolute_path
from replay_gui.engine.answers import Alert
from replay_gui.engine.bridge import QuietTurn
from replay_gui.models.comparison.comparison_navigation import events_at
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.run.event_filter import EventFilter
from replay_gui.models.session import Session
from replay_gui.windows.runs.runs_page import RunsPage
from replay_gui.windows.session.window_state import (
    ShownComparison,
    ShownFilter,
    ShownSearch,
    ShownState,
    WindowState,
    short_paths,
)
from replay_gui.windows.settings.settings_store import SettingsStore

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from replay_gui.windows.run_view import RunView

RESTORES = "restore"  # in the settings: "no" if the program begins with the welcome page
_KEY = "window_state"


@dataclass(frozen=True, slots=True)
class _Restored:
    """Nothing is left to be restored."""


@dataclass(frozen=True, slots=True)
class _OpeningRun:
    """The run of this state is being opened."""

    state: WindowState


@dataclass(frozen=True, slots=True)
class _ShowingRun:
    """The run is open, and not all of this state is shown yet."""

    state: WindowState


class SessionRestore(QObject):
    """Saves the content of one window in the settings, and restores it.

    Attributes:
        keeps: whether the open run can be opened again, unlike standard input.
    """

    def __init__(
        self,
        session: Session,
        comparison: ComparisonSession,
        runs_page: RunsPage,
        settings: SettingsStore,
        *,
        get_view: Callable[[], RunView],
        actions: dict[str, QAction],
    ) -> None:
        super().__init__(runs_page)
        self._session, self._comparison, self._runs_page = session, comparison, runs_page
        self._get_view, self._actions, self._settings = get_view, actions, settings
        self.keeps = True
        self._progress: _Restored | _OpeningRun | _ShowingRun = _Restored()
        self._folded: tuple[int, ...] = ()  # subagents to fold once they are known
        self._panels = QuietTurn(self)  # once all panels know the run
        self._panels.reached.connect(self._show_panels)
        self._place = QuietTurn(self)  # once the panels show it
        self._place.reached.connect(self._scroll)
        session.run_changed.connect(self._on_run_changed)
        session.alert_raised.connect(self._on_alert)
        session.index_changed.connect(self._on_index_changed)
        session.totals_changed.connect(self._on_totals_changed)
        session.position_state_changed.connect(self._on_state_changed)

    @property
    def working(self) -> bool:
        """Whether the restoration is still in progress."""
        return not isinstance(self._progress, _Restored)

    # ---- save -----------------------------------------------------------------------------------------
    def save(self) -> None:
        """Save the present view; call it before the window closes. Parts that are still being restored stay saved."""
        if self.keeps and not self.working:
            self._settings.set_value(_KEY, self._state().save())

    def _state(self) -> WindowState:
        session = self._session
        runs = self._runs_page.save()
        if session.facts is None or runs.shown:
            return WindowState(runs=runs)
        view = self._get_view()
        filter_, tree = view.events.table.filter, view.state.tree
        page = view.detail.pages.currentWidget()
        return WindowState(
            path=absolute_path(session.facts.given),
            format=session.format,
            runs=runs,
            search=ShownSearch(
                text=view.finder.text,
                match_case=view.finder.match_case,
                hits_only=view.events.hits_only.isChecked(),
            ),
            comparison=self._compared(),
            axis="time" if session.axis == "time" else "number",
            view=None if session.shows_all else session.view,
            bookkeeping=not session.hides_bookkeeping,
            filter=ShownFilter(
                kinds=tuple(sorted(filter_.kinds)),
                tools=tuple(sorted(filter_.tools)),
                without_kinds=tuple(sorted(filter_.without_kinds)),
                without_tools=tuple(sorted(filter_.without_tools)),
                failed=filter_.failed,
            ),
            folded=tuple(sorted(view.events.table.folded)),
            rows=view.events.view.verticalScrollBar().value(),
            tab=view.detail.tabs.checkedId(),
            detail=page.verticalScrollBar().value() if isinstance(page, QAbstractScrollArea) else 0,
            state=ShownState(
                expanded=short_paths(tree.expanded),
                collapsed=short_paths(tree.collapsed),
                chosen=view.state.view.chosen,
                changed_only=view.state.changed_only.isChecked(),
                facts=view.shows_facts,
                top=view.state.view.verticalScrollBar().value(),
            ),
        )

    def _compared(self) -> ShownComparison | None:
        comparison = self._comparison
        if not comparison.active or comparison.b.facts is None:
            return None
        return ShownComparison(
            path=absolute_path(comparison.b.facts.given),
            step=events_at(comparison.comparison, comparison.row),
            anchors=comparison.anchors,
            shows_why=self._actions["show_why"].isChecked(),
        )

    # ---- restore --------------------------------------------------------------------------------------
    def restore(self) -> None:
        """Restore the view of the last closed window, if the user wants that; missing files are left out."""
        if self._settings.value(RESTORES) == "no":
            return
        state = WindowState.restored(self._settings.value(_KEY))
        if state is None:
            return
        if state.runs.sources:
            self._runs_page.restore(state.runs)
        if state.path:
            self._progress = _OpeningRun(state)
            self._session.open(state.path, format=state.format)

    @Slot(object)
    def _on_alert(self, alert: Alert) -> None:
        """Show only B if run A does not exist any more; a banner reports it."""
        if not isinstance(self._progress, _OpeningRun) or alert.severity != "error":
            return
        comparison, self._progress = self._progress.state.comparison, _Restored()
        if comparison is not None:
            self._session.open(comparison.path)

    @Slot()
    def _on_run_changed(self) -> None:
        before, self._progress, self._folded = self._progress, _Restored(), ()
        if not isinstance(before, _OpeningRun) or self._session.facts is None:
            return
        state = before.state
        self._progress, self._folded = _ShowingRun(state), state.folded
        self._session.show_bookkeeping(state.bookkeeping)
        self._session.set_axis(state.axis)
        self._panels.await_turn()
        if state.comparison is not None:
            kept = state.comparison
            self._comparison.restore(kept.path, kept.step, kept.anchors)
            self._actions["show_why" if kept.shows_why else "show_divergences"].setChecked(True)

    @Slot()
    def _show_panels(self) -> None:
        if not isinstance(self._progress, _ShowingRun):
            return
        state = self._progress.state
        view, kept = self._get_view(), state.filter
        view.events.set_filter(
            EventFilter(
                frozenset(kept.kinds),
                frozenset(kept.tools),
                kept.failed,
                without_kinds=frozenset(kept.without_kinds),
                without_tools=frozenset(kept.without_tools),
            )
        )
        view.events.hits_only.setChecked(state.search.hits_only)
        if state.search.text:
            view.finder.find(state.search.text, state.search.match_case)
        view.detail.show_tab(state.tab)
        view.state.changed_only.setChecked(state.state.changed_only)
        view.state.tree.open_paths(state.state.expanded, state.state.collapsed)
        if state.state.chosen is not None:
            view.state.view.choose_path(state.state.chosen)
        if state.state.facts != view.shows_facts:
            view.toggle_facts()
        self._on_index_changed()
        self._on_totals_changed()
        self._place.await_turn()

    @Slot()
    def _on_index_changed(self) -> None:
        if isinstance(self._progress, _ShowingRun) and self._session.index.complete:
            if self._progress.state.view is not None:
                self._session.set_view(*self._progress.state.view)
            self._place.await_turn()

    @Slot()
    def _on_totals_changed(self) -> None:
        if self._folded and self._session.totals is not None:
            table, folded = self._get_view().events.table, self._folded
            self._folded = ()
            table.fold(frozenset(number for number in folded if number < len(table.subagents.paths)))

    @Slot()
    def _on_state_changed(self) -> None:
        if isinstance(self._progress, _ShowingRun):
            self._place.await_turn()

    @Slot()
    def _scroll(self) -> None:
        """Restore the scroll positions, as the last step; later moves are the user's own."""
        has_state, is_complete = self._session.position_state is not None, self._session.index.complete
        if not isinstance(self._progress, _ShowingRun) or not has_state or self._panels.isActive() or not is_complete:
            return
        state, self._progress = self._progress.state, _Restored()
        view = self._get_view()
        page = view.detail.pages.currentWidget()
        view.events.view.verticalScrollBar().setValue(state.rows)
        view.state.view.verticalScrollBar().setValue(state.state.top)
        if isinstance(page, QAbstractScrollArea):
            page.verticalScrollBar().setValue(state.detail)
