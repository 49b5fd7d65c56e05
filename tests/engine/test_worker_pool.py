from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import msgspec
import pytest

from replay_gui.engine import worker_pool
from replay_gui.engine.jobs.frames import write_frame
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobPart, JobRequest, encode_value
from replay_gui.engine.worker_pool import JobHandle, WorkerPool
from tests.helpers.paths import ROOT
from tests.helpers.time_bounds import seconds_to_close

WAIT = 30.0  # seconds


def value(message: JobMessage) -> Any:
    assert isinstance(message, JobPart | JobDone)
    return msgspec.msgpack.decode(message.value)


class Talk:
    """Submits jobs and collects what they say."""

    def __init__(self, pool: WorkerPool) -> None:
        self.pool = pool
        self.inbox: SimpleQueue[JobMessage] = SimpleQueue()

    def submit(self, job: str, **args: Any) -> JobHandle:
        return self.pool.submit(job, args, self.inbox.put)

    def next(self) -> JobMessage:
        return self.inbox.get(timeout=WAIT)

    def until_over(self) -> list[JobMessage]:
        messages = [self.next()]
        while not isinstance(messages[-1], JobDone | JobFailed):
            messages.append(self.next())
        return messages

    def run(self, job: str, **args: Any) -> list[JobMessage]:
        self.submit(job, **args)
        return self.until_over()


@pytest.fixture(autouse=True)
def _started_by_subprocess(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the program starts them: no fork, as in other tests."""
    monkeypatch.setattr(worker_pool, "subprocess", subprocess)


MakeTalk = Callable[..., Talk]


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeTalk]:
    """A function that makes a pool of workers which run fake_jobs."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent / "job_modules"))
    pools = []

    def make(size: int = 1) -> Talk:
        pools.append(WorkerPool(size, "fake_jobs"))
        return Talk(pools[-1])

    yield make
    for pool in pools:
        pool.close()


def test_a_job_brings_its_parts_in_order_and_its_result(talk: MakeTalk) -> None:
    messages = talk().run("talk", parts=3)
    assert [value(m) for m in messages if isinstance(m, JobPart)] == [[n, b"\x00\xff"] for n in range(3)]
    assert isinstance(messages[-1], JobDone)


def test_the_worker_is_kept_for_the_next_job(talk: MakeTalk) -> None:
    one = talk()
    assert value(one.run("talk", parts=0)[-1]) == value(one.run("talk", parts=0)[-1])


@pytest.mark.parametrize("job", ["lazy", "", "echo"])
def test_a_warm_worker_has_imported_the_code_of_the_job_that_comes_first(talk: MakeTalk, job: str) -> None:
    t = talk()
    t.pool.warm(job)
    assert value(t.run("is_imported", module="colorsys")[-1]) is (job == "lazy")


def test_progress_is_throttled(talk: MakeTalk) -> None:
    start = time.monotonic()
    messages = talk().run("chatter", calls=200_000)
    assert 1 <= len(messages) - 1 <= 1 + 20 * (time.monotonic() - start)


def test_two_jobs_run_at_once_and_a_third_waits(talk: MakeTalk) -> None:
    two = talk(size=2)
    first = two.submit("hang")
    one_pid = value(two.next())
    two.submit("hang")
    other_pid = value(two.next())
    assert one_pid != other_pid
    two.submit("echo", n=1)
    assert two.inbox.empty()
    first.cancel()
    assert two.next() == JobDone(3, encode_value({"n": 1}))


def test_errors_come_in_words_and_the_worker_lives_on(talk: MakeTalk) -> None:
    one = talk()
    assert one.run("refuse")[-1] == JobFailed(1, "no replay log", "LogRefused")
    assert one.run("crash")[-1] == JobFailed(2, "an internal error (KeyError: 'oops')", "internal")
    assert value(one.run("echo", n=2)[-1]) == {"n": 2}


def test_diagnostic_records_of_a_worker_come_by_topic(talk: MakeTalk, caplog: pytest.LogCaptureFixture) -> None:
    assert isinstance(talk().run("note")[-1], JobDone), "a record is no message about a job"
    found = [(record.name, record.levelname, record.getMessage()) for record in caplog.records]
    assert ("replay_gui.importers", "WARNING", "converted 3 runs") in found
    assert not any("too detailed" in text for *_, text in found)


def test_the_text_of_an_error_is_not_recorded(talk: MakeTalk, caplog: pytest.LogCaptureFixture) -> None:
    talk().run("crash")
    (record,) = [record for record in caplog.records if record.name == "replay_gui.workers"]
    assert "KeyError in crash" in record.getMessage()
    assert "oops" not in record.getMessage()


def test_an_unknown_job_fails(talk: MakeTalk) -> None:
    assert isinstance(talk().run("nothing")[-1], JobFailed)


def test_a_worker_that_is_killed_makes_its_job_fail_in_words_and_is_replaced(talk: MakeTalk) -> None:
    one = talk()
    messages = one.run("die")
    assert messages[-1] == JobFailed(1, "the worker process ended unexpectedly (signal 9, SIGKILL)", "died")
    assert value(one.run("talk", parts=0)[-1]) != value(messages[0])


def test_a_worker_that_leaves_makes_its_job_fail(talk: MakeTalk) -> None:
    assert talk().run("leave")[-1] == JobFailed(1, "the worker process ended unexpectedly (exit code 3)", "died")


def test_cancel_ends_the_worker_and_nothing_more_is_heard_of_the_job(talk: MakeTalk) -> None:
    one = talk()
    handle = one.submit("hang")
    pid = value(one.next())
    handle.cancel()
    assert one.run("echo", n=3) == [JobDone(2, encode_value({"n": 3}))]
    _wait_until_gone(pid)
    handle.cancel()  # again: nothing to do


def test_cancel_withdraws_a_job_that_waits(talk: MakeTalk) -> None:
    one = talk()
    running = one.submit("hang")
    one.next()
    one.submit("echo", n=1).cancel()
    one.submit("echo", n=2)
    running.cancel()
    assert value(one.next()) == {"n": 2}


def test_close_ends_running_workers_without_waiting_for_their_jobs(talk: MakeTalk) -> None:
    two = talk(size=2)
    two.submit("hang")
    two.submit("hang")
    pids = [value(two.next()), value(two.next())]
    bound = seconds_to_close()
    start = time.monotonic()
    two.pool.close()
    assert time.monotonic() - start < bound
    for pid in pids:
        assert not Path("/proc", str(pid)).exists()
    with pytest.raises(RuntimeError, match="closed"):
        two.submit("echo")


def test_stray_prints_do_not_break_the_frames(talk: MakeTalk) -> None:
    assert value(talk().run("stray_print")[-1]) == "intact"


def test_a_worker_is_nice_without_qt_and_inherits_no_descriptors(talk: MakeTalk) -> None:
    leaked = [os.open(os.devnull, os.O_RDONLY) for _ in range(20)]
    for fd in leaked:
        os.set_inheritable(fd, True)
    try:
        facts = value(talk().run("facts")[-1])
    finally:
        for fd in leaked:
            os.close(fd)
    assert facts["nice"] >= 10
    assert not facts["qt"]
    assert "" not in facts["path"]
    assert facts["fds"] < 10


def test_a_worker_outlives_its_program_by_no_job() -> None:
    """The program is killed while a job runs: the end of input ends the worker."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / "job_modules"), str(ROOT)])}
    worker = subprocess.Popen(
        [sys.executable, "-P", "-m", "replay_gui.engine.jobs.worker", "fake_jobs"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=env,
    )
    assert worker.stdin
    assert worker.stdout
    with worker.stdout:
        write_frame(worker.stdin, JobRequest(1, "hang", encode_value({})))  # type: ignore[arg-type]
        assert worker.stdout.read(4)  # it is inside the job
        worker.stdin.close()
        assert worker.wait(WAIT) == 0


def test_many_threads_submit_and_cancel(talk: MakeTalk) -> None:
    two = talk(size=2)
    done: list[int] = []
    failed: list[object] = []

    def submit(sender: int) -> None:
        for n in range(10):
            finished = threading.Event()

            def on_message(message: JobMessage, finished: threading.Event = finished) -> None:
                (done.append(1) if isinstance(message, JobDone) else failed.append(message))
                finished.set()

            handle = two.pool.submit("echo", {"n": n}, on_message)
            if (sender, n) == (0, 5):
                handle.cancel()
            else:
                assert finished.wait(WAIT)

    threads = [threading.Thread(target=submit, args=(sender,)) for sender in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(done) in (39, 40)


def _wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + WAIT
    while Path("/proc", str(pid)).exists():
        assert time.monotonic() < deadline
        os.sched_yield()
