"""Every session of Claude Code at hand opens in the window and is scrubbed from end to end."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.widgets.parts.banner import Banner
from replay_gui.widgets.parts.progress_strip import ProgressStrip
from replay_gui.widgets.run.verification_badge import VerificationBadge
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.importers.large_session import write_session
from tests.helpers.journey import Journey
from tests.helpers.paths import SHARED_DATA
from tests.helpers.shared_data import requires_shared_data

_POSITIONS = 12  # of a session that are visited on the way to its end; each event is read in other tests
SESSIONS = sorted((SHARED_DATA / "claude-code").rglob("*.jsonl"))


@requires_shared_data
@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: path.stem)
def test_opens_and_scrubs_end_to_end(journey: Journey, path: Path) -> None:
    journey.open(path)
    session = journey.session
    assert session.facts is not None
    assert session.facts.format == "claude-code"
    assert session.facts.origin == "imported"
    assert session.report is not None
    assert session.report.verdict == "NOT VERIFIABLE"
    assert session.index.count > 0
    count = session.index.count
    for position in [*range(0, count + 1, max(1, count // _POSITIONS)), *range(count, -1, -max(7, count // 6))]:
        session.seek(position)
        journey.arrive(position)
        moment = session.position_state
        assert moment is not None
        assert (moment.event is None) == (position == 0)
        assert moment.not_applied is None


def test_what_was_not_understood_is_said_once(journey: Journey, tmp_path: Path) -> None:
    path = write(tmp_path, user("u1", None, "find it"), {"type": "<b>new</b>"}, assistant("a1", "u1", text("here")))
    journey.open(path)
    assert journey.session.facts is not None
    (note,) = journey.session.facts.notes
    assert journey.window.findChildren(Banner) == []  # nothing is missing: the line is an event
    assert "<b>new</b>" in note
    assert journey.session.report is not None
    assert note in journey.session.report.notes


def test_a_large_session_is_shown_while_it_is_converted(journey: Journey, tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    write_session(path, 3_000_000)
    with path.open("a") as file:
        file.write('{"type": "unheard-of"}\n')
    session, window = journey.session, journey.window
    badge, strip = window.findChildren(VerificationBadge)[0], window.findChildren(ProgressStrip)[0]
    seen = list[tuple[int, bool, str, str]]()

    def look() -> None:
        seen.append((session.index.count, session.index.complete, badge.verdict.text, strip.text))

    session.run_changed.connect(look)
    session.index_changed.connect(look)
    journey.open(path)
    first, *_, last = seen
    assert first[:2] == (0, False)
    assert any(0 < count < last[0] for count, _, _, _ in seen), "it was shown before it was whole"
    assert last[1]
    assert all(text.startswith("Converting") for _, whole, _, text in seen if not whole)
    assert {verdict for _, _, verdict, _ in seen} == {badge.verdict.text} == {"Imported from Claude Code"}
    assert not strip.isVisible()
    assert session.facts is not None
    assert any("unheard-of" in note for note in session.facts.notes)


def test_a_session_that_was_understood_needs_no_words(journey: Journey, tmp_path: Path) -> None:
    journey.open(write(tmp_path, user("u1", None, "find it"), assistant("a1", "u1", text("here"))))
    assert journey.window.findChildren(Banner) == []
