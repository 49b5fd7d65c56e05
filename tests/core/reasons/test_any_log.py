"""Reasons of logs of any form, damaged ones among them: always an answer that can be sent, and none for equal runs."""

from __future__ import annotations

from pathlib import Path

import msgspec

from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.errors import ReplayError
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.reasons.json_forms import why_form
from replay_gui.core.reasons.marks.mark_finder import MarkFinder
from replay_gui.core.reasons.why import WhyFinder
from replay_gui.core.reasons.why_result import WhyResult
from tests.helpers.paths import VECTORS


def sides(folder: Path) -> list[ComparedSide]:
    found = []
    for path in sorted(VECTORS.glob("*.rlog")):
        index = folder / path.stem
        index.mkdir()
        try:
            found.append(ComparedSide.build(EventLog.open(path), index))
        except ReplayError:  # no log that this version reads
            continue
    return found


def test_every_log_gives_an_answer_that_can_be_sent(tmp_path: Path) -> None:
    every = sides(tmp_path)
    assert len(every) > 20
    for a, b in zip(every, every[1:] + every[:1], strict=True):
        why = WhyFinder(a, b).find()
        assert why_form(why)["failed"] is None
        sent = msgspec.msgpack.decode(msgspec.msgpack.encode(why), type=WhyResult)
        assert [reason.sentence for reason in sent.reasons] == [reason.sentence for reason in why.reasons]
        assert WhyFinder(a, a).find().reasons == ()
        finder = MarkFinder()
        for event in a.log:
            finder.add_event(event)
        assert all(mark.sentence and mark.events for mark in finder.marks(a.log))
