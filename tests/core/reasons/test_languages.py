"""Reasons in another language: each sentence is a message, and what programs read stays English."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.reasons.json_forms import reason_form
from replay_gui.core.reasons.reason import Reason
from replay_gui.core.reasons.why import WhyFinder
from replay_gui.core.reasons.why_result import WhyResult
from replay_gui.core.reasons.why_words import chips, no_reason_words, set_aside_words, why_heading
from tests.core.reasons.scripts import Step, side_of, write_run
from tests.core.translation.languages import ACCENTED, in_language, is_message

_HELLO = Step("user", "Hello, please cancel my flight.")
_NAME = Step("user", "I am olivia_2305.")
_USER = Step(tool="get_user", input={"user_id": "olivia_2305"}, answer={"reservations": ["Z7GOZK"], "tier": "gold"})
_CANCEL = Step(tool="cancel_reservation", input={"reservation_id": "Z7GOZK"}, answer={"status": "cancelled"})
_FAILED = Step(
    tool="cancel_reservation", input={"reservation_id": "Z7GOZK"}, answer="Error: not allowed", error="not allowed"
)
_OTHER = Step(tool="cancel_reservation", input={"reservation_id": "QQ77WW"}, answer="ok")
_HAND_OVER = Step(tool="transfer_to_human_agents", input={"summary": "no id"}, answer="done")
_QUESTION = Step("agent", "Shall I cancel Z7GOZK?")
_PAYS = [
    Step(tool="update_booking", input={"id": "Z7GOZK", "card": card, "bags": 1}, answer="ok")
    for card in ("card_4411", "card_9999")
]
_EMPTY = Step(tool="get_user", input=_USER.input, answer={"reservations": [], "tier": "gold"})
_ANSWERS = [Step("agent", f"FINAL ANSWER: {title}") for title in ("Solaris", "The Dispossessed")]
_PRICES = [Step("agent", f"You may take {bags} bags with you at no cost at all.") for bags in (4, 6)]
_EDITS = [
    Step(tool="edit_file", input={"path": "a.py", "old_str": "x = 1", "new_str": f"x = {name}(1)"}, answer="ok")
    for name in ("rounded_up", "cut_off_at")
]
_TEST = Step(tool="bash", input={"command": "pytest"}, answer="1 failed", error="exit 1")

_PAIRS = {
    "missing": ([_HELLO, _HAND_OVER], [_HELLO, _NAME, _USER, _CANCEL]),
    "refused": ([_NAME, _USER, _FAILED], [_NAME, _USER, _CANCEL]),
    "instead": ([_NAME, _USER, _OTHER], [_NAME, _USER, _CANCEL]),
    "asked": ([_NAME, _USER, _QUESTION, Step("user", "No.")], [_NAME, _USER, _QUESTION, Step("user", "Yes."), _CANCEL]),
    "argument": ([_NAME, _USER, _PAYS[1]], [_NAME, Step("user", "Please use card_4411."), _USER, _PAYS[0]]),
    "world": ([_NAME, _EMPTY], [_NAME, _USER, _CANCEL]),
    "order": ([_NAME, _USER, _PAYS[0], _CANCEL], [_NAME, _USER, _CANCEL, _PAYS[0]]),
    "again": ([_NAME, _USER, _CANCEL, _CANCEL, _CANCEL], [_NAME, _USER, _CANCEL]),
    "answer": ([_HELLO, _ANSWERS[0]], [_HELLO, _ANSWERS[1]]),
    "figure": ([_HELLO, _PRICES[0], _NAME], [_HELLO, _PRICES[1], _NAME]),
    "lines": ([_HELLO, _EDITS[0]], [_HELLO, _EDITS[1], _TEST]),
    "files": ([_HELLO], [_HELLO, _EDITS[0]]),
    "alike": ([_NAME, _USER, _USER, Step("agent", "Sorry.")], [_NAME, _USER, Step("agent", "It is done.")]),
}


def _why(folder: Path, pair: str) -> WhyResult:
    sides = [
        side_of(write_run(folder / f"{name}.rlog", steps, name == "b", f"run-{name}"))
        for name, steps in zip("ab", _PAIRS[pair], strict=True)
    ]
    return WhyFinder(sides[0], sides[1], ("trial 0", "trial 1")).find()


@pytest.mark.parametrize("pair", _PAIRS)
def test_each_sentence_is_a_message(tmp_path: Path, pair: str) -> None:
    with in_language(ACCENTED):
        why = _why(tmp_path, pair)
        texts = [why_heading(why), no_reason_words(why)]
        texts += [text for reason in why.reasons for text in (reason.sentence, *reason.details, *chips(reason))]
        texts += set_aside_words(why).split(" · ") if set_aside_words(why) else []
        assert [text for text in texts if not is_message(text)] == []


@pytest.mark.parametrize("pair", _PAIRS)
def test_what_reasons_are_known_by_is_the_same_in_each_language(tmp_path: Path, pair: str) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    english = _why(tmp_path / "1", pair)
    with in_language(ACCENTED):
        other = _why(tmp_path / "2", pair)
    assert [_identity(reason) for reason in other.reasons] == [_identity(reason) for reason in english.reasons]


def _identity(reason: Reason) -> dict[str, object]:
    return {name: value for name, value in reason_form(reason).items() if name not in ("sentence", "details")}
