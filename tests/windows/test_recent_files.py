from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.engine.opening import conversion_cache
from replay_gui.windows.session.recent_files import RecentFiles
from replay_gui.windows.settings.settings_store import SettingsStore


@pytest.fixture
def settings() -> SettingsStore:
    return SettingsStore()


def test_the_newest_comes_first_once_and_eight_are_kept(settings: SettingsStore) -> None:
    recent = RecentFiles(settings)
    for name in [*"abcdefghij", "d"]:
        recent.add(f"/runs/{name}.rlog")
    recent.add(str(conversion_cache() / "kept-1" / "x.rlog"))
    recent.add("/runs/x.rlog", str(conversion_cache() / "kept-1" / "x.rlog"))
    assert [Path(path).stem for path in recent.paths()] == ["d", "j", "i", "h", "g", "f", "e", "c"]


@pytest.mark.parametrize("kept", [None, 7, "", ["", 3], {"a": 1}])
def test_nonsense_in_the_settings_is_passed_over(settings: SettingsStore, kept: object) -> None:
    settings.set_value("recent", kept)
    assert RecentFiles(settings).paths() == []


def test_one_path_that_the_settings_hold_as_text_is_a_path(settings: SettingsStore) -> None:
    settings.set_value("recent", "/runs/a.rlog")
    assert RecentFiles(settings).paths() == ["/runs/a.rlog"]


def test_comparisons_are_kept_with_their_time(settings: SettingsStore) -> None:
    recent = RecentFiles(settings)
    settings.set_value("recent", "/runs/old.rlog")
    recent.add("/runs/a.rlog")
    recent.add("/runs/a.rlog", "/runs/b.rlog")
    newest, run, old = recent.entries()
    assert newest.paths == ("/runs/a.rlog", "/runs/b.rlog")
    assert newest.opened is not None
    assert run.opened is not None
    assert newest.opened >= run.opened
    assert old.opened is None
    assert recent.paths() == ["/runs/a.rlog", "/runs/old.rlog"]


@pytest.mark.parametrize(
    "text", ["{", "{}", '{"paths": "a"}', '{"paths": [1]}', '{"paths": ["a", "b", "c"]}', "{" * 9999]
)
def test_an_entry_that_says_nothing_is_passed_over(settings: SettingsStore, text: str) -> None:
    settings.set_value("recent", [text, '{"paths": ["/a"], "opened": -1}'])
    (entry,) = RecentFiles(settings).entries()
    assert (entry.paths, entry.opened) == (("/a",), None)
