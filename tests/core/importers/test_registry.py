from __future__ import annotations

import json
from pathlib import Path

import pytest

from replay_gui.core.errors import FormatUnknown, ImportRefused, LogUnreadable
from replay_gui.core.importers.foreign_file import HEAD_BYTES, ForeignFile
from replay_gui.core.importers.limits import Limits
from replay_gui.core.importers.registry import importer_for, importers, recognise
from replay_gui.core.log.source import Source
from tests.helpers.claude_code_lines import assistant, line, text, user, write
from tests.helpers.foreign import read_all, written


def test_names_are_told_apart() -> None:
    names = [importer.name for importer in importers()]
    assert len(set(names)) == len(names)
    assert "claude-code" in names


def test_content_decides_and_not_the_suffix(tmp_path: Path) -> None:
    path = write(tmp_path, user("u1", None, "hi")).rename(tmp_path / "notes.pdf")
    assert recognise(path).name == "claude-code"


@pytest.mark.parametrize(
    "first",
    [
        {"type": "file-history-snapshot", "messageId": "m", "snapshot": {}},
        {"type": "summary", "summary": "s", "leafUuid": "u"},
        {"type": "queue-operation", "operation": "enqueue", "sessionId": "s"},
        {"type": "last-prompt", "lastPrompt": "p", "sessionId": "s"},
        line("system", "s1", None),
        assistant("a1", None, text("hi")),
        b"",
        b"garbage",
    ],
)
def test_a_session_may_begin_with_any_line(tmp_path: Path, first: object) -> None:
    assert recognise(write(tmp_path, first, user("u1", None, "hi"))).name == "claude-code"
    if isinstance(first, dict):
        assert recognise(write(tmp_path, first, end=b"")).name == "claude-code"


def test_a_first_line_longer_than_what_is_looked_at(tmp_path: Path) -> None:
    assert recognise(write(tmp_path, user("u1", None, "x" * HEAD_BYTES, aa=1))).name == "claude-code"


@pytest.mark.parametrize(
    "content",
    [
        b'{"timestamp":"2025","type":"session_mate","payload":{}}\n',
        b'{"type":"system","subtype":"init","session_id":"s"}\n{"type":"user","message":{}}\n',
        b'{"type":"summary"}\n',
        b'{"sessionId":"s","messages":[]}',
    ],
)
def test_what_has_json_objects_and_is_nothing_better_is_generic(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.jsonl"
    path.write_bytes(content)
    assert recognise(path).name == "json-lines"


def test_a_list_of_messages_is_a_chat(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(b'[{"role":"user","content":"hi"}]')
    assert recognise(path).name == "chat-messages"


@pytest.mark.parametrize(
    "content",
    [
        b"plain text\n",
        b"\x92\xaareplay-log",
        b"\xff\xfe\x00\x01" * 30000,
        b"[" * HEAD_BYTES,
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.jsonl"
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match=r"other\.jsonl: is of no format known here") as refusal:
        recognise(path)
    assert "\n" not in str(refusal.value)


def test_settings_are_no_run(tmp_path: Path) -> None:
    path = written(tmp_path, {"id": "s", "enabled": False, "created_at": 1, "agents": {"main": {}}})
    with pytest.raises(FormatUnknown):
        recognise(path)
    assert recognise(path, "json-lines").name == recognise(written(tmp_path, {"event": "a"})).name == "json-lines"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"a": [1, 2, {"b": "ccc', "the JSON ends in the middle, at byte 23;"),
        (b'{"a": [1, 2, }', "the JSON is damaged at byte 13"),
        (b'[{"a": 1}, {"b": ', "the JSON ends in the middle, at byte 17;"),
    ],
)
def test_broken_json_is_told_where_it_breaks(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "cut.json").write_bytes(content)
    with pytest.raises(ImportRefused) as refusal:
        recognise(tmp_path / "cut.json")
    assert str(refusal.value).startswith(f"{tmp_path / 'cut.json'}: {words}")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "run.yaml",
            b"interactions:\n- request: {a: 1\n  b: 2\n",
            "the YAML cannot be read at line 3, column 4: “did not find expected ',' or '}'”",
        ),
        ("cut.yml", b"a: [1,\n  'two", "the YAML ends in the middle, at line 2; perhaps"),
        ("cut.yml", b"a: [1, 2\n", "the YAML ends in the middle, at line 1; perhaps"),
        (
            "other.txt",
            b"---\nversion: 1\n\tx: 2\n",
            "the YAML cannot be read at line 3, column 1: “found a tab character that violates indentation”",
        ),
        (
            "run.YAML",
            b"version: 1\nx: *y\n",
            "the YAML cannot be read at line 2, column 4: the alias “y” names no part",
        ),
        ("run.yaml", b"a: \x01", "the YAML cannot be read: “control characters are not allowed”"),
        ("run.yaml", b"# nothing\n", "the YAML has no document"),
        ("run.yaml", b"{a: 1, [b", "the YAML ends in the middle, at line 1; perhaps"),
    ],
)
def test_broken_yaml_is_refused_with_the_place(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ImportRefused) as refusal:
        recognise(tmp_path / name)
    assert str(refusal.value).startswith(f"{tmp_path / name}: {words}")
    assert "\n" not in str(refusal.value)


def test_text_of_a_file_that_the_parser_repeats_is_one_short_line(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_bytes(b"a: *" + b"y" * 10_000 + b"\n")
    with pytest.raises(ImportRefused) as refusal:
        recognise(tmp_path / "run.yaml")
    assert len(str(refusal.value)) < 500 + len(str(tmp_path))


@pytest.mark.parametrize("content", [b"a: 1\n", b"{a: 1, b: [c]}\n", b"just a text\n"])
def test_yaml_that_is_no_run_is_of_no_known_format(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.yaml").write_bytes(content)
    with pytest.raises(FormatUnknown):
        recognise(tmp_path / "other.yaml")


def test_yaml_beyond_the_limit_is_refused_for_its_size(tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    path.write_bytes(b"interactions:\n- {}\n" + b"- {a: b}\n" * (1 << 18))
    with Source(path) as source, pytest.raises(ImportRefused, match="is YAML of more than 1 MB, which is not read"):
        importer_for(ForeignFile(source, Limits(document=1 << 20)))


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(ImportRefused, match="is empty"):
        recognise(tmp_path / "empty")


def test_a_format_may_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, b"garbage")
    assert recognise(path, "claude-code").name == "claude-code"
    with pytest.raises(ImportRefused, match="no format is called 'word'; known are inspect-ai, langgraph"):
        recognise(path, "word")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LogUnreadable):
        recognise(tmp_path / "nowhere")


def test_a_stream_is_known_by_the_models_answers_alone(tmp_path: Path) -> None:
    usage = {"input_tokens": 3, "output_tokens": 1}
    message = {"id": "m", "type": "message", "role": "assistant", "content": [{"type": "text", "text": "Done."}]}
    lines = [
        {"type": "system", "subtype": "init", "session_id": "s", "model": "m"},
        {"type": "assistant", "message": {**message, "usage": usage}, "session_id": "s"},
        {"type": "result", "subtype": "success", "result": "Done.", "session_id": "s"},
    ]
    path = tmp_path / "out.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    (found,) = read_all(path)
    assert (found.format, found.events[-1].payload["how"]) == ("claude-code", "answered")
