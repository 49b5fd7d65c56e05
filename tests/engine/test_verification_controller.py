"""Verification in shares gives the report of verification in one piece, in whatever order the shares come back."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_gui import EventLog, VerificationReport
from replay_gui.core.errors import LogRefused
from replay_gui.core.index import index_builder
from replay_gui.core.index.index_builder import SNAPSHOTS_FILE, BuiltIndex
from replay_gui.core.index.record_columns import read_contents, write_chain
from replay_gui.core.log import scanner
from replay_gui.core.log.canonical import encode
from replay_gui.core.log.chain import digest
from replay_gui.core.log.event import SKIPPED_KIND
from replay_gui.core.replay.snapshots import SnapshotPolicy
from replay_gui.core.verification import verify_log
from replay_gui.core.verification.verify_log import verify
from replay_gui.engine import verification_controller
from replay_gui.engine.jobs import registry
from replay_gui.engine.jobs.job_messages import JobDone, JobPart, JobProgress, decode_value, encode_value
from replay_gui.engine.jobs.job_types import IndexArguments, OpenedFile
from replay_gui.engine.jobs.registry import JOBS
from replay_gui.engine.verification_controller import WORKERS, VerificationArguments, VerificationController
from tests.helpers.effort import tries
from tests.helpers.event_strategies import events
from tests.helpers.fake_pool import MessageList
from tests.helpers.forged_logs import ODD_CONTENTS, forged, written
from tests.helpers.logs import write_log
from tests.helpers.paths import VECTORS

CASES: dict[str, dict[str, Any]] = json.loads((VECTORS / "cases.json").read_text("utf-8"))

AnyArguments: TypeAlias = VerificationArguments | IndexArguments


def as_sent(arguments: AnyArguments) -> AnyArguments:
    """Arguments as they come out of a pipe."""
    return decode_value(encode_value(arguments), type(arguments))


class Shares:
    """Workers that do their jobs at once and let a generator choose whose result is received first."""

    def __init__(self, seed: int) -> None:
        self.generator = random.Random(seed)
        self.running: list[AnyArguments] = []
        self.jobs: list[str] = []

    def submit(self, arguments: AnyArguments) -> None:
        assert arguments not in self.running, "at a time, no two jobs have the same arguments"
        self.running.append(arguments)
        self.jobs.append(arguments.job)
        assert len(self.running) <= WORKERS
        assert len(self.jobs) < 2000, "it never comes to an end"

    def next(self) -> tuple[AnyArguments, list[JobProgress | JobPart | JobDone]]:
        """Arguments and messages of a job that is done."""
        arguments = self.running.pop(self.generator.randrange(len(self.running)))
        reporter = MessageList()
        result = JOBS[arguments.job](as_sent(arguments), reporter)
        return arguments, [*reporter.messages, JobDone(0, encode_value(result))]


def build_index(log: EventLog, folder: Path) -> BuiltIndex:
    folder.mkdir(exist_ok=True)
    return registry.build_index(IndexArguments(OpenedFile.of(log), str(folder), True), MessageList())


def in_shares(log: EventLog, way: str, seed: int, folder: Path, built: BuiltIndex | None = None) -> VerificationReport:
    """The report by one of the ways to begin."""
    shares = Shares(seed)
    task = VerificationController(log, shares.submit)
    task.hold(way == "held")
    if way == "replay":
        task.start_with_replay()
    elif way == "kept":
        kept = build_index(log, folder) if built is None else built
        task.start_with_snapshots(kept, str(folder), log.offsets)
    else:
        hashing = way == "beside, hashing"
        shares.submit(IndexArguments(OpenedFile.of(log), str(folder), not hashing))
        folder.mkdir(exist_ok=True)
        task.start_beside_index(columns=str(folder) if hashing else None)
    index: BuiltIndex | None = None
    while True:
        if way == "held" and (report := held_or_not(task, shares)) is not None:
            return report
        arguments, messages = shares.next()
        for message in messages:
            report = None
            if not isinstance(arguments, IndexArguments):
                report = task.on_worker_message(arguments, message)
            elif isinstance(message, JobProgress):
                task.index_progressed(message.done)
            elif isinstance(message, JobDone):
                index = decode_value(message.value, BuiltIndex)
            if index is not None and (way in ("beside", "held") or task.integrity_done):
                if way == "beside, hashing":
                    write_chain(folder)
                    assert_hashed(log, folder)
                report, index = task.index_built(index, str(folder), log.offsets, packed=True), None
            if report is not None:
                assert not shares.running
                return report


def assert_hashed(log: EventLog, folder: Path) -> None:
    """That the integrity pass has left the hash of every content, and zeros for a skipped stretch."""
    content = read_contents(folder, len(log))
    hashes = [bytes(32) if event.kind == SKIPPED_KIND else blake3(event.content).digest() for event in log]
    assert [bytes(value) for value in content] == hashes


def held_or_not(task: VerificationController, shares: Shares) -> VerificationReport | None:
    """Holds the verification, or lets it go on: now and then, and always if nothing else can go on."""
    held = bool(shares.running) and shares.generator.random() < 0.7
    before = [*shares.jobs]
    report = task.hold(held)
    assert not held or (report is None and shares.jobs == before), "no job begins"
    return report


WAYS = ("replay", "kept", "beside", "beside, hashing", "held")


@pytest.fixture(
    scope="module", params=[(8 << 20, 1 << 20), (64, 300), (64, 1 << 20)], ids=["large", "small", "overshot"]
)
def sizes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Slices of megabytes; small ones; and small ones that always reach far beyond where they should end."""
    step, block = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verification_controller, "_MIN_SLICE_BYTES", step)
        patch.setattr(scanner, "BLOCK_BYTES", block)
        patch.setattr(index_builder, "SnapshotPolicy", lambda: SnapshotPolicy(every=2, min_growth_bytes=0))
        yield


@pytest.fixture(scope="module")
def expected(sizes: None) -> dict[str, VerificationReport]:
    """The report on each vector with these sizes, once it was made in one go."""
    return {}


@pytest.mark.parametrize("way", WAYS)
def test_every_vector(sizes: None, expected: dict[str, VerificationReport], way: str, tmp_path: Path) -> None:
    step = tries(2, long=1)
    for name, case in [*CASES.items()][WAYS.index(way) % step :: step]:
        path = VECTORS / f"{name}.rlog"
        if case["exit"] == 2:
            with pytest.raises(LogRefused):
                EventLog.open(path)
            continue
        with EventLog.open(path) as log:
            if name not in expected:
                expected[name] = verify(log)
            assert in_shares(log, way, len(name), tmp_path / name) == expected[name], name


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("every", [0, 7, 150])
def test_longer_logs(sizes: None, way: str, every: int, tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", 40, state_hash_every=every)
    sound = path.read_bytes()
    for seed in range(tries(2, long=4)):
        if seed:
            damaged = bytearray(sound)
            damaged[len(sound) * seed // 4 - 50] ^= 1
            written(path, damaged)
        with EventLog.open(path) as log:
            assert in_shares(log, way, seed, tmp_path / f"index{seed}") == verify(log)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ODD_CONTENTS)
def test_a_replay_that_relied_on_odd_contents_is_made_again(sizes: None, way: str, name: str, tmp_path: Path) -> None:
    forge = forged([("MemoryWrite", {"key": f"k{i}", "value": i}) for i in range(9)], state_hashes=False)
    forge.add(ODD_CONTENTS[name], None, encode({"seq": 9}))
    with EventLog.open(written(tmp_path / "run.rlog", forge.bytes())) as log:
        assert in_shares(log, way, 1, tmp_path / "index") == verify(log)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("verifying")


@settings(max_examples=tries(20, long=40), deadline=None)
@given(
    st.lists(events, max_size=40),
    st.sampled_from(WAYS),
    st.booleans(),
    st.integers(0, 99),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 7)), max_size=3),
)
def test_any_log(
    sizes: None, folder: Path, run: list[Any], way: str, state_hashes: bool, seed: int, flips: list[tuple[float, int]]
) -> None:
    forge = forged(run, state_hashes)
    data = bytearray(forge.bytes())
    for share, bit in flips:
        data[len(forge.header) + int(share * (len(data) - len(forge.header) - 1))] ^= 1 << bit
    with EventLog.open(written(folder / "run.rlog", data)) as log:
        assert in_shares(log, way, seed, folder / "index") == verify(log)


def test_a_large_log_is_really_shared(sizes: None, tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", 60)
    with EventLog.open(path) as log:
        shares = Shares(1)
        task = VerificationController(log, shares.submit)
        built = build_index(log, tmp_path / "index")
        task.start_with_snapshots(built, str(tmp_path / "index"), log.offsets)
        done: list[int] = []
        report: VerificationReport | None = None
        while report is None:
            arguments, messages = shares.next()
            assert not isinstance(arguments, IndexArguments)
            report = [task.on_worker_message(arguments, message) for message in messages][-1]
            done.append(task.done)
        assert report == verify(log)
        assert shares.jobs.count("states") >= 8
        assert shares.jobs.count("integrity") > (1 if verification_controller._MIN_SLICE_BYTES < 100 else 0)
        assert "applicable" not in shares.jobs
        assert done == sorted(done)


DEEP = b"\x81\xa6memory" + b"\x81\xa1a" * 300 + b"\xc0"
WIDE_AND_DEEP = b"\x81\xa6memory\xc8\x03\x89\x01" + b"\x81\xa1a" * 301 + b"\x91\xc0"


@pytest.mark.parametrize(
    "raw",
    [encode({"memory": {"forged": 1}}), DEEP, WIDE_AND_DEEP, None],
    ids=["with its digest", "deep", "deep and packed", "flipped on disk"],
)
def test_a_forged_snapshot_does_not_change_the_verdict(sizes: None, raw: bytes | None, tmp_path: Path) -> None:
    """Slices that do not fit together are replayed."""
    run: list[tuple[str, dict[str, Any]]] = [("MemoryWrite", {"key": f"k{n}", "value": n}) for n in range(60)]
    forge = forged(run)
    with EventLog.open(written(tmp_path / "run.rlog", forge.bytes())) as log:
        expected = verify(log)
        assert expected.verdict == "VALID"
        folder = tmp_path / "index"
        built = build_index(log, folder)
        for at, entry in list(enumerate(built.snapshots))[::9]:
            snapshots = list(built.snapshots)
            data = (folder / SNAPSHOTS_FILE).read_bytes()
            if raw is not None:
                forged_entry = entry._replace(offset=len(data), size=len(raw), base=entry.position, digest=digest(raw))
                snapshots[at] = forged_entry
                (folder / SNAPSHOTS_FILE).write_bytes(data + raw)
            else:
                damaged = bytearray(data)
                damaged[entry.offset] ^= 1
                (folder / SNAPSHOTS_FILE).write_bytes(damaged)
            changed = replace(built, snapshots=tuple(snapshots))
            assert in_shares(log, "kept", at, folder, changed) == expected
            (folder / SNAPSHOTS_FILE).write_bytes(data)


def test_a_snapshot_that_hides_a_false_state_hash(sizes: None, tmp_path: Path) -> None:
    """A log whose recorded hashes from some event on are those of another state, and snapshots of that other state."""
    honest: list[tuple[str, dict[str, Any]]] = [("MemoryWrite", {"key": f"k{n}", "value": n}) for n in range(60)]
    lying = [*honest[:20], ("MemoryWrite", {"key": "k20", "value": "another"}), *honest[21:]]
    other = forged(lying)
    forge = forged([], False)
    with EventLog.open(written(tmp_path / "other.rlog", other.bytes())) as log:
        built = build_index(log, tmp_path / "index")
        states = [event.state_hash for event in log]
    for seq, (kind, payload) in enumerate(honest):
        forge.add(encode([kind, payload]), states[seq], encode({"seq": seq}))
    with EventLog.open(written(tmp_path / "run.rlog", forge.bytes())) as log:
        expected = verify(log)
        assert [finding.index for finding in expected.mismatches] == list(range(20, 60))
        entries = [entry._replace(chain=log[entry.position - 1].hash or b"") for entry in built.snapshots]
        assert in_shares(log, "kept", 1, tmp_path / "index", replace(built, snapshots=tuple(entries))) == expected


def test_findings_beyond_the_limit_are_counted_and_announced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_log, "MAX_LISTED_FINDINGS", 3)
    log_bytes = forged([("MemoryWrite", {"key": "k"})] * 5, False).bytes()  # without a value: none applies
    with EventLog.open(written(tmp_path / "run.rlog", log_bytes)) as log:
        report = verify(log)
    assert len(report.mismatches) == 3
    assert "0 failures, 5 mismatches - INVALID" in report.line
    assert any("2 more mismatches" in note for note in report.notes)
    assert report.first_broken == 0


def test_a_verification_that_was_reported_or_ended_begins_no_further_job(tmp_path: Path) -> None:
    with EventLog.open(write_log(tmp_path / "run.rlog", 5)) as log:
        for is_reported in (True, False):
            shares = Shares(0)
            task = VerificationController(log, shares.submit)
            task.start_with_replay()
            while is_reported and shares.running:
                arguments, messages = shares.next()
                assert not isinstance(arguments, IndexArguments)
                reports = [task.on_worker_message(arguments, message) for message in messages]
            assert not is_reported or reports[-1] is not None
            jobs = [*shares.jobs]
            task.hold(True)
            assert task.is_held is not is_reported
            if not is_reported:
                task.end()
            assert task.hold(False) is None
            assert (shares.jobs, task.is_held) == (jobs, False)
