"""What every test gets: no display, folders of its own, and a look at what it left behind."""

from __future__ import annotations

import atexit
import faulthandler
import gc
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partialmethod
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import certifi
import pytest
from hypothesis import settings
from pytestqt.qtbot import QtBot

from tests.engine import fork_server
from tests.helpers.effort import tries, try_all
from tests.helpers.line_coverage import LineCoverage

_MEMORY = Path("/dev/shm")  # a file system in memory, on Linux
_MUCH_MEMORY = 4 << 30  # bytes
if "TMPDIR" not in os.environ and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _MUCH_MEMORY:
    # A small file that is made and removed there takes a thirtieth of the processor time that it takes on a disk.
    os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)
_HOME = tempfile.mkdtemp(prefix="replay-gui-tests-")
os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before Qt is imported
os.environ.pop("QT_SCALE_FACTOR", None)
for _name in ("LANGUAGE", "LC_ALL", "REPLAY_GUI_LANGUAGE", "REPLAY_GUI_NUMBER_SIGNS", "REPLAY_GUI_DATE_FORM"):
    os.environ.pop(_name, None)
os.environ["LANG"] = "C.UTF-8"  # texts are compared in English
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each process that a test starts would compile the package anew
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads spin while numpy starts, in hundreds of processes
_AUTHORITY = Path(_HOME, "authority.pem")  # no test speaks to a host that one vouches for
_AUTHORITY.write_text("".join(certifi.contents().partition("-----END CERTIFICATE-----\n")[:2]), "utf-8")
os.environ["SSL_CERT_FILE"] = str(_AUTHORITY)  # every client of httpx would read all 140 of them, for 20 ms
for _name in ("CACHE", "CONFIG", "DATA", "STATE"):
    os.environ[f"XDG_{_name}_HOME"] = str(Path(_HOME, _name.lower()))

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell starts what runs in the background like this
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the programs that tests interrupt would inherit it
faulthandler.enable()
os.fsync = lambda fd: None  # no test loses power, and the suite would wait thousands of times for the disk
gc.disable()  # importing the tests makes millions of objects and hardly a cycle; see _collect_on_this_thread_alone

_COVERAGE = pytest.StashKey[LineCoverage]()
KEPT = "kept-worker-"  # and a pid: the thread that listens to a worker process that later tests use, too
PATIENCE_MS = 30_000  # how long a test waits for a signal before it fails
GRACE = 2.0  # seconds that a thread or process which is ending may take


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true", help="also run the tests marked long, and try all that others can try"
    )
    parser.addoption("--no-coverage", action="store_true", help="do not measure which lines a whole run covers")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--long"):
        try_all()
    # Machines are shared: how long an example takes says nothing.
    settings.register_profile("untimed", deadline=None, max_examples=tries(20, long=100))
    settings.load_profile("untimed")
    # The offscreen platform says so of every window with a least size, once.
    for words in ("propagateSizeHints", "raise()", "grabbing the keyboard"):
        config.addinivalue_line("qt_log_ignore", f"This plugin does not support {re.escape(words)}")
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        atexit.register(os._exit, 0)  # a worker need not free a million objects, one by one, for more than a second
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS if worker is None else worker["measures_coverage"]
    if whole and not config.getoption("--no-coverage"):
        coverage = config.stash[_COVERAGE] = LineCoverage()
        if worker is not None or not config.getoption("numprocesses"):
            coverage.start()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["measures_coverage"] = _COVERAGE in node.config.stash


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    if "coverage" in getattr(node, "workeroutput", {}):
        node.config.stash[_COVERAGE].add(node.workeroutput["coverage"])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    coverage = config.stash.get(_COVERAGE, None)
    if coverage is not None and coverage.total[1]:
        executed, lines = coverage.total
        terminalreporter.write_line(f"coverage: {executed / lines:.1%} of {lines:,} lines, without worker processes")


def pytest_report_header() -> str | None:
    from tests.helpers.paths import SHARED_DATA
    from tests.helpers.shared_data import MISSING

    return None if SHARED_DATA.is_dir() else f"skipped: what {MISSING}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # The slowest first (the types of the whole project, processes within limits): at the end, one would be waited for.
    slow = {config.rootpath / "tests" / folder for folder in ("", "trust/limits", "engine/jobs", "record/child")}
    items.sort(key=lambda item: item.path.parent not in slow)
    if not config.getoption("--long"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="takes long: run with --long"))


def pytest_runtest_call(item: pytest.Item) -> None:
    """A long test is no hanging one, and the dump of a thread that goes on running can crash the process."""
    if item.get_closest_marker("long"):
        faulthandler.cancel_dump_traceback_later()


@pytest.fixture(autouse=True, scope="session")
def _one_application(request: pytest.FixtureRequest) -> None:
    """A report as PDF makes an application of its own where there is none, of a class that widgets cannot use."""
    request.getfixturevalue("qapp")  # by name: what tests without a window do is not searched for leaks of Qt's


class PatientBot(QtBot):
    """A QtBot that waits as long as a machine that others use may take; a test can still say for how long."""

    waitSignal = partialmethod(QtBot.waitSignal, timeout=PATIENCE_MS)
    waitSignals = partialmethod(QtBot.waitSignals, timeout=PATIENCE_MS)
    waitUntil = partialmethod(QtBot.waitUntil, timeout=PATIENCE_MS)
    waitExposed = partialmethod(QtBot.waitExposed, timeout=PATIENCE_MS)


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> PatientBot:
    return PatientBot(request)


@pytest.fixture(autouse=True, scope="session")
def _collect_on_this_thread_alone() -> Iterator[None]:
    """As the program does: a QObject in a cycle that the collector frees on another thread can bring Qt down."""
    gc.disable()
    yield
    gc.enable()  # what is frozen stays so: pytest's last collections would search all of it, and the process ends


@pytest.fixture(autouse=True, scope="session")
def _no_waiting_for_ticks() -> Iterator[None]:
    """Most logs of tests are opened within the tick in which they were written: see `Source.wait_for_next_tick`.

    A file system that gives two changes with a look between them different times needs no wait.
    """
    from replay_gui.core.log.source import Source

    file = Path(_HOME, "changes")
    times = set()
    for _ in range(2):
        file.write_bytes(b"")
        times.add(file.stat().st_ctime_ns)
    with pytest.MonkeyPatch.context() as patch:
        if len(times) > 1:
            patch.setattr(Source, "wait_for_next_tick", lambda source: None)
        yield


@pytest.fixture(autouse=True, scope="session")
def _forked_workers() -> Iterator[None]:
    """Worker processes of windows and engines are forked; those of the programs that tests start are not."""
    from replay_gui.engine import worker_pool

    with pytest.MonkeyPatch.context() as patch:
        if fork_server.SUPPORTED:
            forking = SimpleNamespace(**{**vars(subprocess), "Popen": fork_server.ForkedWorker})
            patch.setattr(worker_pool, "subprocess", forking)
        yield
    fork_server.server.end()


@pytest.fixture(autouse=True, scope="module")
def _leave_out_what_was_there_before(_collect_on_this_thread_alone: None) -> None:
    """What exists before a file's first test (modules, the collected tests, what earlier files have left in caches) is
    kept out of every later collection and out of `gc.get_objects`, which are done after each test.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module")
def _known_timers() -> list[dict[int, str]]:
    """The timers that ran after the last test of this file, if there was one: every object is searched for them."""
    return []


@pytest.fixture(autouse=True)
def _nothing_leaks(request: pytest.FixtureRequest, _known_timers: list[dict[int, str]]) -> Iterator[None]:
    """Fails a test that leaves a thread, a child process, a running timer or a top-level widget, and names it."""
    looks: list[Callable[[], dict[int, str]]] = [_threads, _children]
    has_window = "qapp" in request.fixturenames
    if has_window:
        looks += [_top_level_widgets, _running_timers]
    settle = _process_events if has_window else lambda: None
    before = [look() for look in looks[:3]]
    if has_window:
        before.append(_known_timers.pop() if _known_timers else _running_timers())
    yield
    gc.collect(1)  # here, and on no other thread: see _collect_on_this_thread_alone
    if has_window:
        _finish_deletions()
    after = [_look_after(look, known, settle) for look, known in zip(looks, before, strict=True)]
    if has_window:
        _known_timers.append(after[-1])
    leaked = [name for now, known in zip(after, before, strict=True) for key, name in now.items() if key not in known]
    if leaked:
        pytest.fail("left behind: " + "; ".join(leaked), pytrace=False)


def _look_after(
    look: Callable[[], dict[int, str]], known: dict[int, str], settle: Callable[[], None]
) -> dict[int, str]:
    """Return what is there as soon as it is nothing but what is known, or after GRACE. `settle` is called meanwhile."""
    deadline = time.monotonic() + GRACE
    while True:
        now = look()
        if now.keys() <= known.keys() or time.monotonic() > deadline:
            return now
        settle()
        gc.collect()
        time.sleep(0.01)


def _threads() -> dict[int, str]:
    return {
        id(thread): f"thread {thread.name}"
        for thread in threading.enumerate()
        if not isinstance(thread, threading._DummyThread)  # Qt's own, seen by Python in passing
        and not thread.name.startswith(KEPT)
    }


def _children() -> dict[int, str]:
    found = {}
    kept = {thread.name.removeprefix(KEPT) for thread in threading.enumerate() if thread.name.startswith(KEPT)}
    for children in Path("/proc/self/task").glob("*/children"):
        try:
            pids = children.read_text().split()
        except FileNotFoundError:
            continue  # the thread has ended meanwhile
        for pid in pids:
            try:
                command = Path("/proc", pid, "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue  # it has ended meanwhile
            if pid not in kept and int(pid) != fork_server.server.pid:
                found[int(pid)] = f"process {pid} ({command.strip() or 'not waited for'})"
    return found


def _running_timers() -> dict[int, str]:
    from PySide6.QtCore import QTimer
    from shiboken6 import isValid

    return {
        id(thing): f"timer of {thing.parent()!r}"
        for thing in gc.get_objects()
        if type(thing) is QTimer and isValid(thing) and thing.isActive()
    }


def _top_level_widgets() -> dict[int, str]:
    from PySide6.QtWidgets import QApplication

    return {id(widget): f"widget {widget!r}" for widget in QApplication.topLevelWidgets()}


def _process_events() -> None:
    """Let a question to the disk that is still being answered be taken in."""
    from PySide6.QtCore import QCoreApplication

    QCoreApplication.processEvents()


def _finish_deletions() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def pytest_unconfigure() -> None:
    shutil.rmtree(_HOME, ignore_errors=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    assert "PySide6" not in sys.modules or os.environ["QT_QPA_PLATFORM"] == "offscreen"
    config = session.config
    coverage = config.stash.get(_COVERAGE, None)
    if coverage is not None and coverage.is_measuring:
        if hasattr(config, "workeroutput"):
            config.workeroutput["coverage"] = coverage.result()
        else:
            coverage.add(coverage.result())
