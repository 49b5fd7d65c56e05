"""catalogue and sql."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.evaluations.evaluation_logs import write_evaluation
from tests.helpers.paths import ROOT


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    return write_evaluation(tmp_path / "logs")


def test_a_catalogue_is_written_asked_and_contrasted(command: Any, tmp_path: Path, logs: Path) -> None:
    folder = tmp_path / "catalogue"
    made = command("catalogue", logs, "-o", folder, "--workers", 1)
    assert made.code == 0
    assert made.out == f"{folder}: 9 runs of 9 sources; 9 read, 0 unchanged\n"
    assert command("catalogue", logs, "-o", folder, "--workers", 1).out.endswith("0 read, 9 unchanged\n")
    rows = command("sql", folder, "select task, count(*) as n from runs group by task order by task", "--json").objects
    assert rows == [{"task": "hello", "n": 1}, {"task": "refund", "n": 4}, {"task": "sorry", "n": 4}]
    lines = command("sql", folder, "select task, cost from runs where task = 'hello'").out.splitlines()
    assert lines == ["task    cost", "-----  -----", "hello  0.001"]
    by_logs = command("contrast", logs, "--json").object
    shutil.rmtree(logs)  # nothing is read of them again
    by_catalogue = command("contrast", folder, "--json").object
    assert by_logs["failures"]
    for part in ("separators", "tasks", "failures"):
        assert by_catalogue[part] == by_logs[part]


def test_a_catalogue_keeps_the_rules_by_which_it_was_written(command: Any, tmp_path: Path, logs: Path) -> None:
    folder, rules = tmp_path / "catalogue", tmp_path / "rules.toml"
    rules.write_text('[[rule]]\naction = "ignore"\ntool = "cancel_reservation"\n')
    command("catalogue", logs, "-o", folder, "--workers", 1)
    refused = command("contrast", folder, "--rules", rules)
    assert refused.code == 2
    assert refused.err.endswith(f"{folder}: was written by other rules; write it again with --rules {rules}\n")
    made = command("catalogue", logs, "-o", folder, "--workers", 1, "--rules", rules)
    assert made.out.endswith(f"9 read, 0 unchanged\n  1 rule of {rules} is applied\n")
    by_logs = command("contrast", logs, "--json", "--rules", rules).object
    rules.rename(tmp_path / "elsewhere.toml")
    by_catalogue = command("contrast", folder, "--json").object
    for part in ("rules", "separators", "tasks", "failures"):
        assert by_catalogue[part] == by_logs[part]
    assert "cancel_reservation" not in {separator["tool"] for separator in by_catalogue["separators"]}


def test_values_of_every_type_become_json(command: Any, tmp_path: Path, logs: Path) -> None:
    folder = tmp_path / "catalogue"
    command("catalogue", logs, "-o", folder, "--workers", 1)
    query = (
        "select 1 as a, 2 as a, null as b, [1, 2] as c, {'x': date '2026-01-02'} as d, 1.5::decimal(4, 1) as e, "
        "'nan'::double as f, interval 2 second as g, '\\x01'::blob as h, chr(27) as i"
    )
    (row,) = command("sql", folder, query, "--json").objects
    assert row == {
        "a": 1, "a_2": 2, "b": None, "c": [1, 2], "d": {"x": "2026-01-02"}, "e": 1.5, "f": {"$float": "nan"}, "g": 2.0,
        "h": {"$bytes": "AQ=="}, "i": "\x1b",
    }  # fmt: skip
    assert "\x1b" not in command("sql", folder, query).out


def test_problems_are_one_line_each(command: Any, tmp_path: Path, logs: Path) -> None:
    folder = tmp_path / "catalogue"
    (logs / "broken.rlog").write_bytes(b"\x92\xaareplay-log x")
    made = command("catalogue", logs, "-o", folder, "--workers", 1)
    assert made.code == 2
    assert "broken.rlog" in made.err
    assert made.out.startswith(f"{folder}: 9 runs")
    assert command("sql", folder, "drop table runs").code == 2
    assert command("sql", tmp_path, "select 1").code == 2
    assert command("catalogue", tmp_path / "none", "-o", folder).code == 2
    assert command("catalogue", logs).code == 2
    assert command("catalogue", logs, "-o", folder, "--cluster", "tcp://127.0.0.1:1", "--workers", 2).code == 2


@pytest.mark.parametrize("words", [("sql", "x", "select 1"), ("catalogue", "x", "-o", "y")])
def test_without_the_extra_one_line_says_what_to_install(
    command: Any, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    known = importlib.util.find_spec

    def find(name: str, package: str | None = None) -> Any:
        return None if name == "pyarrow" else known(name, package)

    monkeypatch.setattr("replay_gui.core.catalogue.extras.find_spec", find)
    result = command(*words)
    assert result.code == 2
    assert "pip install 'replay-gui[catalogue]'" in result.err
    assert len(result.err.splitlines()) == 1


def test_the_commands_need_no_extra_until_a_catalogue_is_read() -> None:
    program = (
        "import sys; from replay_gui.commands.many_runs import catalogue, contrast, sql; "
        "import replay_gui.engine.jobs.evaluation.evaluation_job; "
        "print(sorted({'pyarrow', 'duckdb', 'fsspec', 'dask', 'distributed'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
