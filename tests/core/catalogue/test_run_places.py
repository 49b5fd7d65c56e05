from __future__ import annotations

from pathlib import Path

import fsspec
import msgspec
import pytest

from replay_gui.core.catalogue.reading import open_catalogue
from replay_gui.core.catalogue.run_places import place_of_run
from replay_gui.core.errors import CatalogueRefused, LogUnreadable
from replay_gui.core.importers.import_notes import notes_in_header
from replay_gui.core.log.log_reader import EventLog
from tests.core.catalogue.conftest import write
from tests.helpers.claude_code_lines import assistant, text, user
from tests.helpers.claude_code_lines import write as write_session


def test_a_run_is_opened_at_its_source_or_as_it_is_kept(tmp_path: Path, logs: Path) -> None:
    """A source that is as it was is opened; the log is kept of one that has changed, is gone, or is elsewhere."""
    changed, gone, same = sorted(logs.iterdir())[:3]
    whole = [changed.read_bytes(), gone.read_bytes()]
    with fsspec.open("memory://runs/far.rlog", "wb") as far:
        far.write(same.read_bytes())
    folder, cache = tmp_path / "catalogue", tmp_path / "cache" / "conversions"
    write(folder, changed, gone, same, "memory://runs/far.rlog")
    runs = open_catalogue(folder).runs
    numbers = {run.given: number for number, run in enumerate(runs)}
    (url,) = (given for given in numbers if given.startswith("memory:"))

    def place(given: Path | str, name: str = "") -> tuple[str, str]:
        number = numbers[str(given)]
        run = msgspec.structs.replace(runs[number], name=name or runs[number].name)
        return place_of_run(folder, number, run, cache)

    assert place(same) == (str(same), "")
    changed.write_bytes(whole[1])
    gone.unlink()
    path, told = place(changed)
    assert told == f"{changed}: has changed since the catalogue was written. This is the run as the catalogue keeps it."
    assert Path(path).read_bytes() == whole[0]
    assert place(changed)[0] == path
    path, told = place(gone)
    assert (Path(path).name, Path(path).read_bytes()) == (gone.name, whole[1])
    assert told.startswith(f"{gone}: cannot be read: No such file")
    path, told = place(url)
    assert (Path(path).name, told.partition(".rlog: ")[2][:26]) == ("far.rlog", "is not on this computer. T")

    names = {"trial0.json": "trial0", "a.traj.json": "a", "gpt-4.1": "gpt-4.1", "all.json#4.b": "all.json#4.b"}
    assert {name: Path(place(gone, name)[0]).stem for name in names} == names

    # A name leads nowhere else; what others put into the cache is neither followed nor believed.
    hostile = Path(place(gone, "../../\x1b[2J.. /é" + "\U0001f600" * 99)[0])
    assert hostile.parent == Path(place(gone)[0]).parent
    assert hostile.name.startswith("-..-")
    for target in (same, None):
        kept = Path(place(gone)[0])
        kept.unlink()
        if target is None:
            kept.write_bytes(b"forged")
        else:
            kept.symlink_to(target)
        assert Path(place(gone)[0]).read_bytes() == whole[1]
        assert not kept.is_symlink()
    home, elsewhere = kept.parent, tmp_path / "elsewhere"
    home.rename(elsewhere)
    home.symlink_to(elsewhere)
    with pytest.raises(LogUnreadable, match="is not a folder of yours alone"):
        place(gone)

    number = numbers[str(changed)]
    with pytest.raises(CatalogueRefused):
        place_of_run(folder, number, runs[numbers[str(gone)]], cache)
    long = msgspec.structs.replace(runs[number], kept_log="")
    not_kept = "The catalogue does not keep its log, which is too long."
    assert place_of_run(folder, number, long, cache) == (
        str(changed),
        f"{changed}: has changed since the catalogue was written. {not_kept}",
    )
    odd = msgspec.structs.replace(long, given="x" * 5000, set_by_hand=True)
    assert place_of_run(folder, number, odd, cache)[1].endswith(not_kept)
    odd = msgspec.structs.replace(odd, kept_log=runs[number].kept_log)
    assert place_of_run(folder, number, odd, cache)[1].endswith("Its outcome, which was set by hand, is not in it.")


def test_a_kept_log_tells_what_was_not_understood(tmp_path: Path) -> None:
    session = write_session(tmp_path, user("u1", None, "find it"), {"type": "odd"}, assistant("a1", "u1", text("here")))
    write(tmp_path / "catalogue", session)
    session.unlink()
    (run,) = open_catalogue(tmp_path / "catalogue").runs
    path, _ = place_of_run(tmp_path / "catalogue", 0, run, tmp_path / "cache")
    with EventLog.open(path) as log:
        (note,) = notes_in_header(log.header.source)
    assert "odd" in note
