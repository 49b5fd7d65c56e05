"""Which import notes say that something of the source is missing in the log."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from replay_gui.core.importers.formats.chats.swe_agents.swe_agent import DEMONSTRATIONS
from replay_gui.core.importers.formats.frameworks.langchain_events import PIECES
from replay_gui.core.importers.formats.frameworks.omen import BROKEN_RULES
from replay_gui.core.importers.formats.frameworks.pydantic_ai import STREAMED
from replay_gui.core.importers.formats.run_ids import SEVERAL_RUNS
from replay_gui.core.importers.import_notes import ImportNotes, gap_notes, missing_notes, notes_in_header
from tests.helpers.paths import ROOT


@pytest.mark.parametrize(
    "reason",
    [
        "lines that hold no span, left out",
        "keys of more than 4 KiB, cut",
        "files of subagents that cannot be read",
        "a reason that is new",
    ],
)
def test_a_note_about_missing_data_is_a_gap(reason: str) -> None:
    notes = ImportNotes()
    notes.count(reason, 3, "blank lines")  # an example is text of the source, and decides nothing
    assert gap_notes(notes.sentences()) == notes.sentences()


@pytest.mark.parametrize(
    "reason",
    [
        "blank lines",
        "whole numbers of more than 64 bits, written as text",
        "times that cannot be read",
        "lines of an unknown type, kept as custom events",
        "parts of messages that are not known, kept as they are",
        "lines that are no JSON objects, kept as text",
        "lines that repeat an earlier line",
        "tool results whose request is not in the file",
    ],
)
def test_a_note_about_data_that_is_kept_is_no_gap(reason: str) -> None:
    notes = ImportNotes()
    notes.count(reason, example="left out")
    assert gap_notes(notes.sentences()) == ()


def test_notes_of_an_exported_log() -> None:
    assert notes_in_header({"notes": ["lines left out: 1", 7]}) == ("lines left out: 1",)
    assert notes_in_header(None) == notes_in_header({}) == notes_in_header({"notes": "x"}) == ()


def test_what_later_lines_replace_is_not_missing_of_the_run() -> None:
    notes = (
        "earlier states of parts, replaced by later lines: 3",
        "lines without a span, left out: 1",
        "steps copied from the trajectory before, left out: 4",
        *(f"{reason}: 5" for reason in (STREAMED, SEVERAL_RUNS)),
        *(f"{reason}: 2" for reason in ("blank lines", BROKEN_RULES, DEMONSTRATIONS, PIECES)),
    )
    assert gap_notes(notes) == notes[:5]
    assert missing_notes(notes) == notes[1:2]


def _counted(tree: ast.Module) -> Iterator[str]:
    """The reasons that a module counts, as they are written."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Attribute(notes, "count"), [reason, *_]) if "notes" in ast.unparse(notes):
                yield ast.unparse(reason)


def _marked(tree: ast.Module) -> set[str]:
    """The names in a module that `translatable` marks."""
    return {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and ast.unparse(node.value).startswith("translatable(")
    }


def _module(name: str) -> Path:
    return ROOT.joinpath(*name.split(".")).with_suffix(".py")


def test_each_reason_is_a_message() -> None:
    wrong, number = list[str](), 0
    for path in sorted((ROOT / "replay_gui" / "core" / "importers").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        marked = _marked(tree)
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module is not None and _module(node.module).is_file():
                elsewhere = _marked(ast.parse(_module(node.module).read_text("utf-8")))
                marked |= {alias.asname or alias.name for alias in node.names if alias.name in elsewhere}
        reasons = {*_counted(tree)} - {"reason"}  # chosen from constants two lines before
        number += len(reasons)
        wrong += [f"{path.name}: {reason}" for reason in reasons - marked]
    assert number > 60
    assert not wrong
