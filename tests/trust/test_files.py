"""Files that are no logs, and logs that change while they are open."""

from __future__ import annotations

import errno
import os
import random
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from replay_gui import EventLog, ReplayError
from replay_gui.cli import main
from replay_gui.core.errors import LogChanged, LogUnreadable
from replay_gui.core.log.positions import Position
from replay_gui.core.verification.verify_log import verify
from tests.helpers.journey import Journey
from tests.helpers.logs import damage, write_log
from tests.helpers.paths import DATA

# ---- what is no log -------------------------------------------------------------------------------------------


def odd_path(name: str, folder: Path) -> str:
    match name:
        case "absent" | "bad\0name":
            return str(folder / name)
        case "folder":
            return str(folder)
        case "fifo":  # that nobody writes to: a plain open() would wait for ever
            os.mkfifo(folder / name)
        case "empty":
            (folder / name).touch()
        case "loop":
            (folder / name).symlink_to(folder / name)
        case "dangling":
            (folder / name).symlink_to(folder / "absent")
        case "through a file":
            (folder / "plain").write_bytes(b"x")
            return str(folder / "plain" / "run.rlog")
        case _ if name.startswith(("/", ".")):
            return name
    return str(folder / name)


LONG = "n" * 300  # bytes; a name has at most 255
HALF = "half \ud800 of a pair"  # as JSON can name it
ODD = (
    "absent", "folder", "fifo", "empty", "loop", "dangling", "through a file", "bad\0name", HALF, LONG,
    "/dev/null", "/dev/zero", "/dev/full", "/proc/self/mem", ".",
)  # fmt: skip
NO_OUTPUT = ["fifo", "loop", "dangling", "through a file", "bad\0name", HALF, LONG, "/dev/full"]
COMMANDS: dict[str, Callable[[str, str], list[str]]] = {
    "verify": lambda odd, good: ["verify", odd],
    "verify --json": lambda odd, good: ["verify", "--json", odd],
    "info": lambda odd, good: ["info", odd],
    "events": lambda odd, good: ["events", odd],
    "state": lambda odd, good: ["state", odd, "--at", "1"],
    "diff": lambda odd, good: ["diff", good, odd],
    "anchor": lambda odd, good: ["anchor", odd, "-o", f"{good}.anchor"],
    "import": lambda odd, good: ["import", odd, "-o", f"{good}.made"],
    "history": lambda odd, good: ["history", odd, "--path", "/a"],
    "sql": lambda odd, good: ["sql", odd, "select 1"],
    "catalogue": lambda odd, good: ["catalogue", odd, "-o", "made"],
    "contrast": lambda odd, good: ["contrast", good, odd],
    "rerun": lambda odd, good: ["rerun", odd, "-o", f"{good}.made", "--", "true"],
    "edits": lambda odd, good: ["rerun", good, "-o", f"{good}.made", "--edits", odd, "--", "true"],
    "redaction": lambda odd, good: ["verify", good, "--report", f"{good}.html", "--redact", odd],
    "signing": lambda odd, good: ["anchor", good, "-o", f"{good}.anchor", "--sign", odd],
    "key": lambda odd, good: ["verify", good, "--anchor", good, "--key", odd],
    "an anchor": lambda odd, good: ["verify", good, "--anchor", odd],
    "rules": lambda odd, good: ["diff", good, good, "--rules", odd],
}


OUTPUTS: dict[str, Callable[[str, str], list[str]]] = {
    "anchor": lambda odd, good: ["anchor", good, "-o", odd],
    "import": lambda odd, good: ["import", str(DATA / "seeds" / "aider" / "1.jsonl"), "-o", odd],
    "catalogue": lambda odd, good: ["catalogue", good, "-o", odd],
    "demo": lambda odd, good: ["demo", "--write", odd],
    "record": lambda odd, good: ["record", "-o", odd, "--", "true"],
    "record --proxy": lambda odd, good: ["record", "--proxy", "-o", odd, "--", "true"],
    "rerun": lambda odd, good: ["rerun", good, "-o", odd, "--", "true"],
    "--log": lambda odd, good: ["info", good, "--log", odd],
    "--report": lambda odd, good: ["verify", good, "--report", f"{odd}/a.html"],
}
NOTHING_WRONG = {
    ("rules", "empty"),  # no rules are rules
    ("rules", "/proc/self/mem"),  # says that it is empty
    ("anchor", "empty"),  # of any file there can be an anchor
    ("anchor", "/proc/self/mem"),
    ("redaction", "empty"),
    ("redaction", "/proc/self/mem"),
    ("contrast", "folder"),  # a folder may hold no runs
    ("contrast", "."),
}
TRIED = [(name, COMMANDS[name], [odd for odd in ODD if (name, odd) not in NOTHING_WRONG]) for name in COMMANDS]
TRIED += [(f"into {name}", OUTPUTS[name], NO_OUTPUT) for name in OUTPUTS]


@pytest.mark.parametrize(("words", "names"), [one[1:] for one in TRIED], ids=[one[0] for one in TRIED])
def test_commands_refuse_in_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: Callable[[str, str], list[str]],
    names: Sequence[str],
) -> None:
    good = write_log(tmp_path / "good.rlog", turns=1)
    before = sorted(tmp_path.iterdir())
    for name in names:
        folder = tmp_path / "odd"
        folder.mkdir()
        monkeypatch.chdir(folder)
        assert main(words(odd_path(name, folder), str(good))) == 2, name
        printed = capsys.readouterr()
        lines = [line for line in printed.err.splitlines() if not line.startswith("  ")]
        assert len(lines) == 1, (name, printed.err)
        assert not re.search("Traceback|internal error", printed.err), (name, printed.err)
        shutil.rmtree(folder)
    assert sorted(tmp_path.iterdir()) == before, "nothing was made"


def test_the_window_refuses_in_one_line_and_keeps_its_run(journey: Journey, tmp_path: Path) -> None:
    good = write_log(tmp_path / "good.rlog", turns=1)
    journey.open(good)
    for name in ODD:
        folder = tmp_path / "odd"
        folder.mkdir()
        with journey.qtbot.waitSignal(journey.session.alert_raised, timeout=10_000) as caught:
            odd = odd_path(name, folder)
            if name in ("folder", "."):  # dropped, its runs are listed
                journey.session.open(odd)
            else:  # as what is dropped on the window
                journey.window.open_paths([odd])
        assert caught.args is not None
        trouble = caught.args[0]
        assert trouble.severity == "error", name
        assert "\n" not in trouble.text
        journey.until(lambda: not journey.session.working)
        shutil.rmtree(folder)
    assert journey.session.facts is not None
    assert journey.session.facts.name == "good.rlog"
    journey.session.seek(Position(2))
    journey.arrive(2)


def test_what_may_not_be_read_and_what_fails_under_the_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, open_, pread = write_log(tmp_path / "run.rlog"), os.open, os.pread

    def forbidden(name: Any, *rest: Any, **more: Any) -> int:
        if name == path:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return open_(name, *rest, **more)

    monkeypatch.setattr(os, "open", forbidden)  # root may read what it likes
    with pytest.raises(LogUnreadable, match=r"run\.rlog: cannot be read: Permission denied"):
        EventLog.open(path)
    monkeypatch.undo()
    for failing in range(1, 12):
        count = 0

        def bad_sector(*args: Any) -> bytes:
            nonlocal count
            count += 1
            if count == failing:  # noqa: B023  called within the round
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return pread(*args)

        monkeypatch.setattr(os, "pread", bad_sector)
        try:
            with EventLog.open(path) as log:
                report = verify(log)
            assert count < failing
            assert report.verdict == "VALID"
        except LogUnreadable as why:
            assert "cannot be read at byte" in str(why)  # noqa: PT017
        monkeypatch.undo()


# ---- what changes while it is open ------------------------------------------------------------------------------


def shrink(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(bytes(1000))


def replace(path: Path) -> None:
    os.replace(write_log(path.with_name("new"), turns=3), path)


def delete(path: Path) -> None:
    path.unlink()


def overwrite(path: Path) -> None:
    """In place: the same file, of the same size, holds something else."""
    path.write_bytes(random.Random(5).randbytes(path.stat().st_size))


CHANGES = (shrink, empty, grow, replace, delete, overwrite)


@pytest.mark.parametrize("change", CHANGES)
def test_a_log_that_changes_while_it_is_open(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = write_log(tmp_path / "run.rlog", turns=200)
    with EventLog.open(path) as log:
        sound, count = verify(log), len(log)
        change(path)
        try:
            report = verify(log)
        except LogChanged:
            assert change in (shrink, empty)
        else:
            # What was opened is judged: a file that has another name, or none, is still there.
            assert (report == sound) is (change is not overwrite)
            assert report.verdict == ("INVALID" if change is overwrite else "VALID")
        problems = 0
        for place in range(count):
            try:
                problems += log[place].problem is not None
            except ReplayError:
                problems += 1
        assert bool(problems) is (change in (shrink, empty, overwrite))


@pytest.mark.parametrize("change", [shrink, replace, overwrite])
def test_the_window_lives_through_it_and_says_so(
    journey: Journey, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    path = write_log(tmp_path / "run.rlog", turns=60)
    journey.open(path)
    session, texts = journey.session, list[str]()
    session.alert_raised.connect(lambda trouble: texts.append(trouble.text))
    change(path)
    for position in (session.index.count, 1, 150):
        session.seek(Position(position))
    journey.until(lambda: any("changed on disk" in one or "reload" in one for one in texts))
    assert all("\n" not in one and "internal" not in one for one in texts)
    session.reload()
    journey.until(lambda: not session.working)
    again = write_log(tmp_path / "again.rlog", turns=2)
    journey.open(again)
    assert session.report is not None
    assert session.report.verdict == "VALID"


@pytest.mark.parametrize("command", ["verify", "anchor"])
def test_an_edit_at_any_read_of_a_verification_is_never_called_valid(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In place, with size and time as before; an anchor would vouch for one log's hashes and another's bytes."""
    pread, whole = os.pread, write_log(tmp_path / "whole.rlog", turns=3).read_bytes()
    path, anchor = tmp_path / "run.rlog", tmp_path / "run.anchor"
    more = ["-o", str(anchor)] if command == "anchor" else []
    outcomes = dict[int, str]()
    for at in range(1000):
        path.write_bytes(whole)
        reads = 0

        def edit_before(*arguments: Any) -> bytes:
            nonlocal reads
            if reads == at:  # noqa: B023  called within the round
                damage(path)
            reads += 1
            return pread(*arguments)

        with monkeypatch.context() as patch:
            patch.setattr(os, "pread", edit_before)
            code = main([command, str(path), *more])
        printed = capsys.readouterr()
        if reads <= at:
            break
        assert not re.search("Traceback|internal error", printed.err), printed.err
        outcomes[at] = f"{code} {'changed' if 'changed while it was verified' in printed.err else ''}"
        if code == 0 and command == "anchor":
            assert main(["verify", str(path), "--anchor", str(anchor)]) == 1, "of an INVALID log, which it says"
            capsys.readouterr()
        elif command == "verify":
            assert code in (1, 2), at
        anchor.unlink(missing_ok=True)
    assert code == 0, "without an edit, it is valid"
    assert len(outcomes) > 4
    assert "2 changed" in outcomes.values()


def test_a_log_that_grows_while_it_is_verified_is_judged_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, pread = write_log(tmp_path / "run.rlog", turns=3), os.pread

    def grow_before(*arguments: Any) -> bytes:
        with path.open("ab") as file:
            file.write(b"\x94")
        return pread(*arguments)

    monkeypatch.setattr(os, "pread", grow_before)
    assert main(["verify", str(path)]) == 0
