from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from replay_gui.core.readable.markdown_lines import PICTURE, markdown_lines
from replay_gui.core.readable.markdown_sections import MAX_SECTION_CHARACTERS, sections
from replay_gui.core.readable.reading_line import LetterStyle, LineKind, ReadingLine, TextStyle

MANY = 100_000
HOSTILE = {
    "brackets": "[" * MANY,
    "links": "[](" * (MANY // 3),
    "pictures": "![" * (MANY // 2),
    "stars": "*_" * (MANY // 2),
    "quotations": ">" * MANY,
    "nested lists": "".join("  " * min(depth, 200) + "- a\n" for depth in range(500)),
    "backticks": "".join("`" * (n % 200 + 1) + "a" for n in range(1000)),
    "a wide table": "|a" * (MANY // 4) + "|\n" + "|-" * (MANY // 4) + "|\n",
    "a long table": "|a|b|\n|-|-|\n" + "|x|y|\n" * (MANY // 6),
    "entities": "&" * MANY,
    "fences": "```\n" * (MANY // 4),
    "html": "<div onclick=x>" * (MANY // 15),
    "one line": "word " * (MANY // 5),
}


def lines_of(text: str) -> list[ReadingLine]:
    return list(markdown_lines(text))


def copied(lines: list[ReadingLine]) -> str:
    return "\n".join(line.visible_text if line.source is None else line.source for line in lines if not line.goes_on)


def test_blocks() -> None:
    text = "# Title\n\npara\nbroken\n\n- one\n  1. two\n\n> said\n\n---\n"
    assert [(line.kind, line.indent, line.quotes, line.marker, line.visible_text) for line in lines_of(text)] == [
        (LineKind.HEADING, 0, 0, "", "Title"), (LineKind.PROSE, 0, 0, "", "para"), (LineKind.PROSE, 0, 0, "", "broken"),
        (LineKind.PROSE, 1, 0, "•", "one"), (LineKind.PROSE, 2, 0, "1.", "two"), (LineKind.PROSE, 0, 1, "", "said"),
        (LineKind.RULE, 0, 0, "", ""),
    ]  # fmt: skip


def test_forms() -> None:
    (line,) = lines_of("a **b *c*** `d` ~~e~~")
    assert [(span.text, span.form) for span in line.spans if span.text.strip()] == [
        ("a ", LetterStyle(0)), ("b ", LetterStyle.BOLD), ("c", LetterStyle.BOLD | LetterStyle.ITALIC),
        ("d", LetterStyle.MONO), ("e", LetterStyle.STRUCK),
    ]  # fmt: skip


def test_code_keeps_its_lines_and_is_coloured() -> None:
    lines = lines_of("```python\ndef f():\n\n    return '# <b>'\n```")
    assert [(line.kind, line.visible_text) for line in lines] == [
        (LineKind.CODE, "def f():"), (LineKind.CODE, ""), (LineKind.CODE, "    return '# <b>'"),
    ]  # fmt: skip
    assert lines[0].spans[0].style is TextStyle.KEYWORD


def test_a_table_has_cells() -> None:
    lines = lines_of("|a|b|\n|-|-|\n|1|**2**|")
    assert [[cell[0].text for cell in line.cells] for line in lines] == [["a", "b"], ["1", "2"]]


@pytest.mark.parametrize("target", ["http://x.y/z", "javascript:alert(1)", "file:///etc/passwd", "data:text/html,x"])
def test_a_link_is_a_text_that_says_where_it_would_lead(target: str) -> None:
    (line,) = lines_of(f"[here]({target}) ![seen]({target})")
    assert line.visible_text == f"here ({target}) {PICTURE} seen"


@pytest.mark.parametrize("html", ["<b>bold</b>", "<script>x()</script>", "<!-- hidden -->", "<img src=x onerror=y>"])
def test_html_is_text(html: str) -> None:
    assert [line.visible_text for line in lines_of(f"{html}\n\nso {html} `c`")] == [html, f"so {html} c"]


def test_what_is_only_referred_to_is_seen() -> None:
    assert [line.visible_text for line in lines_of("[a]: http://x 'said'\n\n`b`")] == ["[a]: http://x 'said'", "b"]


def test_invisible_characters_are_escaped() -> None:
    assert [line.visible_text for line in lines_of("**a\u202eb**\x1b[2J `\x00`\x07")] == [
        "a\\u202eb\\x1b[2J \ufffd\\x07"
    ]


SOURCE = "# A\n\n- one **b**\n- two\n\n> q\n\n|a|b|\n|-|-|\n|1|2|\n\nend\nline"


def test_what_is_copied_is_the_source() -> None:
    assert copied(lines_of(SOURCE)) == SOURCE


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_no_long_time(name: str) -> None:
    before, count = time.process_time(), 0
    for _ in zip(range(400), markdown_lines(HOSTILE[name]), strict=False):  # as much as a page holds
        count += 1
    assert count
    assert time.process_time() - before < 2.0


@given(st.text(alphabet="ab \n`*_[]()!<>#|-~>1.&\\\t\r\x1b", max_size=80))
@example("> ")
@example("-\n\n  a")
@example("|a|\n|-|\n\n|")
def test_any_text_can_be_read(text: str) -> None:
    for line in markdown_lines(text):
        assert len(line.visible_text.replace("\t", "").splitlines()) <= 1


@given(st.lists(st.sampled_from(["a" * 100, "", "```", "~~~~", "```py", " ```", "x" * 9_000]), max_size=200))
def test_sections_hold_the_text_in_bounded_parts(written: list[str]) -> None:
    text = "\n".join(written)
    found = list(sections(text))
    assert "".join(line for part in found for line in part.lines) == text.replace("\n", "")
    assert all(sum(map(len, part.lines)) <= 2 * MAX_SECTION_CHARACTERS for part in found)


def test_a_block_of_code_goes_on_in_the_next_section() -> None:
    text = "```python\n" + "x = 1  # *no*\n" * 1_000 + "```\n**b**"
    lines = lines_of(text)
    assert {line.kind for line in lines[:-1]} == {LineKind.CODE}
    assert len(lines) == 1_001
    assert lines[-1].visible_text == "b"
