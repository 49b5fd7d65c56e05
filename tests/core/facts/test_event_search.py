from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.facts.event_search import SearchHit, SearchText, search_events
from replay_gui.core.log.event import Event
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from tests.helpers.logs import damage, write_log


def event(payload: dict[str, Any], meta: dict[str, Any] | None = None, kind: str = "x:a") -> Event:
    return Event(EventIndex(7), 0, 0, "r:7", kind, payload, meta or {}, b"", None, None)


def hit(needle: str, payload: dict[str, Any], match_case: bool = False) -> SearchHit | None:
    return SearchText(needle, match_case).find_hit(event(payload))


def test_case_is_ignored_unless_it_must_match() -> None:
    assert hit("NEEDLE", {"a": "a Needle here"}) == SearchHit(EventIndex(7), "a Needle here", 2, 8)
    assert hit("NEEDLE", {"a": "a Needle here"}, match_case=True) is None
    assert hit("ÄPFEL", {"a": "drei äpfel"}) == SearchHit(EventIndex(7), "drei äpfel", 5, 10)


def test_nested_keys_kinds_and_meta_are_searched_but_not_the_field_names_of_the_format() -> None:
    assert hit("deep", {"data": [{"deeper": 1}]}) is not None
    assert hit("data", {"data": 1}) is None
    assert SearchText("x:a").find_hit(event({})) is not None
    assert SearchText("gpt").find_hit(event({}, {"model": "gpt-x", "gpt": 1})) == SearchHit(
        EventIndex(7), "gpt-x", 0, 3
    )
    assert SearchText("time").find_hit(event({}, {"time": 1})) is None


def test_the_text_is_no_pattern() -> None:
    assert hit("(a+)+$", {"a": "x (a+)+$ y"}) == SearchHit(EventIndex(7), "x (a+)+$ y", 2, 8)
    assert hit(".*", {"a": "anything"}) is None


def test_a_snippet_is_one_visible_line_with_the_match() -> None:
    found = hit("needle", {"a": "<b>" + "x" * 500 + "\n\x1b[31m\u202eneedle" + "y" * 500})
    assert found is not None
    assert found.text[found.start_character : found.stop_character] == "needle"
    assert found.text.isprintable()
    assert found.text.startswith("…")
    assert found.text.endswith("…")
    assert len(found.text) < 300


def test_a_huge_text_is_searched_to_its_end() -> None:
    found = hit("needle", {"a": "x" * 1_000_000 + "needle"})
    assert found is not None
    assert found.text.endswith("needle")


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        SearchText("")


texts = st.text(st.sampled_from("aAbBäÄßİıKſ₤日\x00 "), max_size=6)
strings = st.recursive(texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=2))


@given(st.lists(strings, max_size=8), texts.filter(bool), st.booleans())
def test_every_event_with_the_text_is_a_candidate(values: list[Any], text: str, match_case: bool) -> None:
    needle = SearchText(text, match_case)
    packed = [msgspec.msgpack.encode(["x:a", {"v": value}]) for value in values]
    held = [i for i, value in enumerate(values) if needle.find_hit(event({"v": value}, kind=""))]
    candidates = needle.find_candidates(packed)
    assert candidates == sorted(set(candidates))
    assert set(held) <= set(candidates)


def test_a_damaged_log_is_searched_in_order_to_its_end(tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog")
    damage(path)  # turns one because into something else, so that record says so no more
    with EventLog.open(path) as log:
        hits = [found for _, some in search_events(log, SearchText("because of")) for found in some]
        assert [found.index for found in hits] == sorted(found.index for found in hits)
        assert len(hits) == 9
        reached = [at for at, _ in search_events(log, SearchText("no such text"))]
        assert reached == sorted(reached)
