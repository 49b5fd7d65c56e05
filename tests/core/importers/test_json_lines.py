"""Lines of JSON: the quick way reads what the thorough one reads."""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.importers import json_lines
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import value_of

_scalars = (
    st.none() | st.booleans() | st.integers(-(1 << 66), 1 << 66) | st.floats(allow_nan=False) | st.text(max_size=3)
)
_odd = st.sampled_from(["\ud800", "k" * 1025, "k" * 5000, "\ud83d\ude00"])
_deep = st.integers(1, 120).map(lambda depth: json.loads("[" * depth + "]" * depth))
_values = st.recursive(
    _scalars | _odd | _deep,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | _odd, inner, max_size=3),
    max_leaves=8,
)


def thoroughly(raw: bytes) -> tuple[Any, tuple[str, ...]]:
    def refuse(raw: bytes) -> None:
        raise msgspec.ValidationError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_lines, "_decode_usual", refuse)
        return read(raw)


def read(raw: bytes) -> tuple[Any, tuple[str, ...]]:
    notes = ImportNotes()
    return value_of(raw, notes), notes.sentences()


@given(_values, st.booleans())
def test_both_ways_give_the_same(value: Any, ascii: bool) -> None:
    raw = json.dumps(value, ensure_ascii=ascii).encode("utf-8", "replace")
    quick, slow = read(raw), thoroughly(raw)
    assert quick == slow
    assert repr(quick) == repr(slow), "1 is not 1.0, and 0.0 is not -0.0"


def test_numbers_beyond_the_usual() -> None:
    assert read(b"[1.0, 1e3, -0.0, 18446744073709551615]") == thoroughly(b"[1.0, 1e3, -0.0, 18446744073709551615]")
    wide, notes = read(b"[18446744073709551616]")
    assert wide == ["18446744073709551616"]
    assert len(notes) == 1
    assert read(b"[1e400, -Infinity]")[0] == [math.inf, -math.inf]
