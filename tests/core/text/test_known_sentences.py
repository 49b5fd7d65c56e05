"""Each sentence that verification, replay and importers write is recognised: people read it in their language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from replay_gui.core.errors import LogRefused, NotApplicable, NotCanonical
from replay_gui.core.importers.formats.traces.otel.importer import REPEATED
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.log.canonical import decode
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.payloads import payload_structure
from replay_gui.core.text.known_sentences import sentence_text
from replay_gui.core.translation.messages import use_language
from replay_gui.core.translation.numbers import use_number_signs
from replay_gui.core.verification.verify_log import verify
from tests.core.translation.english_sentences import ENGLISH_SENTENCES
from tests.helpers.paths import VECTORS


@pytest.fixture
def _pseudo_language() -> Iterator[None]:
    use_language("en-XA")
    yield
    use_language("en")
    use_number_signs(",", ".")


def _sentences() -> set[str]:
    found = set[str]()
    for path in sorted(VECTORS.glob("*.rlog")):
        try:
            log = EventLog.open(path)
        except LogRefused:
            continue
        with log:
            report, events = verify(log), list(log)
        found |= {report.line, report.seal, *report.notes}
        found |= {finding.problem for finding in (*report.failures, *report.mismatches)}
        found |= {event.problem for event in events if event.problem is not None}
    return found


@pytest.mark.usefixtures("_pseudo_language")
def test_all_sentences_of_damaged_logs_are_translated() -> None:
    sentences = _sentences()
    assert len(sentences) > 30
    assert not [sentence for sentence in sentences if not sentence_text(sentence).startswith("[")]


@pytest.mark.usefixtures("_pseudo_language")
@pytest.mark.parametrize("file", sorted(ENGLISH_SENTENCES))
def test_every_sentence_in_the_code_is_translated(file: str) -> None:
    sentences = [sentence.replace("{}", "7") for sentence in ENGLISH_SENTENCES[file]]
    assert not [sentence for sentence in sentences if not sentence_text(sentence).startswith("[")]


def test_english_and_unknown_sentences_are_unchanged() -> None:
    assert sentence_text("no member 'a'") == "no member 'a'"


@pytest.mark.usefixtures("_pseudo_language")
def test_numbers_have_the_signs_of_the_language_and_names_of_a_log_are_kept() -> None:
    use_number_signs(".", ",")
    assert "1.234" in sentence_text("1,234 bytes follow the seal; nothing may.")
    assert "'none'" in sentence_text("no member 'none'")
    assert sentence_text("the log was eaten") == "the log was eaten"


@pytest.fixture
def _german() -> Iterator[None]:
    use_language("de")
    use_number_signs(".", ",")
    yield
    use_language("en")
    use_number_signs(",", ".")


def _note(reason: str, number: int, *examples: str) -> str:
    notes = ImportNotes()
    for example in examples or (None,):
        notes.count(reason, number, example)
    return notes.sentences()[0]


@pytest.mark.usefixtures("_german")
def test_an_import_note_is_shown_with_its_number_and_the_examples_of_the_file() -> None:
    assert sentence_text(_note("blank lines", 1234)) == "leere Zeilen: 1.234"
    shown = sentence_text(_note(REPEATED, 3, "blank lines: 7", "{0.__class__})", "none"))
    assert shown.endswith(": einmal gelesen: 9 (blank lines: 7, {0.__class__}), none)")


@pytest.mark.usefixtures("_german")
@pytest.mark.parametrize(
    "note",
    [
        "rows of a plugin, left out: 3",
        "rows of a plugin: some: 1234 (blank lines: 4)",
        "blank lines",
        "blank lines: 1,23",
        "blank lines: 7th",
        "blank lines: x: 7",
        ": 7",
        "x" * 300 + ": 7",
    ],
)
def test_what_is_no_note_of_a_known_reason_is_unchanged(note: str) -> None:
    assert sentence_text(note) == note


@pytest.mark.usefixtures("_german")
@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({}, "ToolRequest: Das Feld `tool_name` fehlt"),
        ({"tool_name": 1}, "ToolRequest: erwartet ist `str`, gefunden `int`, in `$.tool_name`"),
        ([], "ToolRequest: erwartet ist `object`, gefunden `array`"),
    ],
)
def test_what_a_library_says_on_a_payload_is_recognised(payload: Any, words: str) -> None:
    with pytest.raises(NotApplicable) as why:
        payload_structure("ToolRequest", payload)
    assert sentence_text(str(why.value)) == words


@pytest.mark.usefixtures("_german")
@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\x81\x01\x01", "ein Schlüssel ist kein Text"),
        (b"\x91" * 200 + b"\x01", "tiefer als 128 Ebenen verschachtelt"),
        (b"\xd4\x05\x00", "Erweiterungstyp 5"),
        (b"\xc1", "kein msgpack: „MessagePack data is malformed: invalid opcode '\\xc1' (byte 0)“"),
    ],
)
def test_why_content_cannot_be_read(raw: bytes, words: str) -> None:
    with pytest.raises(NotCanonical) as why:
        decode(raw)
    sentence = f"the content cannot be read: {why.value}"
    assert sentence_text(sentence) == f"der Inhalt kann nicht gelesen werden: {words}"
