from __future__ import annotations

from pathlib import Path

from replay_gui.engine.files.user_files import clear_caches


def test_what_is_in_use_stays(tmp_path: Path) -> None:
    indexes, conversions = tmp_path / "indexes", tmp_path / "conversions"
    for name, size in (("one/kind", 1000), ("two/kind", 50)):
        file = indexes / name
        file.parent.mkdir(parents=True)
        file.write_bytes(bytes(size))
    log = conversions / "abc" / "log.rlog"
    log.parent.mkdir(parents=True)
    log.write_bytes(bytes(10))
    (indexes / "stray").write_bytes(bytes(3))
    assert clear_caches((indexes, conversions), [indexes / "two", log]) == 1003
    assert sorted(path.name for path in indexes.iterdir()) == ["two"]
    assert log.exists()


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "cache", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "mine").write_text("kept")
    (root / "link").symlink_to(outside)
    clear_caches((root, tmp_path / "none"), [])
    assert (outside / "mine").exists()
    assert list(root.iterdir()) == []
