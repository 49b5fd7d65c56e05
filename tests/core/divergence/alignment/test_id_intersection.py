"""Tables of cells find the same ids as sets, also where many ids share a cell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.divergence.alignment import id_intersection
from replay_gui.core.divergence.alignment.id_intersection import (
    Ids,
    intersect_approximately,
    intersect_ids,
    pair_unique_ids,
)

IDS = st.lists(st.integers(0, 40) | st.integers(0, (1 << 64) - 1), max_size=60)


SIZES = {"full cells": (1, 2), "cells": (1, 6), "sorted": (1 << 16, 23)}


@pytest.fixture(scope="module", params=[*SIZES.values()], ids=[*SIZES], autouse=True)
def tables(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tables with few cells, with more, and none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(id_intersection, "MIN_LONG_SEQUENCE", request.param[0])
        patch.setattr(id_intersection, "_CELL_BITS", request.param[1])
        yield


def column(ids: list[int]) -> Ids:
    return np.array(ids, np.uint64)


@given(IDS, IDS)
def test_the_ids_of_both(a: list[int], b: list[int]) -> None:
    in_a, in_b = intersect_ids(column(a), column(b))
    assert in_a.tolist() == [i for i, value in enumerate(a) if value in b]
    assert in_b.tolist() == [i for i, value in enumerate(b) if value in a]
    nearly_a, nearly_b = intersect_approximately(column(a), column(b))
    assert {*in_a.tolist()} <= {*nearly_a.tolist()}
    assert {*in_b.tolist()} <= {*nearly_b.tolist()}


@given(IDS, IDS)
def test_the_ids_that_occur_once_in_both(a: list[int], b: list[int]) -> None:
    at_a, at_b = pair_unique_ids(column(a), column(b))
    pairs = [(i, b.index(value)) for i, value in enumerate(a) if a.count(value) == b.count(value) == 1]
    assert [*zip(at_a.tolist(), at_b.tolist(), strict=True)] == pairs
