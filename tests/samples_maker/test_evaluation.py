"""The bundled evaluation is what the trials give, and shows what it is to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.verification.verify_log import verify
from replay_gui.samples import EVALUATION
from tests.samples_maker.support.evaluation import write_evaluation
from tests.samples_maker.support.trials import TASKS

FAILED = {"cancel-both-bookings": {1, 3}, "take-the-evening-train": {1, 3}, "a-voucher-for-the-delay": {1}}


def test_it_is_what_is_made_now(tmp_path: Path) -> None:
    made = write_evaluation(tmp_path)
    assert [path.relative_to(tmp_path) for path in made] == [
        path.relative_to(EVALUATION.path) for path in EVALUATION.logs
    ]
    assert [path.read_bytes() for path in made] == [path.read_bytes() for path in EVALUATION.logs]


@pytest.mark.parametrize("path", EVALUATION.logs, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_each_trial_is_valid_and_graded_by_the_world(path: Path) -> None:
    with EventLog.open(path) as log:
        assert verify(log).verdict == "VALID"
        outcomes = [event.payload["passed"] for event in log if event.kind == "x:outcome"]
    trial = int(path.stem.partition("-")[2])
    assert outcomes == [trial not in FAILED.get(path.parent.name, set())]


def test_every_task_has_four_trials() -> None:
    assert [len(task.trials) for task in TASKS] == [4, 4, 4, 4]
    assert len(EVALUATION.logs) == 16
