"""An index that two workers make relies on contents that only one of them decodes whole; odd ones are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.log.canonical import encode
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import Position
from replay_gui.core.replay_engine import ReplayEngine
from replay_gui.core.verification.verify_log import verify
from replay_gui.engine import reading_task
from replay_gui.engine.answers import PositionState
from replay_gui.engine.opening import user_cache
from replay_gui.engine.reading_task import ReadingTask
from replay_gui.engine.requests import Seek
from tests.helpers.forged_logs import ODD_CONTENTS, forged, written
from tests.helpers.talk import Talk

USUAL = 20


@pytest.mark.parametrize("name", ODD_CONTENTS)
def test_an_index_that_relied_on_odd_contents_is_built_again(
    talk: Talk, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_task, "_MIN_SHARED_BYTES", 0)
    again: list[ReadingTask] = []
    build_again = ReadingTask._build_again

    def counted(task: ReadingTask) -> None:
        again.append(task)
        build_again(task)

    monkeypatch.setattr(ReadingTask, "_build_again", counted)
    forge = forged([("MemoryWrite", {"key": f"k{i}", "value": i}) for i in range(USUAL)], state_hashes=False)
    forge.add(ODD_CONTENTS[name], None, encode({"seq": USUAL}))
    path = written(tmp_path / "odd.rlog", forge.bytes())
    report = talk.open_whole(path)
    assert len(again) == (0 if name == "deep" else 1)
    with EventLog.open(path) as reader:
        assert report == verify(reader)
        replay = ReplayEngine(reader)
        for position in (USUAL + 1, USUAL, 3):
            talk.ask(Seek(Position(position)))
            assert dict(talk.until(PositionState).state) == replay.seek(position)
        kept = user_cache().load_index(reader, by_content=True)
    assert kept is not None
    assert [fault.event_index for fault in kept[2].not_applied] == [fault.index for fault in report.mismatches]
    assert [*user_cache().root.glob("building-*")] == []
