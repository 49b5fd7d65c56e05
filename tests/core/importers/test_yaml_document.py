from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.yaml_document import MORE_DOCUMENTS, NotYaml, yaml_value

_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]), max_size=12)
_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | _TEXTS | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)


def _value(raw: bytes) -> Any:
    return yaml_value(raw, ImportNotes())


@given(value=st.lists(_PLAIN, max_size=3) | st.dictionaries(_TEXTS, _PLAIN, max_size=3))
def test_what_is_written_is_read(value: Any) -> None:
    assert _value(yaml.safe_dump(value, allow_unicode=True).encode()) == value


def test_scalars_are_those_of_yaml_1_2() -> None:
    text = b"[yes, no, 'true', true, ~, 12, 0x1f, 1.5, .5e-3, 2024-01-02, '', 1_000, '12', !!str 12]"
    assert _value(text) == [
        "yes", "no", "true", True, None, 12, "0x1f", 1.5, 0.0005, "2024-01-02", "", "1_000", "12", "12",
    ]  # fmt: skip


def test_an_alias_is_the_part_that_it_names() -> None:
    value = _value(b"a: &x [1, 2]\nb: *x\nc: &y text\nd: *y")
    assert value == {"a": [1, 2], "b": [1, 2], "c": "text", "d": "text"}
    assert value["a"] is value["b"]


def test_tags_make_no_objects() -> None:
    assert _value(b"a: !!python/object/apply:os.system ['echo']") == {"a": ["echo"]}


def test_keys_are_text() -> None:
    assert _value(b"1: a\n1.5: c\ntrue: d") == {"1": "a", "1.5": "c", "True": "d"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "no document"),
        (b"a: *b", "names no part before it"),
        (b"&a [*a]", "names no part before it"),
        (b"[" * 300 + b"]" * 300, "levels"),
        (b"a: !!binary '=a'", "base64"),
        (b"a: [", "ends in the middle, at line 1;"),
        (b"a: [b: c: d]", "at line 1, column 9: “did not find expected ',' or '\\]'”"),
        (b"a: 1\n? [b]\n: c", "key that is a map or a list"),
        (b"a: &a [1]\n? *a\n: c", "key that is a map or a list"),
        (b"? " * 150 + b"a", "key that is a map or a list"),
        (b"a: \x00", "control characters"),
    ],
)
def test_no_yaml_within_the_limits(text: bytes, why: str) -> None:
    with pytest.raises(NotYaml, match=why):
        _value(text)


def test_aliases_that_repeat_each_other_are_refused_before_they_grow() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(NotYaml, match="more than 5,000,000 values"):
        _value("\n".join(lines).encode())


@pytest.mark.parametrize("repeat", [b"[%s]", b"{a: &b [*a], b: [%s]}"])
def test_a_long_text_that_aliases_repeat_is_refused(repeat: bytes) -> None:
    text = b"- &a '" + b"x" * (1 << 20) + b"'\n- " + repeat.replace(b"%s", b", ".join([b"*a"] * 65))
    with pytest.raises(NotYaml, match="aliases repeat more than 67,108,864 characters"):
        _value(text)


def test_binary_of_ruby_is_bytes() -> None:
    assert _value(b"a: !binary |-\n  S8O2\n  bG4=\n") == {"a": "Köln".encode()}


def test_a_second_document_is_counted() -> None:
    notes = ImportNotes()
    assert yaml_value(b"a: 1\n---\na: 2\n", notes) == {"a": 1}
    assert notes[MORE_DOCUMENTS] == 1


@pytest.mark.parametrize("text", [b"a: 1", b"--- \na: 1\n...\n", b"\xef\xbb\xbfa: 1\n", "a: 1\n".encode("utf-16")])
def test_one_document_needs_no_note(text: bytes) -> None:
    notes = ImportNotes()
    assert yaml_value(text, notes) == {"a": 1}
    assert notes.sentences() == ()


def test_bytes_that_are_not_utf_8_are_replaced_and_counted() -> None:
    notes = ImportNotes()
    assert yaml_value(b"a: K\xffln", notes) == {"a": "K\ufffdln"}
    assert [note.split(":")[0] for note in notes.sentences()] == ["lines that are not UTF-8"]
