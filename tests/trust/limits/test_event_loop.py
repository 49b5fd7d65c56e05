"""However large a log is in one way, the window's own thread never works for longer than 50 ms at a time.

Measured in time of the processor that this thread takes, beside the bare pass over 1,000 records in the same thread,
since other programs share the machine: 50 ms are 28 passes. Of logs with a single huge event, all that the process
works between two turns of the event loop has a bound, too: Python lets one thread run at a time, so what the engine's
thread does without a pause keeps the window waiting.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from replay_gui.core.log.chain import request_hash
from replay_gui.core.log.positions import Position
from replay_gui.engine.gil_yield import SWITCH_SECONDS
from replay_gui.widgets.run.event_detail import EventDetail
from replay_gui.widgets.timeline.timeline import Timeline
from tests.benchmarks.bare_pass import passes
from tests.benchmarks.logs.log_maker import make_log
from tests.benchmarks.turns import ThreadFloor
from tests.helpers.forged_logs import Forge, forged, written
from tests.helpers.journey import Journey

BOUND = passes(0.05, 1000)
_PATIENCE_MS = 600_000  # for what other threads and processes do
_MEASURED = 2.0  # by so much a run that measures coverage is slower, at most

Events: TypeAlias = Iterator[tuple[str, dict[str, Any]]]


class Longest(NamedTuple):
    """The longest time of the processor between two turns of the event loop, in bare passes."""

    own: float  # of this thread
    all: float  # of all threads of the process


class Pulse(QObject):
    """Measures the turns of this thread's event loop."""

    def __init__(self, floor: ThreadFloor) -> None:
        super().__init__()
        self.longest, self._floor = Longest(0.0, 0.0), floor
        self._last = Longest(time.thread_time(), time.process_time())
        self._timer = QTimer(self, interval=1)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    @Slot()
    def _beat(self) -> None:
        own, all_ = time.thread_time() - self._last.own, time.process_time() - self._last.all
        bare = self._floor()
        self.longest = Longest(max(self.longest.own, own / bare), max(self.longest.all, all_ / bare))
        self._last = Longest(time.thread_time(), time.process_time())


def init() -> tuple[str, dict[str, Any]]:
    return "AgentInit", {"agent_type": "a", "agent_version": "1", "config": {}}


def tools(count: int) -> Events:
    for n in range(count):
        call = {"tool_name": f"tool {n}", "tool_version": ""}
        yield "ToolRequest", {**call, "input": n, "capabilities": []}
        answer = {"request_hash": request_hash(f"tool {n}", "", n), "output": n, "success": n % 2 > 0, "error": None}
        yield "ToolResponse", {"tool_name": f"tool {n}", **answer}


def kinds(count: int) -> Events:
    for n in range(count):
        yield f"x:{'bookkeeping/' * (n % 2)}kind {n}", {"n": n}


def errors(count: int) -> Events:
    for n in range(count):
        yield "Error", {"error_type": f"e{n}", "message": "m", "component": "c", "recoverable": True}


def phases(count: int) -> Events:
    for n in range(count):
        yield "StateTransition", {"transition_type": f"t{n}", "phase": f"p{n}"}


def denials(count: int) -> Events:
    for n in range(count):
        yield "CapabilityDenied", {"capability": f"c{n}", "tool_name": f"other {n}", "reason": ""}


def messages(count: int) -> Events:
    yield (
        "x:ops",
        {"ops": [{"op": "add", "path": "/messages", "value": [{"role": "user", "n": n} for n in range(count)]}]},
    )
    for n in range(count):
        yield "Observation", {"obs_type": "message", "source": "user", "data": f"m{n}"}


def keys(count: int) -> Events:
    yield "MemoryWrite", {"key": "big", "value": {f"key {n}": n for n in range(count)}}


LETTERS = "".join(map(chr, range(0xA0, 0xD800)))  # of all writing systems, one after the other


def texts(count: int) -> Events:
    """Of long lines, of empty ones, of one line, of all letters; 20 MB for 100,000."""
    for text in ("word " * count, "\n" * count, "x" * count * 10, "\u0301" * count, LETTERS * (count // 50_000)):
        yield "Observation", {"obs_type": "message", "source": "user", "data": text}
        yield "Decision", {"decision_type": "message", "data": {"text": text}}


KINDS: dict[str, Callable[[int], Events]] = {
    each.__name__: each for each in (tools, kinds, errors, phases, denials, messages, keys, texts)
}


def write_subagents(path: Path, count: int) -> Path:
    from replay_gui.core.log.canonical import encode

    forge = Forge()
    for n in range(count):
        content = encode(["Observation", {"obs_type": "message", "source": "user", "data": "x"}])
        forge.add(content, None, encode({"seq": n, "subagent": [f"agent {n}", "inner"]}))
    return written(path, forge.bytes())


def use(journey: Journey, path: Path, floor: ThreadFloor) -> Longest:
    """Open, scrub, look at everything, close."""
    journey.window.build_pages()
    bridge = journey.session.bridge
    assert bridge is not None
    with journey.qtbot.waitSignal(bridge.prepared, timeout=_PATIENCE_MS):
        bridge.prepare()
    QApplication.processEvents()
    pulse = Pulse(floor)
    with journey.qtbot.waitSignal(journey.session.report_changed, timeout=_PATIENCE_MS):
        journey.session.open(str(path))
    journey.qtbot.waitUntil(lambda: not journey.session.working, timeout=_PATIENCE_MS)
    count = journey.session.index.count
    for position in dict.fromkeys((*range(0, count + 1, max(1, count // 8)), count, count - 1, 1, 0)):
        journey.session.seek(Position(position))
        journey.arrive(position)
    for key in (Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_Up, Qt.Key.Key_Home, Qt.Key.Key_Down):
        journey.press(key)
        QApplication.processEvents()
    for detail in journey.window.findChildren(EventDetail):
        for tab in detail.tabs.buttons():
            tab.click()
            QApplication.processEvents()
    for timeline in journey.window.findChildren(Timeline):
        for y in range(2, timeline.height(), 20):
            at = QPoint(timeline.width() // 2, y)
            QTest.mouseMove(timeline, at)
            QApplication.sendEvent(timeline, QHelpEvent(QEvent.Type.ToolTip, at, timeline.mapToGlobal(at)))
            QApplication.processEvents()
    for menu in journey.window.findChildren(QMenu):
        menu.aboutToShow.emit()
        QApplication.processEvents()
    for size in ((900, 600), (1600, 1000)):
        journey.window.resize(*size)
        QApplication.processEvents()
    journey.window.close()
    QApplication.processEvents()
    return pulse.longest


def nested_keys(count: int) -> Events:
    """A map of so many members within the state, of which single ones change."""
    value = {f"key {n}": n for n in range(count)}
    yield "x:ops", {"ops": [{"op": "add", "path": "/a", "value": {"b": value}}]}
    for n in (0, count - 1, count // 2, 1):
        yield "x:ops", {"ops": [{"op": "add", "path": f"/a/b/key {n}", "value": "other"}]}


def one_payload(count: int) -> Events:
    yield "Observation", {"obs_type": "page", "source": "web", "data": {f"key {n}": n for n in range(count)}}


def one_patch(count: int) -> Events:
    yield "x:ops", {"ops": [{"op": "add", "path": f"/key {n}", "value": n} for n in range(count)]}


def one_list_of_messages(count: int) -> Events:
    messages = [{"role": "user", "n": n} for n in range(count)]
    yield "x:ops", {"ops": [{"op": "add", "path": "/messages", "value": messages}]}


def one_request(count: int) -> Events:
    call = {"tool_name": "t", "tool_version": "1"}
    value = {"rows": [*range(count)]}
    yield "ToolRequest", {**call, "input": value, "capabilities": []}
    answer = {"request_hash": request_hash("t", "1", value), "output": value, "success": True, "error": None}
    yield "ToolResponse", {**call, **answer}


def one_text(count: int) -> Events:
    yield "Observation", {"obs_type": "message", "source": "user", "data": "word " * 12 * count}


def one_deep_value(count: int) -> Events:
    value: Any = [*range(count // 10)]
    for _ in range(20):
        value = {"in": value}
    yield "Observation", {"obs_type": "page", "source": "web", "data": value}


def many_parts(count: int) -> Events:
    for part in range(count // 1000):
        yield "MemoryWrite", {"key": f"part {part}", "value": {f"key {n}": n for n in range(1000)}}


def replaced_maps(count: int) -> Events:
    """Of 150 members each, by equal ones, by others, and deep below others; each in one event."""
    names = [f"key {n}" for n in range(min(10_000, count // 100))]
    for changed in (0, 0, 1):
        value = {f"m{n}": n for n in range(149)} | {"z": changed}
        yield "x:ops", {"ops": [{"op": "add", "path": f"/{name}", "value": value} for name in names]}
    for changed in (0, 1):
        deep: Any = changed
        for _ in range(100):
            deep = {"n": deep}
        yield "x:ops", {"ops": [{"op": "add", "path": f"/{name}", "value": deep} for name in names[:1000]]}
    path = "/n" * 100
    yield "x:ops", {"ops": [{"op": "add", "path": f"/{name}{path}", "value": 2} for name in names[:1000]]}


HUGE = {
    each.__name__: each
    for each in (
        keys,
        nested_keys,
        one_payload,
        one_patch,
        one_list_of_messages,
        one_request,
        one_text,
        one_deep_value,
        many_parts,
        replaced_maps,
        errors,
    )
}


@pytest.fixture(scope="session")
def floor(tmp_path_factory: pytest.TempPathFactory) -> ThreadFloor:
    path = tmp_path_factory.mktemp("floor") / "bare.rlog"
    make_log(path, 1_000, 100)
    return ThreadFloor(path)


def test_a_log_that_is_large_in_every_way(journey: Journey, tmp_path: Path, floor: ThreadFloor) -> None:
    sizes = dict.fromkeys(KINDS, 600) | {"keys": 20_000, "texts": 20_000}
    events = [init(), *(event for name, size in sizes.items() for event in KINDS[name](size))]
    path = written(tmp_path / "large.rlog", forged(events, state_hashes=False).bytes())
    assert (
        use(journey, path, floor).own > 0
    )  # how long is asked by --long alone: other tests and coverage share the processor


@pytest.fixture
def bound(pytestconfig: pytest.Config) -> Iterator[float]:
    """Return the bound; until the end of the test, threads take turns as in the program."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    yield BOUND * (1 if pytestconfig.getoption("no_coverage") else _MEASURED)
    sys.setswitchinterval(usual)


@pytest.mark.long
@pytest.mark.parametrize("name", KINDS)
def test_a_hundred_thousand_of_each(
    journey: Journey, tmp_path: Path, name: str, bound: float, floor: ThreadFloor
) -> None:
    events = [init(), *KINDS[name](100_000)]
    path = written(tmp_path / "large.rlog", forged(events, state_hashes=False).bytes())
    assert use(journey, path, floor).own < bound


@pytest.mark.long
@pytest.mark.parametrize("name", HUGE)
def test_a_million_in_one_event(journey: Journey, tmp_path: Path, name: str, bound: float, floor: ThreadFloor) -> None:
    """Or 60 MB, or a state of a million; the event after it is looked at, too."""
    events = [init(), *HUGE[name](1_000_000), *HUGE[name](10)]
    path = written(tmp_path / "large.rlog", forged(events, state_hashes=False).bytes())
    longest = use(journey, path, floor)
    assert longest.own < bound
    assert longest.all < 2 * bound


@pytest.mark.long
def test_a_hundred_thousand_subagents(journey: Journey, tmp_path: Path, bound: float, floor: ThreadFloor) -> None:
    assert use(journey, write_subagents(tmp_path / "large.rlog", 100_000), floor).own < bound
