"""What sentences call two runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.reasons.run_names import short_names


@pytest.mark.parametrize(
    ("a", "b", "names"),
    [
        ("task07/trial0.json", "task07/trial1.json", ("trial0", "trial1")),
        ("x/deepseek_chat.traj.json", "x/deepseek_chat_rerun.traj.json", ("deepseek_chat", "deepseek_chat_rerun")),
        ("before/run.rlog", "after/run.rlog", ("before", "after")),
        ("run.rlog", "run.rlog", ("A", "B")),
        ("a\x1b[1m.rlog", "b.rlog", ("a\\x1b[1m", "b")),
        ("c" * 90 + "-0001.rlog", "c" * 90 + "-0002.rlog", ("0001", "0002")),
        ("-", "b.rlog", ("-", "b")),
        (".hidden", "b.rlog", (".hidden", "b")),
    ],
)
def test_the_part_that_differs(a: str, b: str, names: tuple[str, str]) -> None:
    assert short_names(a, b) == names


def test_two_runs_of_one_file(tmp_path: Path) -> None:
    file = tmp_path / "trials.json"
    file.write_text("[]")
    assert short_names(f"{file}#1", f"{file}#12") == ("run 1", "run 12")
