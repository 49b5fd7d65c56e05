"""What is attacked with bytes that nobody foresaw: the reader of logs, and each importer.

A target takes bytes and returns; whatever it raises is a finding. The refusals that a caller is promised (LogRefused,
ImportRefused, LogUnreadable) are no findings.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import TypeAlias

from replay_gui import EventLog
from replay_gui.core.errors import ImportRefused, LogRefused, LogUnreadable
from replay_gui.core.importers.conversion import convert
from replay_gui.core.importers.registry import recognise
from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.log.positions import Position
from replay_gui.core.replay.replayer import Replayer
from replay_gui.core.state.state_hash import StateHash
from replay_gui.core.verification.verify_log import verify
from tests.helpers.forged_logs import forged, turns
from tests.helpers.paths import DATA

Target: TypeAlias = Callable[[bytes], None]
_SEEDS = DATA / "seeds"
FINDINGS = Path(__file__).with_name("findings")
"""Inputs that once were too much, in a folder a target; each stays a test."""


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="replay-gui-fuzz-"))


def _file(data: bytes) -> Path:
    path = _folder() / "input"
    path.write_bytes(data)
    return path


def read_log(data: bytes) -> None:
    """Verifying, indexing and replaying agree on what the log holds, whatever it holds."""
    try:
        log = EventLog.open(_file(data))
    except LogRefused:
        return
    with log:
        report = verify(log)
        events = list(log)
        built = IndexBuilder(log, _folder()).run(lambda _: None)
        assert len(events) == len(log) == report.events == built.count
        assert report.verified + len(report.failures) + report.unlisted[0] == report.events
        state = Replayer(log).state_at(Position(report.events))
        if report.state_hash is not None:
            assert StateHash.of(state.root).digest().hex() == report.state_hash
            assert built.state_hash is not None
            assert built.state_hash.hex() == report.state_hash


def import_file(format: str | None, data: bytes) -> None:
    """What is imported, by force or because it was recognised, is a sound log with every event in it."""
    path, out = _file(data), _folder() / "out.rlog"
    try:
        if format is None:
            recognise(path)
        converted = convert(path, out, format)
    except (ImportRefused, LogUnreadable):
        return
    for one in converted:
        with EventLog.open(one.path) as log:
            report = verify(log)
            assert (report.verdict, report.seal) == ("VALID", "good"), report.line
            assert report.events == one.events
        one.path.unlink()


def _log_seeds() -> list[bytes]:
    events = turns("seed")
    run = forged([next(events) for _ in range(9)])
    return [run.bytes(), run.bytes(sealed=False), forged([next(events) for _ in range(5)], state_hashes=False).bytes()]


def targets() -> dict[str, Target]:
    """By name: log, each format that there are seeds for, and any (recognised by content)."""
    formats = sorted(folder.name for folder in _SEEDS.iterdir())
    return {
        "log": read_log,
        **{name: partial(import_file, name) for name in formats},
        "any": partial(import_file, None),
    }


def seeds(target: str) -> list[bytes]:
    """Sound inputs to begin from."""
    if target == "log":
        return _log_seeds()
    return [path.read_bytes() for path in sorted(_SEEDS.glob("*/*" if target == "any" else f"{target}/*"))]


def findings(target: str) -> list[Path]:
    """What once was too much for a target."""
    return sorted((FINDINGS / target).glob("*"))
