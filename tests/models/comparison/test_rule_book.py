from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from replay_gui.core.divergence.rules.rules import Action, Rule, Rules
from replay_gui.core.divergence.rules.rules_file import read_rules, rules_beside, write_rules
from replay_gui.core.effects.effect import Effect
from replay_gui.engine.files.user_files import answer_read_rules
from replay_gui.engine.opening import user_trusted_folders
from replay_gui.engine.requests import ReadRules
from replay_gui.models.comparison.comparison_words import rule_words
from replay_gui.models.comparison.rule_book import RuleBook, RuleOffer
from replay_gui.models.session import Session
from tests.helpers.scripted_bridge import ScriptedBridge

SEARCH = Rule(Action.NONDETERMINISTIC, tool="search")
CLOCKS = Rule(Action.IGNORE, pattern="clock times")


def _book() -> RuleBook:
    """A rule book whose files are read and written at once."""
    session = Session(bridge=ScriptedBridge())
    return RuleBook(session.sources, session)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "run.rlog"


def test_a_rule_is_in_force_at_once_and_asks_where_to_be_kept(qtbot: QtBot, log: Path) -> None:
    book = _book()
    book.open_for(str(log))
    with qtbot.waitSignals([book.changed, book.file_wanted]):
        book.add(SEARCH)
    assert book.in_force == (SEARCH,)
    assert not rules_beside(log).exists()
    with qtbot.waitSignal(book.file_settled):
        book.choose_file(rules_beside(log))
    assert list(read_rules(rules_beside(log))) == [SEARCH]
    book.add(CLOCKS)
    assert list(read_rules(rules_beside(log))) == [SEARCH, CLOCKS]


def test_undo_and_redo_change_the_file_too(qtbot: QtBot, log: Path) -> None:
    book = _book()
    book.open_for(str(log))
    book.choose_file(rules_beside(log))
    book.add(SEARCH)
    book.add(CLOCKS)
    book.remove(0)
    assert list(book.in_force) == [CLOCKS]
    book.undo()
    assert list(book.in_force) == [SEARCH, CLOCKS]
    book.undo()
    book.undo()
    assert list(read_rules(rules_beside(log))) == []
    book.undo()  # nothing is left to be undone
    assert list(read_rules(rules_beside(log))) == []
    book.redo()
    assert list(read_rules(rules_beside(log))) == [SEARCH]
    book.add(CLOCKS)
    book.redo()  # nothing that was undone is left
    assert list(book.in_force) == [SEARCH, CLOCKS]


def test_rules_in_another_order_and_one_of_two_equal_ones_can_be_undone(log: Path) -> None:
    book = _book()
    book.open_for(str(log))
    book.set_effect("search", Effect.READS)
    book.add(CLOCKS)
    as_made = book.entries
    book.set_effect("search", Effect.READS)
    assert book.entries == as_made[::-1]
    book.undo()
    assert book.entries == as_made
    book.entries = (*as_made, as_made[0])
    book.remove(2)
    assert book.entries == as_made
    book.undo()
    assert book.entries == (*as_made, as_made[0])


def test_switched_off_it_stays_in_the_file(qtbot: QtBot, log: Path) -> None:
    book = _book()
    book.open_for(str(log))
    book.choose_file(rules_beside(log))
    book.add(SEARCH)
    book.switch(0, False)
    assert not book.in_force
    assert list(read_rules(rules_beside(log))) == [replace(SEARCH, enabled=False)]
    another = _book()
    another.open_for(str(log))
    assert another.in_force == ()
    assert another.entries == book.entries
    book.add(SEARCH)
    assert list(book.in_force) == [SEARCH]
    assert list(read_rules(rules_beside(log))) == [SEARCH]


def test_rules_beside_the_log_are_read_where_the_user_allowed_them(qtbot: QtBot, log: Path) -> None:
    write_rules(Rules([SEARCH]), rules_beside(log))
    user_trusted_folders().add(log.parent)
    book = _book()
    book.open_for(str(log))
    assert book.in_force == (SEARCH,)
    assert book.path == rules_beside(log)
    assert book.offer is None


def test_rules_beside_the_log_are_offered_and_not_used(qtbot: QtBot, log: Path) -> None:
    write_rules(Rules([SEARCH, CLOCKS]), rules_beside(log))
    book = _book()
    book.open_for(str(log))
    assert not book.in_force
    assert book.path is None
    assert book.offer == RuleOffer(rules_beside(log), 2)
    with qtbot.waitSignals([book.offer_changed, book.changed]):
        book.allow_offer()
    assert list(book.in_force) == [SEARCH, CLOCKS]
    assert book.path == rules_beside(log)
    another = _book()
    another.open_for(str(log.with_name("other.rlog")))
    another.open_for(str(log))
    assert another.in_force == (SEARCH, CLOCKS), "the answer is remembered for the folder"


def test_an_offer_that_is_refused_is_not_remembered(qtbot: QtBot, log: Path) -> None:
    write_rules(Rules([SEARCH]), rules_beside(log))
    book = _book()
    book.open_for(str(log))
    with qtbot.waitSignal(book.offer_changed):
        book.refuse_offer()
    assert book.offer is None
    assert not book.in_force
    again = _book()
    again.open_for(str(log))
    assert again.offer is not None


def test_a_rule_of_mine_joins_rules_that_lie_beside_the_log(qtbot: QtBot, log: Path) -> None:
    """Keeping a rule beside the log does not destroy what somebody else has written there."""
    write_rules(Rules([SEARCH]), rules_beside(log))
    book = _book()
    book.open_for(str(log))
    book.add(CLOCKS)
    assert list(book.in_force) == [CLOCKS]
    book.choose_file(rules_beside(log))
    assert list(book.in_force) == [SEARCH, CLOCKS]
    assert list(read_rules(rules_beside(log))) == [SEARCH, CLOCKS]


def test_a_bad_file_is_said_and_left_alone(qtbot: QtBot, log: Path) -> None:
    rules_beside(log).write_text("nonsense")
    book = _book()
    with qtbot.waitSignal(book.alert_raised) as caught:
        book.open_for(str(log))
    assert "not in force" in caught.args[0].text
    assert not book.in_force
    assert book.path is None
    assert rules_beside(log).read_text() == "nonsense"


def test_where_nothing_can_be_written_it_says_so(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    book = _book()
    book.open_for(str(tmp_path / "file" / "run.rlog"))
    book.add(SEARCH)
    with qtbot.waitSignal(book.alert_raised) as caught:
        book.choose_file(tmp_path / "file" / "rules.toml")
    assert "not saved" in caught.args[0].text
    assert book.in_force == (SEARCH,)


def test_a_rule_added_while_the_file_is_read_joins_it(qtbot: QtBot, log: Path) -> None:
    write_rules(Rules([SEARCH]), rules_beside(log))
    user_trusted_folders().add(log.parent)
    bridge = ScriptedBridge(reads_rules=False)
    session = Session(bridge=bridge)
    book = RuleBook(session.sources, session)
    book.open_for(str(log))
    book.add(CLOCKS)
    assert list(read_rules(rules_beside(log))) == [SEARCH]  # nothing is written over what is not read yet
    request = bridge.take("read rules")
    assert request is not None
    assert isinstance(request.body, ReadRules)
    with qtbot.waitSignal(book.loaded):
        bridge.answer(request, answer_read_rules(request.body))
    assert list(book.in_force) == [SEARCH, CLOCKS]
    assert list(read_rules(rules_beside(log))) == [SEARCH, CLOCKS]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (SEARCH, ("Answers of search", "marked non-deterministic")),
        (CLOCKS, ("Clock times", "ignored")),
        (Rule(Action.IGNORE, tool="a\nb"), ("a b", "ignored")),
        (
            Rule(Action.IGNORE, kind="Decision", path="/data/*"),
            ("data.* in messages and thoughts of the agent", "ignored"),
        ),
        (Rule(Action.IGNORE, kind="Observation", label="User"), ("User messages", "ignored")),
        (Rule(Action.IGNORE, kind="x:inspect/span"), ("“Span” events", "ignored")),
        (Rule(Action.TOLERANCE, path="/output/n", abs=0.5), ("output.n", "equal within 0.5")),
    ],
)
def test_rules_in_words(rule: Rule, words: tuple[str, str]) -> None:
    assert rule_words(rule) == words
