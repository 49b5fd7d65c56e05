"""JSON Pointers: what is joined comes apart again, and people can read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.text.json_pointer import join_pointer, pointer_text, split_pointer

keys = st.text(st.sampled_from("~/01a*") | st.characters(codec="utf-8"), max_size=6)


@given(st.lists(keys, max_size=4))
def test_a_joined_pointer_splits_into_its_keys(path: list[str]) -> None:
    assert split_pointer(join_pointer(path)) == path


def test_an_index_is_written_as_a_number() -> None:
    assert join_pointer(("a/b", "c~d", 3)) == "/a~1b/c~0d/3"


@pytest.mark.parametrize("pointer", ["a", "a/b", "#/a", "/~", "/a~", "/~2", "/~~0"])
def test_what_is_no_pointer_is_refused(pointer: str) -> None:
    with pytest.raises(ValueError, match=r"it begins|after ~"):
        split_pointer(pointer)


@pytest.mark.parametrize(
    ("pointer", "text"),
    [
        ("/output/hits/0", "output.hits[0]"),
        ("/output/*/id", "output.*.id"),
        ("/a~1b/c", '["a/b"].c'),
        ("/x\ny", '["x y"]'),
        ("", "(all of it)"),
    ],
)
def test_a_pointer_for_people(pointer: str, text: str) -> None:
    assert pointer_text(pointer) == text
