"""Whatever format a file has that grows line by line: what is shown is what an import of the file would make."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from blake3 import blake3

from replay_gui.core.errors import ReplayError
from replay_gui.core.importers.conversion import convert
from replay_gui.core.log.log_reader import EventLog
from replay_gui.engine.follower.followed_file import FollowedFile, ReadPart
from tests.helpers.paths import ROOT

SEEDS = ROOT / "tests" / "data" / "seeds"
LINED = sorted(path for path in SEEDS.rglob("*.jsonl") if path.read_bytes().count(b"\n") > 2)
GROWING = list({path.parent: path for path in LINED}.values())  # one of each format


def events(log: Path) -> list[tuple[bytes, dict[str, object]]]:
    with EventLog.open(log) as opened:
        return [(event.content, dict(event.meta)) for event in opened]


@pytest.mark.parametrize("seed", GROWING, ids=lambda path: path.relative_to(SEEDS).as_posix())
def test_it_is_followed_line_by_line(seed: Path, tmp_path: Path) -> None:
    shutil.copytree(seed.parent, tmp_path / "source")  # with the files that it is read with
    path, home = tmp_path / "source" / seed.name, tmp_path / "home"
    for folder in ("home", "first", "whole"):
        (tmp_path / folder).mkdir()
    raw = seed.read_bytes()
    lines = [
        line.rstrip(b"\n") + b"\n" for line in raw.split(b"\n") if line
    ]  # the last one, too, is written to its end
    for begin in range(1, len(lines)):
        path.write_bytes(b"".join(lines[:begin]))
        try:
            made = convert(path, tmp_path / "first")[0]
            break
        except ReplayError:  # so little says nothing yet
            continue
    else:
        pytest.skip("it is a run only as a whole")
    read = path.read_bytes()
    followed = FollowedFile(
        str(path),
        home,
        format=made.format,
        run="",
        mappings=None,
        read=ReadPart(len(read), blake3(read).hexdigest(), made.run_id),
        shown=tmp_path / "none",
    )
    for line in lines[begin:]:
        with path.open("ab") as file:
            file.write(line)
        assert followed.read_appended() is None
    assert followed.reading is not None
    whole = convert(path, tmp_path / "whole", made.format)[0]
    assert events(followed.reading.converted.path) == events(whole.path)
