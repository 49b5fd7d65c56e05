from __future__ import annotations

from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.divergence.word_diff import cut_to_difference
from replay_gui.core.state.state import ABSENT
from replay_gui.models.comparison.diff_lines import DiffLine, DiffStyle, diff_lines


def _of(a: object, b: object, unified: bool = True, **parts: object) -> list[DiffLine]:
    return diff_lines([Difference("/output/x", a, b, **parts)], {}, unified)  # type: ignore[arg-type]


def test_short_values_stand_on_one_line() -> None:
    (line,) = _of(1, 2)
    assert (line.style, line.key, line.a, line.b) == (DiffStyle.PAIR, "output.x", "1", "2")


def test_long_values_stand_one_above_the_other_or_beside_each_other_with_their_words_marked() -> None:
    a, b = "the newest stable release " * 3 + "one", "the newest stable release " * 3 + "two"
    place, old, new = _of(a, b)
    assert [place.style, old.style, new.style] == [DiffStyle.PATH, DiffStyle.REMOVED, DiffStyle.ADDED]
    assert old.a is not None
    assert old.a.startswith("…")
    ((start, stop),) = old.marked_a
    assert old.a[start:stop] == "one"
    _, pair = _of(a, b, unified=False)
    assert (pair.style, pair.a, pair.b) == (DiffStyle.PAIR, old.a, new.b)


def test_texts_of_several_lines_are_compared_line_by_line() -> None:
    a = "\n".join(f"line {n}" for n in range(20))
    found = _of(a, a.replace("line 10", "line ten"))
    assert found[0].note == "20 lines → 20 lines"
    assert [line.a for line in found if line.style is DiffStyle.REMOVED] == ["line 10"]
    assert [line.b for line in found if line.style is DiffStyle.ADDED] == ["line ten"]
    assert len(found) == 1 + 2 + 2 + 2  # the place, context before and after, the change


def test_what_one_side_lacks() -> None:
    (line,) = _of(ABSENT, "new")
    assert (line.style, line.a, line.b) == (DiffStyle.ADDED, None, '"new"')
    (line,) = _of("old", ABSENT)
    assert (line.style, line.a, line.b) == (DiffStyle.REMOVED, '"old"', None)
    assert [line.style for line in _of(ABSENT, 1, unified=False)] == [DiffStyle.PATH, DiffStyle.PAIR]


def test_what_rules_silence_is_there_but_quiet() -> None:
    (line,) = _of(1, 2, ignored=True)
    assert (line.style, line.note) == (DiffStyle.IGNORED, "ignored")


def test_what_is_equal_stands_below_and_what_was_asked_above() -> None:
    found = diff_lines([Difference("/x", 1, 2)], {"hash": "0" * 64, "rows": [1, 2]}, True, [("request", "find it")])
    assert [(line.key, line.note) for line in found] == [
        ("request", "equal · find it"),
        ("x", ""),
        ("hash", "equal · 000000000000…"),
        ("rows", "equal · [1, 2]"),
    ]


def test_hostile_texts_are_made_visible() -> None:
    for line in [
        *_of("a\x1b[0m\u202e", "b\n\x07c"),
        *diff_lines([Difference("/a\n~1\u202eb", 1, 2)], {"k\x00": "v\x00"}, True),
    ]:
        for text in (line.key, line.a or "", line.b or "", line.note):
            assert text.isprintable()


def test_huge_values_are_cut() -> None:
    found = _of("x" * 10_000_000, "y" * 10_000_000)
    assert all(len(line.a or "") + len(line.b or "") < 1000 for line in found)
    assert len(_of("a\n" * 100_000, "b\n" * 100_000)) < 300


def test_of_two_long_texts_beside_each_other_the_first_difference_is_in_both_halves() -> None:
    same = "the same words at first, then "
    a, b = cut_to_difference(f"{same}one thing{' and more' * 9}", f"{same}another{' and more' * 9}", 32)
    assert (a, b) == ("… at first, then one thing and mo…", "… at first, then another and more…")
    assert cut_to_difference("two", "deux", 32) == ("two", "deux")
