from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from replay_gui.core.text.known_sentences import sentence_text
from replay_gui.core.translation.dates import date_text, use_date_form
from replay_gui.core.translation.english import in_english
from replay_gui.core.translation.messages import direction, language, tr, trn, trp
from replay_gui.core.translation.numbers import decimal_number, use_number_signs, whole_number
from tests.core.translation.languages import in_language

_DAY = datetime(2025, 10, 24, tzinfo=UTC)


def _texts() -> list[str]:
    return [
        *(language(), direction(), tr("Open"), trn("{n} event", "{n} events", 1200), trp("a test", "Notes")),
        *(whole_number(1200), decimal_number(1200.5, 1), date_text(_DAY), sentence_text("blank lines: 3")),
    ]


_ENGLISH = ["en", "ltr", "Open", "1,200 events", "Notes", "1,200", "1,200.5", "2025-10-24", "blank lines: 3"]


def test_a_block_in_english_ends_with_the_language_before_it() -> None:
    use_number_signs(".", ",")
    use_date_form("%d.%m.%Y")
    try:
        with in_language("ar-XB"):
            before = _texts()
            assert not {*before} & {*_ENGLISH}
            with in_english():
                assert _texts() == _ENGLISH
                with in_english():
                    assert _texts() == _ENGLISH
                assert _texts() == _ENGLISH
                with ThreadPoolExecutor(1) as pool:
                    assert pool.submit(_texts).result() == before
            with pytest.raises(ValueError, match="an error"), in_english():
                raise ValueError("an error")
            assert _texts() == before
    finally:
        use_number_signs(",", ".")
        use_date_form("")
