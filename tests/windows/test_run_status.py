from __future__ import annotations

from pathlib import Path

from replay_gui import Recorder
from replay_gui.core.resource_paths import resources
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.widgets.run.run_facts_panel import RunFactsPanel
from replay_gui.windows.run_status import RunStatus
from tests.helpers.journey import Journey, journey
from tests.helpers.logs import write_log

__all__ = ["journey"]


def test_a_long_name_does_not_widen_the_window(journey: Journey, tmp_path: Path) -> None:
    journey.open(write_log(tmp_path / f"{'long-name-' * 12}.rlog"))
    status = journey.window.findChild(RunStatus)
    assert isinstance(status, RunStatus)
    assert status.minimumSizeHint().width() < 200
    journey.window.resize(1900, 600)
    journey.until(lambda: status.facts_button.shown == status.facts_button.text())
    journey.window.resize(800, 600)
    assert journey.window.width() == 800
    assert status.facts_button.shown.endswith("…")


def test_the_outcome_of_the_run_is_in_the_status_line_and_the_facts(journey: Journey, tmp_path: Path) -> None:
    with Recorder(tmp_path / "run.rlog", "t", "1", run_id="r", created=1) as run:
        run.decision("answer", "done", time=5)
        run.outcome(passed=False, score=0.25, by="tests")
    journey.open(tmp_path / "run.rlog")
    status = journey.window.findChild(RunStatus)
    assert isinstance(status, RunStatus)
    journey.until(lambda: "failed, score 0.25 by tests" in status.facts_button.text())
    journey.window.run_actions.on_run_facts()
    panel = journey.window.findChild(RunFactsPanel)
    assert isinstance(panel, RunFactsPanel)
    journey.until(lambda: "failed, score 0.25 by tests" in [label.text() for label in panel.findChildren(PlainLabel)])


def test_of_a_damaged_log_it_does_not_say_that_it_was_checked(journey: Journey) -> None:
    samples = resources() / "samples"
    journey.open(Path(samples / "damaged.rlog"))
    status = journey.window.findChild(RunStatus)
    assert isinstance(status, RunStatus)
    listed = [
        label.text() for label in status.findChildren(PlainLabel) if label.accessibleName() == "Seal and state hashes"
    ]
    assert listed == ["Sealed · damaged from event 813 on"]
