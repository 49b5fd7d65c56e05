"""A plugin for pytest: a recorded run as a regression test of the agent that made it.

    @pytest.mark.replay("runs/triage.rlog")
    def test_triage():
        triage("the ticket")

runs the test with every answer from the log, without a connection; the first request that differs fails it. With
``--replay-record`` the run is recorded, if there is no such log yet. Load it with ``-p replay_gui.pytest``, or with
``pytest_plugins = ["replay_gui.pytest"]`` in the topmost conftest.py. The marker takes the keywords of `record.rerun`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from replay_gui import record
from replay_gui.core.errors import ReplayError
from replay_gui.core.path_kinds import exists


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --replay-record."""
    group = parser.getgroup("replay")
    group.addoption("--replay-record", action="store_true", help="record the runs of tests whose log does not exist")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line("markers", "replay(path, **options): run the test with every answer from a recorded run")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run a marked test in a re-run, or in a recording."""
    marker = item.get_closest_marker("replay")
    if marker is None:
        return (yield)
    if len(marker.args) != 1:
        pytest.fail("the marker replay takes one path", pytrace=False)
    path = item.path.parent / Path(marker.args[0])
    try:
        if not exists(path) and item.config.getoption("--replay-record"):
            path.parent.mkdir(parents=True, exist_ok=True)
            with record.run(path, agent_type=item.name):
                return (yield)
        if not exists(path):
            pytest.fail(f"{path}: does not exist; record it with --replay-record", pytrace=False)
        with record.rerun(path, **marker.kwargs):
            return (yield)
    except record.DiffersFromRecord as stopped:
        why = f"{path}: {stopped}"
    except ReplayError as error:
        why = str(error)
    pytest.fail(why, pytrace=False)  # outside of them: it would be shown again, as the cause
