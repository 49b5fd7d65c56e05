"""The real window over a real engine, used like a user."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition
from typing import ClassVar

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from replay_gui.core.text.plain_text import one_line
from replay_gui.engine import engine, worker_pool
from replay_gui.engine.bridge import EngineBridge
from replay_gui.engine.jobs.job_messages import FromWorker
from replay_gui.engine.worker_pool import JobHandle, WorkerPool
from replay_gui.look.theme import apply_theme, theme_events
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.session import Session
from replay_gui.widgets.parts.banner import Banner
from replay_gui.windows.main_window import MainWindow
from replay_gui.windows.settings.settings_store import SettingsStore

WAIT = 30_000  # ms
BRIEF = 2.0  # seconds


class Journey:
    """A window, with methods to use it."""

    def __init__(self, qtbot: QtBot, window: MainWindow, settings: SettingsStore) -> None:
        self.qtbot = qtbot
        self.window = window
        self.settings = settings
        self.session = window.session

    def open(self, path: Path, format: str | None = None) -> None:
        """Open a run, and wait for the verdict."""
        with self.qtbot.waitSignal(self.session.report_changed, timeout=WAIT):
            self.session.open(str(path), format=format)
        self.until(lambda: not self.session.working)
        self.arrive(self.session.position)
        facts = self.session.facts
        self.until(lambda: facts is not None and self.window.windowTitle().startswith(one_line(facts.name)))

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key in the focused widget."""
        QTest.keyClick(self.window.focusWidget() or self.window, key, modifiers)

    def drop(self, *paths: Path) -> None:
        """Drag files over the window, and drop them."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        copy, left, plain = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(self.window, QDragEnterEvent(QPoint(10, 10), copy, data, left, plain))
        QApplication.sendEvent(self.window, QDropEvent(QPointF(10, 10), copy, data, left, plain))

    def arrive(self, position: int) -> None:
        """Wait until everything about `position` has come."""
        assert self.session.position == position
        self.until(lambda: self.session.position_state is not None and self.session.position_state.position == position)

    def compared(self) -> ComparisonSession:
        """Wait until the comparison has come and all work has ended; return it."""
        comparison, session = self.window.comparison, self.session
        self.until(lambda: comparison.active and comparison.fresh and comparison.settled and not session.working)
        return comparison

    def banners(self) -> list[str]:
        """Return the texts of the shown banners."""
        return [banner.text for banner in self.window.findChildren(Banner) if banner.isVisible()]

    def until(self, true: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(true, timeout=WAIT)


@pytest.fixture
def journey(qtbot: QtBot, qapp: QApplication) -> Iterator[Journey]:
    if theme_events().choice != "dark" or not qapp.styleSheet():  # otherwise every widget would be styled again
        apply_theme(qapp, "dark")
    settings = SettingsStore()
    window = MainWindow(Session(bridge=EngineBridge()), qapp, settings)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    yield Journey(qtbot, window, settings)
    with KeptPool.while_the_window_closes():
        window.close()


class KeptPool(WorkerPool):
    """A pool for one window after another: closing it ends the jobs under way, and idle workers stay for the next.

    The names of their threads are known to `_nothing_leaks`.
    """

    _BRIEF_JOBS = frozenset({"forget", "marks", "totals", "why"})
    """They write nothing, and end sooner than another worker would start: a window that closes lets them end."""
    _window_closes: ClassVar[bool] = False

    def __init__(self, size: int, module: str, niceness: int) -> None:
        super().__init__(size, module, niceness)
        self._job_ended = Condition(self._lock)

    @classmethod
    @contextmanager
    def while_the_window_closes(cls) -> Iterator[None]:
        """Cancel the jobs that the closing window no longer needs."""
        cls._window_closes = True
        try:
            yield
        finally:
            cls._window_closes = False

    def cancel(self, handle: JobHandle) -> None:
        if self._window_closes and handle.request.job in self._BRIEF_JOBS and handle not in self._waiting:
            handle.on_message = lambda message: None
        else:
            super().cancel(handle)

    def on_worker_message(self, worker: worker_pool._Worker, message: FromWorker) -> None:
        super().on_worker_message(worker, message)
        with self._job_ended:
            self._job_ended.notify_all()

    def _is_brief_work_done(self) -> bool:
        handles = [worker.handle for worker in self._workers]
        return not any(handle is not None and handle.request.job in self._BRIEF_JOBS for handle in handles)

    def close(self) -> None:
        with self._lock:
            self._waiting.clear()
            self._job_ended.wait_for(self._is_brief_work_done, BRIEF)
            idle = {worker for worker in self._workers if worker.handle is None}
            self._workers -= idle
        super().close()
        with self._lock:
            self._closed = False
            self._workers |= {worker for worker in idle if worker.thread.is_alive()}
            for worker in self._workers:
                worker.thread.name = f"kept-{worker.thread.name.removeprefix('kept-')}"

    def end(self) -> None:
        """End the idle workers, too."""
        super().close()


@pytest.fixture(scope="session")
def _kept_pools() -> Iterator[dict[tuple[int, int, str], KeptPool]]:
    pools: dict[tuple[int, int, str], KeptPool] = {}
    yield pools
    for pool in pools.values():
        pool.end()


@pytest.fixture
def kept_workers(_kept_pools: dict[tuple[int, int, str], KeptPool], monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets windows use the worker processes of earlier ones, since starting them takes longer than most tests.

    Not for tests that change the environment, the jobs or the start of workers.
    """
    made = Counter[int]()

    def pool_of(size: int = 2, module: str = "replay_gui.engine.jobs.registry", niceness: int = 10) -> WorkerPool:
        """Return the n-th pool of a size in this window, which is the n-th of that size in earlier windows."""
        made[size] += 1
        return _kept_pools.setdefault((size, made[size], module), KeptPool(size, module, niceness))

    monkeypatch.setattr(worker_pool, "WorkerPool", pool_of)
    monkeypatch.setattr(engine, "WorkerPool", pool_of)
