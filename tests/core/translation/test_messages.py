from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.translation.messages import language, tr, translatable, trn, trp, use_language
from replay_gui.core.translation.numbers import decimal_number, significant_number, use_number_signs, whole_number


@pytest.fixture
def _restored() -> Iterator[None]:
    yield
    use_language("en")
    use_number_signs(",", ".")


def test_english_is_the_message_with_its_fields() -> None:
    assert tr("{run} ended with {tool}", run="a {b}", tool=1) == "a {b} ended with 1"
    assert tr("{share:.0%} of {braces}", share=0.5, braces="{}") == "50% of {}"
    assert tr("a set: {}") == "a set: {}"
    assert translatable("Open") == "Open"


def test_a_plural_has_its_number() -> None:
    words = [trn("{n} event of {run}", "{n} events of {run}", number, run="a") for number in (0, 1, 2, 1200)]
    assert words == ["0 events of a", "1 event of a", "2 events of a", "1,200 events of a"]


@pytest.mark.usefixtures("_restored")
def test_a_pseudo_language_keeps_fields_and_menu_keys_and_is_longer() -> None:
    use_language("en-XA")
    assert tr("&Open {path}", path="a/b") == "[&Oþéñ a/b~~~~~]"
    assert trn("{n} event", "{n} events", 2000).startswith("[2,000 éṽéñţš")
    use_language("ar-XB")
    assert "{path}" not in tr("Open {path}", path="a/b")
    assert language() == "ar-XB"


@pytest.mark.usefixtures("_restored")
@pytest.mark.parametrize("tag", ["en-XA", "de", "en"])
def test_nothing_is_nothing_in_every_language(tag: str) -> None:
    use_language(tag)
    assert tr("") == ""


@pytest.mark.usefixtures("_restored")
def test_an_unknown_language_is_english() -> None:
    use_language("../../tmp/xx")
    assert (language(), tr("Open")) == ("en", "Open")


@pytest.mark.usefixtures("_restored")
def test_a_process_has_the_language_and_the_signs_of_the_one_that_started_it() -> None:
    use_language("en-XA")
    use_number_signs(".", ",")
    code = (
        "from replay_gui.core.translation.messages import language\n"
        "from replay_gui.core.translation.numbers import decimal_number\n"
        "print(language(), decimal_number(1200.5, 1))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout == "en-XA 1.200,5\n"


@pytest.mark.usefixtures("_restored")
def test_numbers_have_the_signs_of_the_language() -> None:
    assert (whole_number(1_234_567), decimal_number(1234.567, 2)) == ("1,234,567", "1,234.57")
    assert (significant_number(1 / 3, 2), significant_number(3.0)) == ("0.33", "3")
    use_number_signs("\N{NARROW NO-BREAK SPACE}", ",")
    assert whole_number(-1200) == "-1\N{NARROW NO-BREAK SPACE}200"
    assert significant_number(0.75) == "0,75"
    assert decimal_number(1200.5, 2) == "1\N{NARROW NO-BREAK SPACE}200,50"


@given(number=st.integers())
def test_english_numbers_are_those_of_python(number: int) -> None:
    assert whole_number(number) == f"{number:,}"
    assert decimal_number(float(number % 10**6), 3) == f"{float(number % 10**6):,.3f}"


@pytest.mark.usefixtures("_restored")
def test_a_message_with_two_meanings_has_a_translation_for_each() -> None:
    meaning = "what verification or an import says"
    assert trp(meaning, "Notes") == tr("Notes") == "Notes"
    use_language("de")
    assert (trp(meaning, "Notes"), tr("Notes")) == ("Hinweise", "Notizen")
    use_language("en-XA")
    assert trp(meaning, "Notes") == tr("Notes")


def test_a_message_in_a_context_has_fields() -> None:
    assert trp("a test", "{run} ended", run="a {b}") == "a {b} ended"
