"""The events that changed the chosen value of the state: their number, the last one, and steps between them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from replay_gui.core.index.run_index import time_since_start
from replay_gui.core.log.positions import EventIndex, Position, index_before, position_after
from replay_gui.core.replay.value_history import value_at
from replay_gui.core.state.state import ABSENT, Path
from replay_gui.core.text.clock import since_start
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.queries.value_messages import TraceValue, ValueTrace
from replay_gui.models.run.event_words import label_at
from replay_gui.models.session import Session

REST_MS = 200  # ms that a choice must last before its history is requested: moving through rows requests none


@dataclass(frozen=True, slots=True)
class _Tracing:
    """More events may come. `share`: of the run that was replayed, 0 … 1."""

    number: int
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class _Traced:
    """No more events come. `problem`: why the history is not known, or ""."""

    problem: str = ""


class ChosenValueTrace(QObject):
    """The history of the value at one path, for the session's run. Marks its changes on the timeline.

    Attributes:
        path: of the value, or None. indexes: int64, the known events that changed it, ascending.

    Signal: changed(): any of these, or the words, have changed.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path: Path | None = None
        self.indexes: NDArray[np.int64] = np.zeros(0, np.int64)
        self._work: _Tracing | _Traced = _Traced()
        self._session = session
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._request)
        session.values.traced.connect(self._on_traced)
        session.run_changed.connect(self._on_run_changed)
        session.facts_changed.connect(self._restart)  # the run was still growing
        session.position_state_changed.connect(self.changed)

    @property
    def tracing(self) -> bool:
        """Whether more events may come."""
        return isinstance(self._work, _Tracing)

    @property
    def problem(self) -> str:
        """Why the history is not known, or ""."""
        return self._work.problem if isinstance(self._work, _Traced) else ""

    @Slot(object)
    def follow(self, path: Path | None) -> None:
        """Trace the value at this path, or none; ignore the same path again."""
        if path != self.path:
            self.path = path
            self._restart()

    @Slot()
    def stop(self) -> None:
        """End the trace under way; the events found so far stay."""
        if self.tracing:
            self._rest.stop()
            self._session.values.request_value(TraceValue(self._session.values.new_number(), ()))
            self._work = _Traced(tr("stopped"))
            self.changed.emit()

    # ---- steps --------------------------------------------------------------------------------------
    @property
    def writer(self) -> Position | None:
        """The last change at or before the position; None if there is none."""
        before = int(np.searchsorted(self.indexes, self._session.position))
        return position_after(EventIndex(int(self.indexes[before - 1]))) if before else None

    @property
    def next_change(self) -> Position | None:
        """The first change after the position; None if there is none."""
        after = int(np.searchsorted(self.indexes, self._session.position))
        return position_after(EventIndex(int(self.indexes[after]))) if after < len(self.indexes) else None

    @property
    def previous_change(self) -> Position | None:
        """The last change before the position; None if there is none."""
        before = int(np.searchsorted(self.indexes, self._session.position - 1))
        return position_after(EventIndex(int(self.indexes[before - 1]))) if before > 0 else None

    def go_to_writer(self) -> None:
        """Go to the last change at or before the position, if there is one."""
        if self.writer is not None:
            self._session.seek(self.writer)

    def step(self, forward: bool) -> None:
        """Go to the next or previous change, if there is one."""
        position = self.next_change if forward else self.previous_change
        if position is not None:
            self._session.seek(position)

    # ---- words --------------------------------------------------------------------------------------
    @property
    def words(self) -> str:
        """Return ``changed 14 times, last by 302 (search →, +0:41)``; "" if no value is chosen."""
        if self.path is None:
            return ""
        if self.problem and not len(self.indexes):
            return tr("its history is not known: {reason}", reason=self.problem)
        number, writer = len(self.indexes), self.writer
        if isinstance(self._work, _Tracing):
            return _progress_words(number, int(100 * self._work.share))
        changes = trn("changed {n} time", "changed {n} times", number) if number else tr("no event changed it")
        if self.problem:
            changes = tr("{changes} ({problem})", changes=changes, problem=self.problem)
        if not number:
            return changes
        if writer is None:
            return tr("{changes}, first by {event}", changes=changes, event=self._event_words(self.next_change))
        if self._is_absent:
            return tr("{changes}, removed by {event}", changes=changes, event=self._event_words(writer))
        return tr("{changes}, last by {event}", changes=changes, event=self._event_words(writer))

    @property
    def _is_absent(self) -> bool:
        state = self._session.position_state
        keys = [str(name) for name in self.path or ()]
        return state is not None and value_at(state.state, keys) is ABSENT

    def _event_words(self, position: Position | None) -> str:
        if position is None:
            return ""
        index, at = self._session.index, index_before(position)
        words = [label_at(index, at)]
        since = time_since_start(index, at)
        if since is not None:
            words.append(since_start(since).partition(".")[0])  # seconds are exact enough
        return f"{whole_number(position)} ({', '.join(words)})"

    # ---- requests -----------------------------------------------------------------------------------
    @Slot()
    def _on_run_changed(self) -> None:
        self.path = None
        self._restart()

    @Slot()
    def _restart(self) -> None:
        number = self._session.values.new_number()
        self.indexes = np.zeros(0, np.int64)
        if self.path is not None:
            self._work = _Tracing(number)
            self._rest.start()
        else:
            self._work = _Traced()
            self._rest.stop()
            self._session.values.request_value(TraceValue(number, ()))
        self._mark()
        self.changed.emit()

    @Slot()
    def _request(self) -> None:
        if self.path is not None and isinstance(self._work, _Tracing):
            keys = tuple(str(name) for name in self.path)
            self._session.values.request_value(TraceValue(self._work.number, keys))

    @Slot(object)
    def _on_traced(self, trace: ValueTrace) -> None:
        if not isinstance(self._work, _Tracing) or trace.number != self._work.number:
            return
        share = trace.done / trace.total if trace.total else 0.0
        self._work = _Traced(trace.problem) if trace.ended else replace(self._work, share=share)
        if trace.indexes:
            self.indexes = np.append(self.indexes, np.array(trace.indexes, np.int64))
            self._mark()
        self.changed.emit()

    def _mark(self) -> None:
        if len(self.indexes) or len(self._session.marks.value_changes):
            self._session.set_marks(replace(self._session.marks, value_changes=self.indexes))


def _progress_words(changes: int, percent: int) -> str:
    if not changes:
        return tr("no change so far, {percent} % replayed", percent=percent)
    return trn(
        "changed {n} time so far, {percent} % replayed",
        "changed {n} times so far, {percent} % replayed",
        changes,
        percent=percent,
    )
