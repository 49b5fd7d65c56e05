from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.conversion import convert
from replay_gui.core.importers.limits import Limits
from replay_gui.core.importers.packed import unpacked_source
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.source import Source
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.foreign import cached_conversion
from tests.helpers.logs import write_log

Pack = Callable[[Path], Path]


def gzipped(path: Path) -> Path:
    out = path.with_name(f"{path.name}.gz")
    out.write_bytes(gzip.compress(path.read_bytes()))
    return out


def zstandard_packed(path: Path) -> Path:
    out = path.with_name(f"{path.name}.zst")
    out.write_bytes(zstandard.compress(path.read_bytes()))
    return out


def zipped(path: Path) -> Path:
    out = path.with_name(f"{path.name}.zip")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("folder/", "")
        made.writestr("__MACOSX/._x", "x")
        made.write(path, f"folder/{path.name}")
    return out


@pytest.fixture(params=[gzipped, zstandard_packed, zipped])
def pack(request: pytest.FixtureRequest) -> Pack:
    found: Pack = request.param
    return found


def test_what_is_packed_is_read_and_the_packed_file_named(tmp_path: Path, pack: Pack) -> None:
    path = pack(write(tmp_path, user("u1", None, "hi"), assistant("a1", "u1", text("yes"))))
    made = convert(path, tmp_path / "out.rlog")[0]
    with EventLog.open(made.path) as log, Source(path) as source:
        assert log.header.source["name"] == path.name
        assert log.header.source["blake3"] == source.blake3()
        assert len(log) == made.events == 3


def test_a_replay_log_that_is_packed_is_one(tmp_path: Path, pack: Pack) -> None:
    path = write_log(tmp_path / "run.rlog", turns=2)
    made = cached_conversion(pack(path), tmp_path / "cache")
    assert (made.format, made.events, made.path.read_bytes()) == ("rlog", 11, path.read_bytes())


def test_what_is_damaged_or_several_is_refused_in_words(tmp_path: Path, pack: Pack) -> None:
    path = pack(write(tmp_path, user("u1", None, "hi" * 100)))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ImportRefused, match=r"cannot be (unpacked|read)|damaged"):
        convert(path, tmp_path / "out.rlog")
    two = tmp_path / "two.zip"
    with zipfile.ZipFile(two, "w") as made:
        made.writestr("a", "x")
        made.writestr("b", "y")
    with pytest.raises(ImportRefused, match="a ZIP file of 2 files"):
        convert(two, tmp_path / "out.rlog")


def test_a_bomb_goes_off_early(tmp_path: Path) -> None:
    path = tmp_path / "zeros.gz"
    path.write_bytes(gzip.compress(bytes(64 << 20)))
    with pytest.raises(ImportRefused, match="unpacks to more than"):
        convert(path, tmp_path / "out.rlog", limits=Limits(unpacked=1 << 20))


@pytest.mark.parametrize("size", [0, 5, 100_000])
def test_skippable_frames_of_zstandard_are_skipped(tmp_path: Path, size: int) -> None:
    """They hold comments of any content, and may be longer than what is unpacked."""
    comment = b"\x5a\x2a\x4d\x18" + size.to_bytes(4, "little") + b"c" * size
    first, second = zstandard.compress(b"first "), zstandard.compress(b"second")
    path = tmp_path / "two.zst"
    path.write_bytes(comment + comment + first + comment + second + comment)
    with Source(path) as source, unpacked_source(source) as inner:
        assert inner.read_at(0, inner.size) == b"first second"
    path.write_bytes(comment[:-1] if size else comment)
    with Source(path) as source, pytest.raises(ImportRefused), unpacked_source(source):
        pass
