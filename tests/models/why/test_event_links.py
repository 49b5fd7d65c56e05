from __future__ import annotations

from dataclasses import replace

import pytest

from replay_gui.core.reasons.phrases import against_words, event_of_words, event_words
from replay_gui.core.reasons.reason import Reason, ReasonKind
from replay_gui.core.text.quotation_marks import in_quotation_marks
from replay_gui.models.why.event_links import LinkFinder
from tests.core.translation.languages import ACCENTED, in_language
from tests.helpers.reasons import CANCEL, EVENTS, index, why_of

PLAIN = Reason(kind=ReasonKind.TOLD, sentence="")


def links(text: str, reason: Reason = PLAIN, counts: tuple[int, int] = (EVENTS, EVENTS)) -> list[tuple[str, str, int]]:
    """(the linked words, the side, the number) of each link."""
    finder = LinkFinder(why_of(reason), reason, counts)
    return [(text[link.start_character : link.stop_character], link.side, link.index + 1) for link in finder.find(text)]


def test_a_number_is_of_the_run_that_is_named_after_it() -> None:
    text = "x was answered differently (event 4 of trial 1 against event 4 of trial 0)."
    assert links(text) == [("event 4", "b", 4), ("event 4", "a", 4)]


def test_else_of_the_run_of_which_the_reason_names_that_event() -> None:
    assert links("trial 0 never did (event 20).", CANCEL) == [("event 20", "b", 20)]
    assert links("It came up at event 7.", CANCEL) == [("event 7", "b", 7)]


def test_else_of_the_run_that_was_named_last() -> None:
    assert links("trial 0 never did; trial 1 did (event 9).") == [("event 9", "b", 9)]
    assert links("trial 1 did; trial 0 said (event 9).") == [("event 9", "a", 9)]
    assert links("It said so (event 9).") == [("event 9", "a", 9)], "of the run that failed"


def test_two_events_against_each_other_are_of_the_runs_as_they_are_named() -> None:
    reason = replace(PLAIN, index_a=index(9), index_b=index(9))
    text = "trial 1 told 84 where trial 0 told 168 (event 9 against event 9)."
    assert links(text, reason) == [("event 9", "b", 9), ("event 9", "a", 9)]
    assert links(text.replace("against event 9", "against event 11"), replace(reason, index_a=index(11))) == [
        ("event 9", "b", 9),
        ("event 11", "a", 11),
    ]


def test_links_are_found_in_the_words_of_another_language() -> None:
    reason = replace(PLAIN, index_a=index(9), index_b=index(9))
    with in_language(ACCENTED):
        text = f"trial 1 {in_quotation_marks(event_words(index(5)))} {event_of_words(index(4), 'trial 0')}"
        (event,) = [event_words(index(4))]
        assert links(text) == [(event, "a", 4)]
        against = f"trial 1, trial 0 ({against_words(index(9), index(9))})"
        assert links(against, reason) == [(event_words(index(9)), "b", 9), (event_words(index(9)), "a", 9)]


@pytest.mark.parametrize(
    "text", ["it said “see event 5” then", "prevent 5", "event 31 of trial 0", "event 0", "event 9999999999999999"]
)
def test_what_is_no_event_of_a_run_is_no_link(text: str) -> None:
    assert links(text) == []


def test_a_thousand_events_are_written_with_a_comma() -> None:
    assert links("event 1,204 of trial 1.", counts=(5, 2_000)) == [("event 1,204", "b", 1_204)]
    assert links("event 12, then", counts=(50, 50)) == [("event 12", "a", 12)]


def test_the_longer_of_two_names_counts() -> None:
    reason = replace(PLAIN, index_a=index(2), index_b=index(2))
    finder = LinkFinder(why_of(reason, name_a="trial 1", name_b="trial 10"), reason, (EVENTS, EVENTS))
    assert [link.side for link in finder.find("event 2 of trial 10 and event 2 of trial 1")] == ["b", "a"]
