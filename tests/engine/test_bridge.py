"""The bridge to the engine: when requests reach it, and when its answers reach the window."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from itertools import pairwise
from threading import Event
from types import ModuleType

import pytest
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot
from pytestqt.qtbot import QtBot

from replay_gui.engine import bridge as bridge_module
from replay_gui.engine import engine as engine_module
from replay_gui.engine.answers import Alert
from replay_gui.engine.bridge import EngineBridge
from replay_gui.engine.requests import Answer, ClearCache, Request
from replay_gui.engine.worker_pool import WorkerPool

REQUEST = Request(0, ClearCache())


class AnsweringEngine:
    """Answers each request at once, three times."""

    def __init__(self, deliver: Callable[[Answer], None], pool: WorkerPool) -> None:
        self._deliver, self._pool = deliver, pool

    def start(self) -> None:
        pass

    def send_request(self, key: Hashable, request: Request) -> None:
        for number in range(3):
            self._deliver(Answer(request.run, number, Alert("info", f"{key} {number}"), request.side))

    def close(self) -> None:
        self._pool.close()


class Diary(QObject):
    """Writes down which answers came, and "" for the end of each turn of the event loop.

    Each answer takes `seconds` of the thread's own time.
    """

    def __init__(self, bridge: EngineBridge, seconds: float = 0.0) -> None:
        super().__init__(bridge)
        self.lines: list[str] = []
        self._seconds = seconds
        bridge.answered.connect(self.on_answered)
        self._turns = QTimer(self, interval=0)
        self._turns.timeout.connect(self.on_turn)
        self._turns.start()

    @Slot(object)
    def on_answered(self, answer: Answer) -> None:
        assert isinstance(answer.value, Alert)
        self.lines.append(answer.value.text)
        until = time.thread_time() + self._seconds
        while time.thread_time() < until:
            pass

    @Slot()
    def on_turn(self) -> None:
        self.lines.append("")


@pytest.fixture
def bridge(qapp: QCoreApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineBridge]:
    monkeypatch.setattr(engine_module, "Engine", AnsweringEngine)
    bridge = EngineBridge()
    yield bridge
    bridge.close()
    bridge.deleteLater()


def test_answers_that_wait_come_in_order_and_one_a_turn_if_they_take_long(bridge: EngineBridge, qtbot: QtBot) -> None:
    diary = Diary(bridge, seconds=0.002)
    bridge.send_request("first", REQUEST)
    bridge.send_request("second", REQUEST)
    qtbot.waitUntil(lambda: "second 2" in diary.lines)
    came = [n for n, line in enumerate(diary.lines) if line]
    assert [diary.lines[n] for n in came] == [f"{key} {n}" for key in ("first", "second") for n in range(3)]
    assert all("" in diary.lines[n:m] for n, m in pairwise(came))


def test_answers_that_take_no_time_do_not_wait_for_a_turn_each(bridge: EngineBridge, qtbot: QtBot) -> None:
    diary = Diary(bridge)
    with qtbot.waitSignal(bridge.prepared):
        bridge.prepare()
    QCoreApplication.processEvents()
    for key in range(40):
        bridge.send_request(key, REQUEST)
    diary.lines.clear()
    qtbot.waitUntil(lambda: "39 2" in diary.lines)
    came = [n for n, line in enumerate(diary.lines) if line]
    assert [diary.lines[n] for n in came] == [f"{key} {n}" for key in range(40) for n in range(3)]
    assert diary.lines[came[0] : came[-1]].count("") < 60


def test_a_request_is_sent_although_the_thread_that_imported_the_engine_still_runs(
    bridge: EngineBridge, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = Event()

    def import_slowly(name: str) -> ModuleType:
        if name == "numpy.ma":
            may_end.wait()
        return engine_module

    monkeypatch.setattr(bridge_module, "import_module", import_slowly)
    diary = Diary(bridge)
    with qtbot.waitSignal(bridge.prepared):
        bridge.prepare()
    QCoreApplication.processEvents()
    try:
        bridge.send_request("late", REQUEST)
        qtbot.waitUntil(lambda: "late 2" in diary.lines)
    finally:
        may_end.set()


def test_answers_wait_for_the_code_that_shows_them(
    qapp: QCoreApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported: list[str] = []
    may_go_on = Event()

    def import_slowly(name: str) -> ModuleType:
        if name == "page":
            may_go_on.wait()
        imported.append(name)
        return engine_module

    monkeypatch.setattr(engine_module, "Engine", AnsweringEngine)
    monkeypatch.setattr(bridge_module, "import_module", import_slowly)
    bridge = EngineBridge(modules=("page",))
    diary = Diary(bridge)
    came: list[bool] = []
    bridge.imported.connect(lambda: came.append(True))
    try:
        bridge.send_request("early", REQUEST)  # reaches the engine while the page is imported
        qtbot.waitUntil(lambda: len(bridge._answers) == 3)
        assert (imported, came) == (["replay_gui.engine.engine", "numpy.ma"], [])
        may_go_on.set()
        qtbot.waitUntil(lambda: bool(came))
        bridge.send_request("later", REQUEST)
        qtbot.waitUntil(lambda: len(bridge._answers) == 6)
        assert not any(diary.lines)
        bridge.release_answers()
        qtbot.waitUntil(lambda: "later 2" in diary.lines)
        bridge.send_request("last", REQUEST)
        qtbot.waitUntil(lambda: "last 2" in diary.lines)
        assert [line for line in diary.lines if line] == [
            f"{k} {n}" for k in ("early", "later", "last") for n in range(3)
        ]
    finally:
        may_go_on.set()
        bridge.close()
        bridge.deleteLater()


def test_code_that_cannot_be_imported_does_not_keep_answers_for_ever(
    qapp: QCoreApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _failure: None)
    bridge = EngineBridge(modules=("replay_gui.no_such_page",))
    try:
        with qtbot.waitSignal(bridge.imported):
            bridge.prepare()
    finally:
        bridge.close()
        bridge.deleteLater()
