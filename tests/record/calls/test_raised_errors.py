"""Exceptions are raised again as they were, from classes that are imported already."""

from __future__ import annotations

import sys

import pytest

from replay_gui.record.calls.raised_errors import ErrorOfRecord, error_form, error_of_form


class OwnError(Exception):
    def __init__(self, code: int, why: str) -> None:
        super().__init__(code, why)
        self.code = code


@pytest.mark.parametrize("error", [ValueError("no"), KeyError("k"), OSError(2, "gone"), TimeoutError()])
def test_an_exception_comes_back(error: Exception) -> None:
    again = error_of_form(error_form(error))
    assert (type(again), again.args, str(again)) == (type(error), error.args, str(error))


def test_a_class_of_the_agent_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, OwnError.__module__, sys.modules.get(__name__) or __import__(__name__))
    monkeypatch.setattr(sys.modules[OwnError.__module__], "OwnError", OwnError, raising=False)
    again = error_of_form(error_form(OwnError(3, "x")))
    assert isinstance(again, OwnError)
    assert again.code == 3


def test_an_exception_with_arguments_of_its_own_comes_back_with_its_attributes() -> None:
    import urllib3

    reason = urllib3.exceptions.ConnectTimeoutError("slow")
    error = urllib3.exceptions.MaxRetryError(urllib3.HTTPConnectionPool("h"), "/x", reason)
    again = error_of_form(error_form(error))
    assert isinstance(again, urllib3.exceptions.MaxRetryError)
    assert (str(again), again.url, type(again.reason)) == (str(error), "/x", type(reason))


@pytest.mark.parametrize(
    "form",
    [
        {"module": "antigravity", "name": "Gone", "message": "m", "arguments": []},
        {"module": "builtins", "name": "print", "message": "m", "arguments": ["m"]},
        {"module": "builtins", "name": "SystemExit", "message": "m", "arguments": [3]},
        {"module": "builtins", "name": "ValueError", "message": "m", "attributes": {"x": {"$error": 3}}},
        {"name": None},
    ],
)
def test_nothing_but_an_exception_is_made_of_a_hostile_log(form: dict[str, object]) -> None:
    assert isinstance(error_of_form(form), ErrorOfRecord)
    assert "antigravity" not in sys.modules
