from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from replay_gui.core.translation.dates import date_text, use_date_form


@pytest.fixture(autouse=True)
def _iso_again() -> Iterator[None]:
    yield
    use_date_form("")


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%d.%m.%Y", "24.10.2025"),
        ("%Y. %m. %d.", "2025. 10. 24."),
        ("", "2025-10-24"),
        ("%d.%m", "2025-10-24"),
        ("%d.%d.%Y", "2025-10-24"),
        ("%c", "2025-10-24"),
        ("%d %B %Y", "2025-10-24"),
    ],
)
def test_a_day_has_the_form_that_is_set(form: str, text: str) -> None:
    use_date_form(form)
    assert date_text(datetime(2025, 10, 24)) == text
