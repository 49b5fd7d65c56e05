from __future__ import annotations

from collections.abc import Sequence

import pytest
from pytestqt.qtbot import QtBot

from replay_gui.core.divergence.comparison import Change
from replay_gui.core.facts.event_search import SearchHit
from replay_gui.core.log.positions import EventIndex
from replay_gui.engine.answers import SearchResult
from replay_gui.engine.requests import Find
from replay_gui.models.comparison.comparison_search import ComparisonSearch
from replay_gui.models.run.run_search import RunSearch
from replay_gui.models.session import Session
from tests.helpers.comparisons import StoryComparison, comparison_of

E, A, B = Change.EQUAL, Change.ONLY_A, Change.ONLY_B
CHANGES = [E, E, A, B, B, E, E]  # A's places 0 1 2 . . 3 4, B's 0 1 . 2 3 4 5


class Searched(StoryComparison):
    """Attributes: searches: what both runs were asked to look for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.searches: list[tuple[str, Find]] = []

        def request_search(session: Session, question: Find) -> None:
            self.searches.append((session.side.value, question))

        monkeypatch.setattr(Session, "request_search", request_search)
        super().__init__()

    def answer(self, side: str, places: Sequence[int], ended: bool = True, count: int | None = None) -> None:
        """Answers the newest search of a side."""
        question = next(question for name, question in reversed(self.searches) if name == side)
        hits = tuple(SearchHit(EventIndex(place), f"hit {place} in {side}", 0, 3) for place in places)
        found = SearchResult(
            number=question.number, hits=hits, count=len(hits) if count is None else count, done=1, total=1, ended=ended
        )
        (self.a if side == "A" else self.b).found.emit(found)


@pytest.fixture
def session(qapp: object, monkeypatch: pytest.MonkeyPatch) -> Searched:
    return Searched(monkeypatch)


@pytest.fixture
def finder(session: Searched) -> ComparisonSearch:
    finder = ComparisonSearch(session, RunSearch(session.a, session), session)
    session.show(comparison_of(CHANGES))
    return finder


def test_both_runs_are_searched_and_rows_are_counted_once(session: Searched, finder: ComparisonSearch) -> None:
    finder.find("hit", match_case=True)
    assert [(side, one.text, one.match_case) for side, one in session.searches] == [
        ("A", "hit", True),
        ("B", "hit", True),
    ]
    assert finder.searching
    session.answer("A", [1, 2, 4])
    assert (finder.rows.tolist(), finder.words) == ([1, 2, 6], "50% · 2 of 3")  # row 2 is where they diverge
    session.answer("B", [1, 3])
    assert finder.rows.tolist() == [1, 2, 4, 6]
    assert [rows.tolist() for rows in finder.sides] == [[1, 2, 6], [1, 4]]
    assert not finder.searching
    found = [[finder.hit(row, in_a) for in_a in (True, False)] for row in (1, 2, 3)]
    assert [[hit and hit.text for hit in hits] for hits in found] == [
        ["hit 1 in A", "hit 1 in B"],
        ["hit 2 in A", None],
        [None, None],
    ]


def test_steps_go_through_the_rows_in_their_order_and_around(
    qtbot: QtBot, session: Searched, finder: ComparisonSearch
) -> None:
    finder.find("hit")
    session.answer("A", [0, 4])
    session.answer("B", [3])
    session.select(1)
    arrived: list[int] = []
    finder.arrived.connect(arrived.append)
    records = []
    for forward in (True, True, True, False):
        finder.step(forward)
        records.append(finder.words)
    assert arrived == [4, 6, 0, 6]
    assert records == ["2 of 3", "3 of 3", "1 of 3", "3 of 3"]
    assert session.row == 6
    assert (session.a.position, session.b.position) == (5, 6)
    session.select(5)
    assert finder.words == "3 hits"


def test_a_step_that_comes_before_the_first_hit_is_made_then(session: Searched, finder: ComparisonSearch) -> None:
    session.select(0)
    finder.find("hit")
    finder.step(forward=True)
    session.answer("A", [])
    assert session.row == 0
    session.answer("B", [5], ended=False)
    assert session.row == 6
    session.select(0)
    session.answer("B", [], ended=True, count=1)
    assert session.row == 0  # it was made once


def test_only_as_many_hits_as_are_kept_are_counted(session: Searched, finder: ComparisonSearch) -> None:
    finder.find("hit")
    session.answer("A", [0, 1], count=90)
    session.answer("B", [0])
    assert finder.words == "over 2 hits"


def test_hits_are_found_again_in_other_rows_when_the_runs_are_compared_anew(
    session: Searched, finder: ComparisonSearch
) -> None:
    finder.find("hit")
    session.answer("A", [4])
    session.answer("B", [5])
    assert finder.rows.tolist() == [6]
    session.show(comparison_of([E, E, A, B, E, B, E]))
    assert finder.rows.tolist() == [6]
    session.show(comparison_of([E, E, E, E, E, B]))
    assert finder.rows.tolist() == [4, 5]
    assert session.a.marks.found.tolist() == [4]
    assert len(session.a.marks.divergences)


def test_the_search_in_a_goes_on_when_the_comparison_ends(session: Searched, finder: ComparisonSearch) -> None:
    finder.find("hit")
    session.answer("A", [4])
    session.end()
    assert (finder.text, finder.ready) == ("hit", False)
    assert session.a.marks.found.tolist() == [4]
    assert finder.rows.tolist() == []
