"""The foot of the page of many runs, against plain sums."""

from __future__ import annotations

from pathlib import Path

from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.runs.runs_totals import outcome_source_words, totals_words
from tests.helpers.evaluations.evaluation_logs import CANCEL, write_run


def test_the_totals_of_all_runs_and_the_source_of_their_outcomes(session: RunsSession, folder: Path) -> None:
    assert (totals_words(session), outcome_source_words(session)) == ("", "")
    session.open((str(folder),))
    # Nine runs of a set-up, two messages and an outcome; ten calls of two events.
    assert totals_words(session) == (
        "3 tasks · 1 to 4 runs each · 2 with both outcomes · 56 events · 10 calls · $0.009"
    )
    assert outcome_source_words(session).startswith("Outcomes by made up · read in ")
    session.set_passed("events > 5")
    assert outcome_source_words(session).startswith("Passed: events > 5 · read in ")
    write_run(folder / "other.rlog", [CANCEL], task=None, passed=None)
    (folder / "bad.rlog").write_bytes(b"\x92\xaareplay-log broken")
    session.reload()
    assert totals_words(session).startswith(
        "3 tasks · 1 to 4 runs each · 1 with both outcomes · 1 run of no known task"
    )
