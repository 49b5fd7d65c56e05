"""An agent that is recorded and run again, with a tool, for the tests of what is recorded beside calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from replay_gui import EventLog, record


@record.tool
def tell(what: Any) -> str:
    return f"told {what}"


def events(path: Path) -> list[Any]:
    with EventLog.open(path) as log:
        return list(log)


def recorded_and_again(path: Path, agent: Callable[[], Any], also: list[str]) -> tuple[Any, Any]:
    """Record an agent, run it again, and return what it returned both times; the content is equal."""
    with record.run(path, agent_type="a", also=also):
        first = agent()
    new = path.with_suffix(".again.rlog")
    with record.rerun(path, new=new):
        second = agent()
    assert [event.content for event in events(new)] == [event.content for event in events(path)]
    return first, second
