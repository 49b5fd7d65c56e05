from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.divergence.rules.rules import Action, Rule, Rules
from replay_gui.core.divergence.rules.rules_file import write_rules
from replay_gui.core.importers.generic.mapping import Mapping
from replay_gui.engine.answers import MappingSaved, RulesRead, RulesWritten, Sampled, TextRead
from replay_gui.engine.engine import Engine
from replay_gui.engine.files.user_files import (
    answer_read_rules,
    answer_read_text,
    answer_save_mapping,
    answer_write_rules,
    with_saved_mapping,
)
from replay_gui.engine.requests import ReadRules, ReadText, Request, SaveMapping, WriteRules
from replay_gui.engine.worker_pool import WorkerPool

RULES = (Rule(Action.IGNORE, path="/output/time"), Rule(Action.IGNORE, tool="clock", enabled=False))
RECORDS = ({"was": "user"},)


@pytest.fixture(autouse=True)
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config"


def test_rules_come_from_the_file_beside_the_log_else_from_the_settings(tmp_path: Path, config: Path) -> None:
    log, user = str(tmp_path / "run.rlog"), str(config / "replay-gui" / "rules.toml")
    beside = f"{log}.rules.toml"
    assert answer_read_rules(ReadRules(log)) == RulesRead(log=log, path=None, rules=())
    assert answer_write_rules(WriteRules(user, RULES)) == RulesWritten(user)
    assert answer_read_rules(ReadRules(log)) == RulesRead(log=log, path=user, rules=RULES)
    assert answer_write_rules(WriteRules(beside, RULES[:1])) == RulesWritten(beside)
    assert answer_read_rules(ReadRules(log)) == RulesRead(log=log, path=beside, rules=RULES[:1])


def test_rules_beside_a_log_wait_for_the_user(tmp_path: Path, config: Path) -> None:
    (tmp_path / "log").mkdir()
    log, user = str(tmp_path / "log" / "run.rlog"), str(config / "replay-gui" / "rules.toml")
    beside = f"{log}.rules.toml"
    write_rules(Rules(RULES), Path(beside))
    assert answer_read_rules(ReadRules(log)) == RulesRead(log=log, path=None, rules=(), unused=beside, unused_count=2)
    answer_write_rules(WriteRules(user, RULES[:1]))
    assert answer_read_rules(ReadRules(log)) == RulesRead(
        log=log, path=user, rules=RULES[:1], unused=beside, unused_count=2
    )
    assert answer_read_rules(ReadRules(log, allow=True)) == RulesRead(log=log, path=beside, rules=RULES)
    assert answer_read_rules(ReadRules(log)) == RulesRead(log=log, path=beside, rules=RULES)


def test_a_yes_that_cannot_be_remembered_is_no_yes(tmp_path: Path, config: Path) -> None:
    config.write_text("a file where the folder of settings would be")
    log = str(tmp_path / "run.rlog")
    write_rules(Rules(RULES), Path(f"{log}.rules.toml"))
    answer = answer_read_rules(ReadRules(log, allow=True))
    assert (answer.rules, answer.unused_count) == ((), 2)
    assert "cannot be made" in answer.problem


def test_invalid_rules_are_a_problem_and_none_is_in_force(tmp_path: Path) -> None:
    log = tmp_path / "run.rlog"
    Path(f"{log}.rules.toml").write_text("[[rule")
    found = answer_read_rules(ReadRules(str(log)))
    assert (found.path, found.rules) == (None, ())
    assert "run.rlog.rules.toml" in found.problem


def test_rules_that_cannot_be_written_are_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = str(tmp_path / "file" / "rules.toml")
    written = answer_write_rules(WriteRules(path, RULES))
    assert path in written.problem


def test_a_file_of_what_is_not_in_force_is_never_replaced(tmp_path: Path, config: Path) -> None:
    log = str(tmp_path / "run.rlog")
    beside = Path(f"{log}.rules.toml")
    beside.write_text("[[rule")
    assert "stays as it is" in answer_write_rules(WriteRules(str(beside), RULES)).problem
    assert beside.read_text() == "[[rule"
    write_rules(Rules(RULES), beside)
    before = beside.read_bytes()
    assert "holds 2 rules not in use" in answer_write_rules(WriteRules(str(beside), RULES[:1])).problem
    assert beside.read_bytes() == before
    answer_read_rules(ReadRules(log, allow=True))
    assert answer_write_rules(WriteRules(str(beside), RULES[:1])) == RulesWritten(str(beside))
    assert answer_read_rules(ReadRules(log)).rules == RULES[:1]


def test_a_users_own_broken_file_is_kept_too(config: Path) -> None:
    user = config / "replay-gui" / "rules.toml"
    user.parent.mkdir(parents=True)
    user.write_text("rules = 3")
    assert "'rules' is not known" in answer_write_rules(WriteRules(str(user), RULES)).problem
    assert user.read_text() == "rules = 3"


def test_a_saved_mapping_comes_with_a_sample_of_such_records(config: Path) -> None:
    mapping = Mapping(kind="was")
    assert answer_save_mapping(SaveMapping(3, RECORDS, mapping)) == MappingSaved(3)
    assert with_saved_mapping(Sampled(4, RECORDS)) == Sampled(4, RECORDS, "", mapping)
    assert with_saved_mapping(Sampled(4, ({"other": 1},))).mapping is None
    (config / "replay-gui" / "mappings.json").write_text("{")
    assert "mappings.json" in with_saved_mapping(Sampled(5, RECORDS)).problem
    assert "mappings.json" in answer_save_mapping(SaveMapping(6, RECORDS, None)).problem


def test_any_file_can_be_read_as_text(tmp_path: Path) -> None:
    path = str(tmp_path / "notes.txt")
    assert answer_read_text(ReadText(path)).problem.startswith(path)
    Path(path).write_text("plain")
    assert answer_read_text(ReadText(path)) == TextRead(path, "plain")


def test_rules_saved_just_before_closing_are_written(tmp_path: Path) -> None:
    engine = Engine(lambda answer: None, WorkerPool())
    path = tmp_path / "rules.toml"
    engine.send_request("write", Request(0, WriteRules(str(path), RULES)))
    engine.start()
    engine.close()
    assert path.exists()
