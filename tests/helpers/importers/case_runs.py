"""The runs of small inputs that were read wrongly once, and what they hold."""

from __future__ import annotations

from typing import Any

from replay_gui.core.log.kinds import Kind
from tests.helpers.foreign import Read, read_all
from tests.helpers.paths import CASES


def read(name: str, format: str) -> Read:
    """The only run of a case."""
    (run,) = read_all(CASES / name)
    assert run.format == format
    return run


def said(run: Read) -> list[Any]:
    return [event.payload["data"] for event in run.of(Kind.OBSERVATION)]


def answered(run: Read) -> list[Any]:
    return [event.payload["data"] for event in run.of(Kind.DECISION)]


def calls(run: Read) -> list[tuple[str, Any]]:
    return [(event.payload["tool_name"], event.payload["input"]) for event in run.of(Kind.TOOL_REQUEST)]


def results(run: Read) -> list[tuple[str, Any, bool]]:
    """(tool, output, success) of each response; every one has its request as parent."""
    found = []
    for event in run.of(Kind.TOOL_RESPONSE):
        request = run.events[event.meta["parent"]]
        assert (request.kind, request.payload["tool_name"]) == (Kind.TOOL_REQUEST, event.payload["tool_name"])
        found.append((event.payload["tool_name"], event.payload["output"], event.payload["success"]))
    return found


def tokens(run: Read) -> dict[str, int]:
    sums: dict[str, int] = {}
    for event in run.events:
        for name, count in (event.meta.get("tokens") or {}).items():
            sums[name] = sums.get(name, 0) + count
    return sums
