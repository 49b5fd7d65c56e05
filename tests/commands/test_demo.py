"""demo --write: the samples, in a folder of the user's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from replay_gui.samples import REFERENCE, SAMPLES


def test_the_samples_are_written(command: Any, tmp_path: Path) -> None:
    folder = tmp_path / "samples"
    result = command("demo", "--write", folder)
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        str(folder / log.relative_to(REFERENCE.path.parent)) for sample in SAMPLES for log in sample.logs
    ]
    assert command("info", folder / "reference.rlog", "--json").object["events"] == 1523


def test_a_folder_that_cannot_be_made(command: Any, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    result = command("demo", "--write", file)
    assert result.code == 2
    assert str(file) in result.err
