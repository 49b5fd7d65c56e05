"""Reading the calls of a run: pairs of requests and answers, errors, keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replay_gui import EventLog, Recorder
from replay_gui.core.effects.answers import is_error_answer, masked_answer
from replay_gui.core.effects.call_reader import CallReader
from replay_gui.core.effects.classifier import EffectClassifier
from replay_gui.core.effects.effect import Effect


def test_a_call_is_given_out_once_it_is_answered(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with Recorder(path, "t", "1", run_id="r") as run:
        first = run.tool_request("get_x", {"b": 1, "a": 2})
        second = run.tool_request("get_x", {"a": 2, "b": 1})
        third = run.tool_request("cancel_x", {"id": "q"})
        run.tool_response(second, {"v": 2})
        run.tool_response(first, {"v": 1})
        run.tool_response(third, "Error: no")
        run.tool_request("cancel_x", {"id": "q"})
    reader = CallReader(EffectClassifier())
    answered = [call for event in EventLog.open(path) if (call := reader.read_event(event)) is not None]
    unanswered = reader.unanswered()
    assert [call.request for call in answered] == [2, 1, 3]
    assert reader.unanswered() == []
    calls = sorted((*answered, *unanswered), key=lambda call: call.request)
    assert [(call.request, call.response) for call in calls] == [(1, 5), (2, 4), (3, 6), (7, None)]
    assert calls[0].key == calls[1].key
    assert calls[2].key == calls[3].key != calls[0].key
    assert [call.ok for call in calls] == [True, True, False, None]
    assert [call.changed for call in calls] == [False] * 4
    assert [call.effect for call in calls] == [Effect.READS] * 2 + [Effect.CHANGES] * 2


@pytest.mark.parametrize(
    ("payload", "failed"),
    [
        ({"success": False, "output": "fine"}, True),
        ({"success": True, "output": "Error: reservation not found"}, True),
        ({"success": True, "output": "errors were not found"}, False),
        ({"success": True, "output": {"isError": True, "content": []}}, True),
        ({"success": True, "output": {"error": "no such user"}}, True),
        ({"success": True, "output": {"error": None, "value": 1}}, False),
        ({"success": True, "output": {"a": 1, "b": 2, "c": 3, "d": 4, "error": "of one row"}}, False),
        ({"success": True, "output": [{"type": "text", "text": "Traceback (most recent call last):"}]}, True),
        ({"success": True, "output": None}, False),
        ({"success": True, "output": 7}, False),
    ],
)
def test_an_error_answer_had_no_effect(payload: dict[str, Any], failed: bool) -> None:
    assert is_error_answer(payload) is failed


def test_clocks_and_random_ids_do_not_make_another_answer() -> None:
    first = {"at": "2026-01-01T10:11:12Z", "id": "123e4567-e89b-12d3-a456-426614174000", "in": "0xfe12", "n": 3}
    second = {"at": "2026-05-06T01:02:03.5Z", "id": "00000000-e89b-12d3-a456-426614174fff", "in": "0x01", "n": 3}
    assert masked_answer(first) == masked_answer(second)
    assert masked_answer(first) != masked_answer(first | {"n": 4})
    assert masked_answer("1 passed in 0.12s") == masked_answer("1 passed in 3.4s") != masked_answer("2 passed in 0.12s")
    assert masked_answer("-rw-r--r-- 1 a Nov 22 10:15 x") == masked_answer("-rw-r--r-- 1 a Dec  1 11:16 x")
