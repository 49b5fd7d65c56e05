from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.errors import LogUnreadable
from replay_gui.core.importers.conversion_cache import cached_conversions
from replay_gui.core.importers.generic.mapping import Mapping
from replay_gui.core.importers.generic.mapping_store import save_mapping, saved_mapping
from replay_gui.core.log.log_reader import EventLog

RECORDS: list[dict[str, Any]] = [{"was": "user", "said": "hi"}, {"was": "agent", "said": "ho", "extra": 1}]
MAPPING = Mapping(kind="was", output="said")


def test_a_mapping_is_kept_for_records_with_the_same_members(tmp_path: Path) -> None:
    file = tmp_path / "new" / "mappings.json"
    assert saved_mapping(file, RECORDS) is None
    save_mapping(file, RECORDS, MAPPING)
    save_mapping(file, [{"other": 1}], Mapping(id="other"))
    assert saved_mapping(file, list(reversed(RECORDS))) == MAPPING
    assert saved_mapping(file, RECORDS[:1]) is None
    save_mapping(file, RECORDS, None)
    assert saved_mapping(file, RECORDS) is None
    assert saved_mapping(file, [{"other": 2}]) == Mapping(id="other")


@pytest.mark.parametrize("content", ["{", '[{"members": ["a"], "mapping": {"colour": "a"}}]'])
def test_a_file_that_cannot_be_read_is_told_of_and_left_alone(tmp_path: Path, content: str) -> None:
    file = tmp_path / "mappings.json"
    file.write_text(content)
    with pytest.raises(LogUnreadable, match="correct the file"):
        saved_mapping(file, RECORDS)
    with pytest.raises(LogUnreadable):
        save_mapping(file, RECORDS, MAPPING)
    assert file.read_text() == content


def test_a_file_is_converted_by_the_mapping_and_anew_when_that_changes(tmp_path: Path) -> None:
    path, file = tmp_path / "log.jsonl", tmp_path / "mappings.json"
    path.write_text("\n".join(json.dumps(record) for record in RECORDS))

    def kinds() -> list[str]:
        made, *_ = cached_conversions(path, tmp_path / "cache", mappings=file)
        with EventLog.open(made.path) as log:
            return [event.kind for event in log]

    assert kinds() == ["AgentInit", "x:json-lines/record", "x:json-lines/record"]
    save_mapping(file, RECORDS, MAPPING)
    assert kinds() == ["AgentInit", "Observation", "Decision"]
    save_mapping(file, RECORDS, None)
    assert kinds()[1] == "x:json-lines/record"
