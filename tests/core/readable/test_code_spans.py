from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.readable.code_spans import code_spans, language_named, language_of_file
from replay_gui.core.readable.reading_line import TextStyle

NAMES = ("python", "ts", "rust", "bash", "ruby", "sql", "json", "css", "html")


def styled(name: str, *lines: str) -> list[tuple[str, str]]:
    spans = [span for line in code_spans(list(lines), language_named(name)) for span in line]
    return [(span.text, span.style.name.lower()) for span in spans if span.style is not TextStyle.VALUE]


def test_the_usual_languages() -> None:
    assert styled("python", 'def f(x=1.5e3): # "no"', '    return """a', 'b"""') == [
        ("def", "keyword"), ("1.5e3", "number"), ('# "no"', "comment"), ("return", "keyword"), ('"""a', "string"),
        ('b"""', "string"),
    ]  # fmt: skip
    assert styled("tsx", "const a = `x` /* c", "*/ // d") == [
        ("const", "keyword"), ("`x`", "string"), ("/* c", "comment"), ("*/", "comment"), ("// d", "comment"),
    ]  # fmt: skip
    assert styled("SQL", "SELECT 'a' -- b") == [("SELECT", "keyword"), ("'a'", "string"), ("-- b", "comment")]
    assert styled("bash", "if a#b; then # c") == [("if", "keyword"), ("then", "keyword"), ("# c", "comment")]
    assert styled("json", '{"a": null, "b": -2}') == [
        ('"a"', "string"), ("null", "keyword"), ('"b"', "string"), ("2", "number"),
    ]  # fmt: skip
    assert styled("html", '<!-- a --><p id="x">don\'t') == [("<!-- a -->", "comment"), ('"x"', "string")]


def test_what_is_unknown_is_left_as_it_is() -> None:
    assert language_named("klingon") is None
    assert language_of_file("/a/README") is None
    assert [len(spans) for spans in code_spans(["def x", ""], None)] == [1, 1]


def test_a_file_tells_its_language() -> None:
    assert language_of_file("C:\\a\\b.PY") == language_named("python")
    assert language_of_file("/a.d/Dockerfile") == language_named("dockerfile")


@given(st.sampled_from(NAMES), st.lists(st.text(alphabet="ab0 \"'`/*#-<>\\$_.;", max_size=30), min_size=1, max_size=5))
def test_no_character_is_lost(name: str, lines: list[str]) -> None:
    found = list(code_spans(lines, language_named(name)))
    assert ["".join(span.text for span in spans) for spans in found] == lines


UNITS = [*"\"'/(<\\#*a0_-`", "a ", "/*", '"a', "<a ", "a.", "<!--", '"""']


@pytest.mark.parametrize("name", NAMES)
def test_time_grows_with_length_alone(name: str) -> None:
    before = time.process_time()
    for unit in UNITS:
        for _ in code_spans([unit * (16_384 // len(unit))], language_named(name)):
            pass
    assert time.process_time() - before < 4.0
