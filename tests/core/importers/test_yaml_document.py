from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.importers.yaml_document import NotYaml, yaml_value

_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]), max_size=12)
_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | _TEXTS | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(value=st.lists(_PLAIN, max_size=3) | st.dictionaries(_TEXTS, _PLAIN, max_size=3))
def test_what_is_written_is_read(value: Any) -> None:
    assert yaml_value(yaml.safe_dump(value, allow_unicode=True).encode()) == value


def test_scalars_are_those_of_yaml_1_2() -> None:
    text = b"[yes, no, 'true', true, ~, 12, 0x1f, 1.5, .5e-3, 2024-01-02, '', 1_000, '12', !!str 12]"
    assert yaml_value(text) == [
        "yes", "no", "true", True, None, 12, "0x1f", 1.5, 0.0005, "2024-01-02", "", "1_000", "12", "12",
    ]  # fmt: skip


def test_an_alias_is_the_part_that_it_names() -> None:
    value = yaml_value(b"a: &x [1, 2]\nb: *x\nc: &y text\nd: *y")
    assert value == {"a": [1, 2], "b": [1, 2], "c": "text", "d": "text"}
    assert value["a"] is value["b"]


def test_tags_make_no_objects() -> None:
    assert yaml_value(b"a: !!python/object/apply:os.system ['echo']") == {"a": ["echo"]}


def test_keys_are_text() -> None:
    assert yaml_value(b"1: a\n? [b]\n: c") == {"1": "a", "['b']": "c"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "no document"),
        (b"a: *b", "names no part before it"),
        (b"&a [*a]", "names no part before it"),
        (b"[" * 300 + b"]" * 300, "levels"),
        (b"a: !!binary '=a'", "base64"),
        (b"a: [", "expected"),
        (b"\xff\xff: 1", "invalid"),
        (b"a: \x00", "control characters"),
    ],
)
def test_no_yaml_within_the_limits(text: bytes, why: str) -> None:
    with pytest.raises(NotYaml, match=why):
        yaml_value(text)


def test_aliases_that_repeat_each_other_are_refused_before_they_grow() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(NotYaml, match="more than 5,000,000 values"):
        yaml_value("\n".join(lines).encode())
