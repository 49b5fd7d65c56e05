from __future__ import annotations

from replay_gui.core.readable.patch_lines import patch_lines
from replay_gui.core.translation.numbers import use_number_signs


def _numbers(lines: list[str]) -> list[str]:
    return [line.spans[0].text.strip() for line in patch_lines(lines, 0)]


def test_numbers_of_lines_are_grouped_as_the_language_has_it() -> None:
    hunk = ["@@ -1200,2 +1300,2 @@", "-a", "+b", " c"]
    assert _numbers(hunk)[1:] == ["1,200", "1,300", "1,301"]
    use_number_signs(".", ",")
    try:
        assert _numbers(hunk)[1:] == ["1.200", "1.300", "1.301"]
    finally:
        use_number_signs(",", ".")
