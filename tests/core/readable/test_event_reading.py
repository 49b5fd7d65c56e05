from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import KINDS
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.readable.event_reading import (
    FIRST_PAGE_CHARACTERS,
    MORE,
    SLICE_CHARACTERS,
    EventReading,
    plain_event_lines,
)
from replay_gui.core.readable.reading_line import (
    Fold,
    LineKind,
    ReadingLine,
    StyledText,
    TextStyle,
    pieces,
    shaped_systems,
)
from replay_gui.core.readable.reading_page import ReadingPage
from replay_gui.core.text.event_text import summarize_event
from replay_gui.core.text.placeholders import (
    ANSWER_NOT_RECORDED,
    OUTPUT_NOT_RECORDED,
    PROMPT_NOT_RECORDED,
    REASONING_NOT_RECORDED,
    shown_value,
)
from replay_gui.core.text.plain_text import visible
from tests.core.translation.languages import in_language
from tests.helpers.story import answer, call, event_at


def event(kind: str, payload: dict[str, Any], meta: dict[str, Any] | None = None, index: int = 0) -> Event:
    return Event(EventIndex(index), 0, 0, "r:0", kind, payload, meta or {"seq": 0}, b"", None, None)


def all_lines(one: Event, pair: Event | None = None, since: int | None = None) -> list[ReadingLine]:
    reading, lines = EventReading(one, pair, since), list[ReadingLine]()
    while not (page := reading.next_page()).whole:
        lines += page.lines
    return lines + list(page.lines)


def texts(kind: str, payload: dict[str, Any]) -> list[str]:
    return [line.text.rstrip() for line in all_lines(event(kind, payload))][1:]


def test_who_when_and_how_long_come_first() -> None:
    meta = {"seq": 3, "time": 1_700_000_002_458_000_000, "duration": 2_389_000_000, "model": "gpt-x", "tokens": 812}
    lines = all_lines(event("Decision", {"decision_type": "message", "data": "Hi"}, meta), since=2_458_000_000)
    assert [line.text for line in lines] == [
        "Assistant  gpt-x · 22:13:22 UTC · +0:02.458 · took 2.39 s", "Hi", MORE,
        "  time 2023-11-14 22:13:22.458 UTC", "  duration 2.39 s", "  model gpt-x", "  tokens 812",
    ]  # fmt: skip
    assert lines[2].fold is Fold.CLOSED


def test_a_call_and_its_answer_are_two_turns() -> None:
    asked = event(*call("search", {"q": "x"}), index=4)
    answered = event(*answer("search", "found\nit"), {"seq": 5, "duration": 1_000_000}, index=5)
    assert [line.text for line in all_lines(asked, answered)][:5] == [
        "search →", 'q "x"', "← search  answered in 6 · took 1 ms", "found", "it",
    ]  # fmt: skip
    back = [line.text for line in all_lines(answered, asked)]
    assert back[:5] == ["← search  took 1 ms", "found", "it", "search →  asked in 5", 'q "x"']


def test_what_only_programs_need_comes_last_and_is_closed() -> None:
    payload: dict[str, Any] = {"request_id": "r1", "text": "hello", "nothing": None, "digest": "ab" * 32, "list": []}
    assert texts("x:a", payload) == [
        'text "hello"', MORE, '  request_id "r1"', "  nothing null", "  digest abababababababab…", "  list (empty)",
    ]  # fmt: skip
    record = {"decision_type": "subagent-message", "data": "Hi", "fields": {"isSidechain": True}}
    assert texts("Decision", record) == ["Hi", MORE, "  fields.isSidechain true"]
    assert texts("Decision", {"fields": {"a": 1}}) == ["fields.a 1"], "there is nothing else"
    assert texts("PatchApplied", {"patch_hash": "ab" * 32}) == ["patch_hash abababababababab…"], "there is nothing else"


@pytest.mark.parametrize("nothing", [None, {}, "", []])
def test_of_a_call_without_arguments_and_a_result_without_output_that_is_said(nothing: Any) -> None:
    asked, answered = event(*call("now", nothing), index=4), event(*answer("now", nothing), {"seq": 5}, index=5)
    assert [line.text for line in all_lines(asked, answered)][:4] == [
        "now →", "(no arguments)", "← now  answered in 6", "(no output)",
    ]  # fmt: skip
    assert texts(*answer("now", nothing))[:2] == ["(no output)", MORE], "hashes are no output"
    assert texts(*answer("now", nothing, "no clock"))[:2] == ["no clock", MORE]


def test_messages_are_read_as_markdown() -> None:
    lines = all_lines(event("Observation", {"obs_type": "message", "source": "user", "data": "# Do\n\n- **this**"}))
    assert [(line.kind, line.text) for line in lines[1:]] == [(LineKind.HEADING, "Do"), (LineKind.PROSE, "  • this")]
    parts = [{"type": "text", "text": "Look: `x`"}, {"type": "image", "source": {"data": "AAAA"}}]
    lines = all_lines(event("Observation", {"obs_type": "message", "source": "user", "data": parts}))
    assert [line.text for line in lines[1:3]] == ["Look: x", "(picture)"]
    assert lines[3].fold is Fold.CLOSED
    model = {"content": "*so*", "tool_calls": [{"function": "go", "arguments": {"url": "u"}}]}
    assert texts("Decision", {"decision_type": "model", "data": model})[:2] == ["so", "tool_calls 1 item"]


def test_results_and_other_data_are_not_markdown() -> None:
    assert texts(*answer("ls", "# a\n* b"))[:2] == ["# a", "* b"]
    parts = [{"type": "text", "text": "# a\n* b"}, {"type": "text", "text": '{"n": 1}'}, {"type": "image", "data": "A"}]
    wrapped = {"content": parts[:1], "isError": False, "structuredContent": {"rows": 2}}
    assert texts(*answer("ls", wrapped))[:3] == ["# a", "* b", "structuredContent.rows 2"]
    assert texts(*answer("ls", parts))[:4] == ["# a", "* b", "text.n 1", "(picture)"]
    assert texts("x:a", {"data": "**a**"}) == ['data "**a**"']


def test_thoughts_come_before_what_was_said_and_are_quiet() -> None:
    lines = all_lines(event("Decision", {"decision_type": "message", "data": "Yes", "reasoning": "Hm"}))
    assert [(line.text, line.style) for line in lines[1:]] == [("Hm", TextStyle.QUIET), ("Yes", TextStyle.VALUE)]


def test_line_breaks_are_real_and_json_is_unfolded() -> None:
    assert texts("x:a", {"t": "one\ntwo\x1b", "j": '{"rows": [1, "a"]}'}) == [
        "t", "  one", "  two\\x1b", "j.rows JSON 2 items", "  0 1", '  1 "a"',
    ]  # fmt: skip


def test_colours_of_a_terminal_are_left_out() -> None:
    assert texts("x:a", {"t": "\x1b[31mFAIL\x1b[0m\n\x1b[2Jnext"}) == ["t", "  FAIL", "  \\x1b[2Jnext"]


def test_a_member_alone_stands_on_the_line_of_its_map() -> None:
    assert texts("x:a", {"d": {"content": {"text": "Hi"}}, "f": {"a": {}, "b": 1}}) == [
        'd.content.text "Hi"', "f 2 members", "  a (empty)", "  b 1",
    ]  # fmt: skip


def test_patches_are_coloured() -> None:
    inks = {line.visible_text.strip(): line.style for line in all_lines(event_at(12))}
    assert inks["2 -vacuum orders;"] is TextStyle.REMOVED
    assert inks["2 +analyze orders;"] is TextStyle.ADDED
    assert inks["--- a/ops/analyze.sql"] is TextStyle.QUIET
    assert inks["1  begin;"] is TextStyle.VALUE


def test_an_edit_is_shown_as_a_difference() -> None:
    edit = {"file_path": "a.py", "old_string": "x\ny\n", "new_string": "x\nz\n"}
    lines = texts(*call("Edit", edit))
    assert 'file_path "a.py"' in lines
    assert "   2 -y" in lines
    assert "   2 +z" in lines


def styles_of(lines: list[ReadingLine]) -> dict[str, TextStyle]:
    return {span.text: span.style for line in lines for span in line.spans}


def test_code_is_coloured_by_the_file_or_the_argument() -> None:
    assert styles_of(all_lines(event(*call("Bash", {"command": "cd x # go"}))))["# go"] is TextStyle.COMMENT
    write = call("Write", {"file_path": "/a/b.py", "content": "import os\nx = 1"})
    assert styles_of(all_lines(event(*write)))["import"] is TextStyle.KEYWORD
    read = event(*call("Read", {"file_path": "/a/b.py"}))
    styles = styles_of(all_lines(event(*answer("Read", "  1→import os\n  2→x = 'y'")), read))
    assert (styles["  1→"], styles["import"], styles["'y'"]) == (TextStyle.QUIET, TextStyle.KEYWORD, TextStyle.STRING)
    shown_event = event(*answer("Write", "Here's what: it's written"))
    assert TextStyle.STRING not in styles_of(all_lines(shown_event, event(*write))).values()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just("type"), inner, max_size=3),
    max_leaves=8,
)
names = st.text() | st.sampled_from(["data", "output", "input", "error", "reasoning"])


@given(st.sampled_from([*KINDS, "x:a"]), st.dictionaries(names, values, max_size=4))
def test_any_payload_can_be_read(kind: str, payload: dict[str, Any]) -> None:
    one = event(kind, payload)
    for line in all_lines(one, one):
        assert len(line.visible_text.splitlines()) <= 1
    assert all(len(line.splitlines()) <= 1 for line in plain_event_lines(one))


def test_size_is_bounded_by_pages() -> None:
    reading = EventReading(event("x:a", {"t": "line\n" * 10_000_000, "l": list(range(100_000))}))
    first = reading.next_page()
    assert not first.whole
    assert sum(len(line.visible_text) for line in first.lines) < 2 * FIRST_PAGE_CHARACTERS
    assert reading.count == len(first.lines)
    blank = EventReading(event("x:a", {"t": "\n" * 10_000_000})).next_page()
    assert len(blank.lines) < 500, "laying out a line costs time, even if it is empty"


def test_what_is_said_in_empty_lines_costs_little() -> None:
    begun = time.thread_time()
    shown_event = event(
        "Observation", {"obs_type": "message", "source": "user", "data": "a" + "\n \t\n" * 500_000 + "b"}
    )
    assert [line.visible_text for line in all_lines(shown_event)[1:]] == ["a", "b"]
    assert time.thread_time() - begun < 1


@pytest.mark.parametrize(
    "unit", ["word ", "\u0627\u0644 ", "\U0001f468\u200d\U0001f469 ", "".join(map(chr, range(0x100, 0x400)))]
)
def test_a_line_of_any_length_is_read_in_pieces(unit: str) -> None:
    text = unit * (60_000 // len(unit))
    for kind, payload in (("x:a", {"t": text}), ("Observation", {"obs_type": "message", "source": "u", "data": text})):
        reading = EventReading(event(kind, payload))
        pages = [reading.next_page()]
        while not pages[-1].whole:
            pages.append(reading.next_page())
        lines = [line for page in pages for line in page.lines]
        seen = "".join(line.visible_text for line in lines)
        assert visible(text).replace(" ", "") in seen.replace(" ", "")  # a paragraph has no space at its end
        for page in pages:
            assert all(len(line.visible_text.encode()) <= 8_192 for line in page.lines)
            assert sum(len(line.visible_text.encode()) for line in page.lines) < FIRST_PAGE_CHARACTERS + 8_192


def test_pages_follow_one_another() -> None:
    one = event("Decision", {"decision_type": "message", "data": "word **w**\n\n" * 9_000})
    begun, other = EventReading(one), EventReading(one)
    while begun.next_page().goes_on:
        pass
    other.skip(begun.count)
    assert other.next_page() == begun.next_page()


@pytest.mark.parametrize("depth", [5, 120])
def test_depth_is_bounded(depth: int) -> None:
    value: Any = 1
    for _ in range(depth):
        value = {"d": value, "e": 1}
    assert len(texts("x:a", {"v": value})) <= 32


def test_what_the_head_says_is_not_said_again() -> None:
    record = {"obs_type": "message", "source": "user", "data": "Hi"}
    assert texts("Observation", record) == ["Hi"]
    assert texts("Observation", {**record, "obs_type": "clock"})[0] == 'obs_type "clock"'
    assert texts("Decision", {"decision_type": "thinking", "data": None, "reasoning": "so"})[0] == "so"
    assert texts("x:a", {"source": "s"})[0] == 'source "s"'
    assert texts(*call("ls", {"path": "."}))[0] == 'path "."'


def test_a_page_comes_in_parts_that_are_laid_out_quickly() -> None:
    """What takes long to lay out ends a part: many letters, and each writing system that is shaped."""
    languages = ["\u0915\u0916" * 100, "\u0b95 \u0d95 ", "word", "\u0a95"]
    one = event("Observation", {"obs_type": "message", "source": "u", "data": "\n\n".join(languages)})
    reading, parts = EventReading(one), list[ReadingPage]()
    while not parts or parts[-1].goes_on:
        parts.append(reading.next_page())
    systems = [len(shaped_systems("".join(line.visible_text for line in part.lines))) for part in parts]
    assert systems == [1, 2, 1], "a line of usual length stays whole"
    plain = EventReading(event("Decision", {"decision_type": "message", "data": "word " * 5_000}))
    sizes = [len(page.lines[-1].visible_text) for page in (plain.next_page(), plain.next_page())]
    assert max(sizes) <= SLICE_CHARACTERS < sum(sizes), "one line, in two parts"
    long = ReadingLine((StyledText("".join(languages) * 20),))
    assert "".join(piece.visible_text for piece in pieces(long)) == long.visible_text
    assert all(len(shaped_systems(piece.visible_text)) <= 1 for piece in pieces(long))


def test_an_outcome_and_an_end_are_told_in_a_sentence() -> None:
    graded = {"passed": False, "score": 0.0, "by": "tests", "parts": [{"name": "a", "passed": False}]}
    lines = texts("x:outcome", graded)
    assert lines[:2] == ["failed · score 0 · tests", "parts 1 item"]
    assert lines.index("More") < next(n for n, line in enumerate(lines) if line.strip() == 'by "tests"')
    assert texts("x:end", {"how": "limit", "why": "30 turns"})[:2] == ["limit · 30 turns", "More"]


@pytest.mark.parametrize(
    ("kind", "payload", "words"),
    [
        ("x:withheld-reasoning", {"data": REASONING_NOT_RECORDED}, "(Überlegung, nicht aufgezeichnet)"),
        ("Decision", {"decision_type": "message", "data": ANSWER_NOT_RECORDED}, "(Antwort, nicht aufgezeichnet)"),
        ("Observation", {"obs_type": "message", "data": PROMPT_NOT_RECORDED}, "(Eingabe, nicht aufgezeichnet)"),
        ("ToolResponse", {"tool_name": "a", "output": OUTPUT_NOT_RECORDED}, "(Ausgabe, nicht aufgezeichnet)"),
    ],
)
def test_what_was_not_recorded_is_said_in_the_users_language(kind: str, payload: dict[str, Any], words: str) -> None:
    english = texts(kind, payload)
    with in_language("de"):
        assert shown_value(summarize_event(event(kind, payload))) == words
        assert any(words in text for text in texts(kind, payload))
        assert shown_value("blank lines") == "blank lines"
        assert shown_value(payload) is payload
    assert not any(words in text for text in english)
