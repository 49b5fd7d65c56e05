"""Small inputs of frameworks that were read wrongly once, each with its right value."""

from __future__ import annotations

import pytest

from tests.core.importers.formats.test_cases import CASES, read
from tests.helpers.foreign import read_all


@pytest.mark.parametrize("name", ["temporal-child-failed", "temporal-http-api", "temporal-reverse"])
def test_a_child_workflow_that_failed(name: str) -> None:
    run = read(f"{name}/history.json", "temporal")
    child, workflow = run.of("Error")
    assert child.payload["message"] == workflow.payload["message"] == "SendInvoice failed: mail server refused"
    assert (child.payload["component"], workflow.payload["component"]) == ("SendInvoice", "workflow")
    (end,) = run.of("x:end")
    assert end.payload == {"how": "crash", "why": "SendInvoice failed: mail server refused"}
    assert [event.meta["event_id"] for event in run.events[:-1]] == ["1", "2", "3", "4", "5"]


def test_the_shapes_of_a_history_are_the_same_run() -> None:
    names = ("temporal-child-failed", "temporal-http-api", "temporal-reverse")
    runs = [read_all(CASES / name / "history.json")[0] for name in names]
    contents = [[(event.kind, event.payload) for event in run.events] for run in runs]
    assert contents[0] == contents[1] == contents[2]
