from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers import files_below as module
from replay_gui.core.importers.files_below import files_below


def test_files_below_come_in_order_without_hidden_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("b/2.txt", "b/1.txt", "a.txt", ".git/x", "b/.hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert [Path(file).name for file in files_below(str(tmp_path))] == ["a.txt", "1.txt", "2.txt"]
    monkeypatch.setattr(module, "MAX_FILES", 2)
    with pytest.raises(ImportRefused, match="more than 2 files"):
        files_below(str(tmp_path))
