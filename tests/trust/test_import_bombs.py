"""Foreign files that want to be too much, or are half of something: refused in words, or read as far as they go."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import resource
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from replay_gui import EventLog
from replay_gui.cli import main
from replay_gui.core.errors import ImportRefused, LogUnreadable
from replay_gui.core.importers.conversion import convert
from replay_gui.core.importers.limits import Limits
from replay_gui.core.verification.verify_log import verify
from tests.helpers.effort import tries
from tests.helpers.paths import DATA

_SEEDS = DATA / "seeds"
FORMATS = sorted(folder.name for folder in _SEEDS.iterdir())
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
BOMBS = {
    "100,000 brackets": b"[" * 100_000 + b"]" * 100_000,
    "100,000 open brackets": b"[" * 100_000,
    "100,000 braces": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a number of 100,000 digits": b"9" * 100_000,
    "a number beyond all": b"1e999",
    "a number too small": b"-1e-999",
    "no number": b"NaN",
    "half a character": b'"\\ud800"',
    "bytes that are no text": b'"\xff\xfe\x00"',
    "a text of 200,000 characters": b'"' + b"x" * 200_000 + b'"',
}


def seeds(format: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((_SEEDS / format).iterdir()) if path.is_file()]


def outcome(folder: Path, data: bytes, format: str | None, limits: Limits | None = None) -> str:
    """ "refused" in one line, or "opened" as sound logs; anything else that is raised is a miss."""
    path = folder / "input"
    path.write_bytes(data)
    with tempfile.TemporaryDirectory(dir=folder) as out:
        try:
            made = convert(path, out, format, limits or Limits())
        except (ImportRefused, LogUnreadable) as why:
            assert os.listdir(out) == [], "nothing half-made is left"
            return "refused" if "\n" not in str(why) and len(str(why)) < 2000 else f"refused in too many words: {why}"
        for one in made:
            with EventLog.open(one.path) as log:
                report = verify(log)
                assert (report.verdict, report.seal, report.events) == ("VALID", "good", one.events)
    return "opened"


def planted(data: bytes, bomb: bytes) -> Iterator[bytes]:
    """The bomb in the place of some of the values that are texts."""
    places = [found.span() for found in _STRING.finditer(data) if data[: found.start()].rstrip()[-1:] == b":"]
    step = max(1, len(places) // 2)
    for start, end in places[step - 1 :: step][: tries(1, long=3)]:
        yield data[:start] + bomb + data[end:]


@pytest.mark.parametrize("format", FORMATS)
def test_bombs_in_the_place_of_a_value(tmp_path: Path, format: str) -> None:
    step = tries(3, long=1)
    for name, bomb in [*BOMBS.items()][FORMATS.index(format) % step :: step]:
        for data in seeds(format)[:1]:
            for attacked in planted(data, bomb):
                assert outcome(tmp_path, attacked, format) in ("refused", "opened"), name


@pytest.mark.parametrize("format", FORMATS)
def test_cut_in_many_places(tmp_path: Path, format: str) -> None:
    opened = [one for one in seeds(format) if outcome(tmp_path, one, format) == "opened"]
    assert opened
    data = (opened or seeds(format))[0]
    places = tries(5, long=50)
    for n in range(places):
        assert outcome(tmp_path, data[: len(data) * n // places], format) in ("refused", "opened")


@pytest.mark.parametrize("format", FORMATS)
def test_half_of_one_and_half_of_another(tmp_path: Path, format: str) -> None:
    first = seeds(format)[0]
    step = tries(39, long=3)
    for other in FORMATS[FORMATS.index(format) % step :: step]:
        second = seeds(other)[0]
        for mixed in (first[: len(first) // 2] + second[len(second) // 2 :], first + b"\n" + second):
            assert outcome(tmp_path, mixed, None) in ("refused", "opened")
            assert outcome(tmp_path, mixed, format) in ("refused", "opened")


@pytest.mark.parametrize("megabytes", [17, pytest.param(50, marks=pytest.mark.long)])
@pytest.mark.parametrize("format", ["claude-code", "codex", "json-lines", "oracle.omen", "otel"])
def test_a_line_that_is_too_long(tmp_path: Path, format: str, megabytes: int) -> None:
    data = seeds(format)[0].rstrip(b"\n") + b'\n{"type": "user", "text": "' + b"x" * (megabytes << 20) + b'"}\n'
    assert outcome(tmp_path, data, format) in ("refused", "opened")


def test_what_was_not_understood_is_counted(tmp_path: Path) -> None:
    data = seeds("claude-code")[0].rstrip(b"\n") + b"\n" + b"[" * 100_000 + b"\nno JSON at all\n"  # and one before
    (tmp_path / "input").write_bytes(data)
    (made,) = convert(tmp_path / "input", tmp_path / "out.rlog", "claude-code")
    assert any(note.endswith(": 3") for note in made.notes), made.notes


# ---- packed -------------------------------------------------------------------------------------------------------


def zipped(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize("kind", ["gzip", "zstandard", "zip"])
@pytest.mark.parametrize("filler", [b"\x00", b"[", b'{"a":1}\n'])
def test_what_unpacks_to_a_thousand_times_its_size(tmp_path: Path, kind: str, filler: bytes) -> None:
    content = filler * ((32 << 20) // len(filler))
    packed = {
        "gzip": lambda: gzip.compress(content, 1),
        "zstandard": lambda: zstandard.compress(content),
        "zip": lambda: zipped({"log.jsonl": content}),
    }[kind]()
    assert len(packed) * 100 < len(content)
    assert outcome(tmp_path, packed, None, Limits(unpacked=1 << 20)) == "refused"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["input"]


def test_a_bomb_in_a_bomb(tmp_path: Path) -> None:
    inner = gzip.compress(bytes(8 << 20))
    for _ in range(3):
        inner = gzip.compress(inner)
        assert outcome(tmp_path, inner, None, Limits(unpacked=1 << 20)) == "refused"


@pytest.mark.parametrize("name", ["../../evil", "/tmp/evil", "a/../../evil", "..", "C:\\evil", "evil\\..", "e" * 5000])
def test_a_member_stays_where_it_is_put(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "deep" / "down"
    folder.mkdir(parents=True)
    before = set(Path("/tmp").glob("evil*"))
    outcome(folder, zipped({name: seeds("claude-code")[0]}), None)
    assert [path.name for path in folder.iterdir()] == ["input"]
    assert not list(tmp_path.rglob("evil*"))
    assert set(Path("/tmp").glob("evil*")) == before


def test_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replay_gui.core.importers.zip_members._MAX_MEMBERS", 1000)
    assert outcome(tmp_path, zipped({f"{n}": b"" for n in range(1001)}), None) == "refused"


def test_members_that_share_their_bytes(tmp_path: Path) -> None:
    """Each is within its limit; all together they are more than anything that comes in a file so small."""
    header = json.dumps({"eval": {"task": "t"}}).encode()
    data = zipped({"header.json": header, **{f"samples/{n}_epoch_1.json": bytes(1 << 20) for n in range(9)}})
    assert outcome(tmp_path, data, None, Limits(unpacked=8 << 20)) == "refused"
    assert outcome(tmp_path, data, None) in ("opened", "refused")


def test_caps_are_raised_by_an_option(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The refusal says how."""
    path = tmp_path / "run.json"
    value = json.loads(seeds("mini-swe-agent")[0])
    path.write_text(json.dumps(value | {"more": "x" * (3 << 20)}))
    arguments = ["import", str(path), "-o", str(tmp_path / "out.rlog"), "--max-size"]
    assert main([*arguments, "2"]) == 2
    printed = capsys.readouterr().err
    assert "more than 2 MB, which is not read; replay-gui import --max-size MB reads more" in printed
    assert main([*arguments, "8"]) == 0
    for wrong in ("0", "-1", "x", "1e9"):
        assert main([*arguments, wrong]) == 2


def test_bombs_cost_little_memory(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome(tmp_path, gzip.compress(bytes(256 << 20), 1), None, Limits(unpacked=64 << 20))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 400 << 10, "KiB: no more than the test itself takes to make it"
