"""Tests of causal pasts: which cause the union of two pasts is counted under, and what else it keeps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.divergence.causes.causal_past import NO_DIFFERENCE, WEIGHT_CERTAIN, WEIGHT_POSSIBLE, CausalPast

PASTS = st.one_of(
    st.just(NO_DIFFERENCE),
    st.builds(
        CausalPast,
        st.sampled_from([WEIGHT_POSSIBLE, WEIGHT_CERTAIN]),
        st.integers(0, 9),
        st.booleans(),
        st.booleans(),
        st.integers(-1, 9),
    ),
)


def test_a_certain_cause_wins_over_a_later_possible_one_and_the_later_of_two_certain_ones() -> None:
    possible, early, late = CausalPast(WEIGHT_POSSIBLE, 7), CausalPast(WEIGHT_CERTAIN, 2), CausalPast(WEIGHT_CERTAIN, 5)
    assert possible.union(early) == early
    assert early.union(late) == late


@given(PASTS, PASTS, PASTS)
def test_the_order_of_unions_does_not_matter(a: CausalPast, b: CausalPast, c: CausalPast) -> None:
    assert a.union(b) == b.union(a)
    assert a.union(b).union(c) == a.union(b.union(c))
    assert a.union(a) == a
    assert a.union(NO_DIFFERENCE) == a


@given(PASTS)
def test_being_uncertain_changes_nothing_else_and_is_never_lost(past: CausalPast) -> None:
    uncertain = past.with_uncertain(True)
    assert uncertain.uncertain
    assert uncertain._replace(uncertain=past.uncertain) == past
    assert uncertain.with_uncertain(False) == uncertain
    assert NO_DIFFERENCE.union(uncertain).uncertain
