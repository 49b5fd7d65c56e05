"""The settings are saved by a thread of their own, key by key, and nobody waits for a disk that does not respond."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QLockFile
from PySide6.QtWidgets import QApplication

from replay_gui import app
from replay_gui.windows.settings import settings_store
from replay_gui.windows.settings.settings_store import SettingsStore

LAYOUT = QByteArray(bytes(range(256)))


def test_two_windows_keep_the_settings_of_both(qapp: QApplication, tmp_path: Path) -> None:
    path = tmp_path / "settings.ini"
    one, other = SettingsStore(path), SettingsStore(path)
    one.set_value("theme", "light")
    one.set_value("recent", ['{"paths": ["/a, b"]}', "/Ünï\x01"])
    one.set_value("keys/zoom_in", "")
    assert one.value("theme") == "light", "at once"
    assert one.close()
    other.set_value("window", LAYOUT)
    other.set_value("keys/find", "W")
    other.set_value("rows", LAYOUT)
    other.set_value("rows", None)
    assert other.close()
    assert (other.value("theme"), other.value("keys/zoom_in")) == ("light", ""), "what the other window has saved"
    again = SettingsStore(path)
    assert (again.value("theme"), again.value("window"), again.value("rows")) == ("light", LAYOUT, None)
    assert again.value("recent") == ['{"paths": ["/a, b"]}', "/Ünï\x01"]
    again.remove("keys")
    again.set_value("keys/next", "N")
    assert (again.value("keys/find"), again.value("keys/next")) == (None, "N")
    assert again.close()
    last = SettingsStore(path)
    assert (last.value("keys/find"), last.value("keys/zoom_in"), last.value("keys/next")) == (None, None, "N")


def test_a_disk_that_does_not_respond_is_not_waited_for(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(settings_store, "_MAX_CLOSE_S", 0.05)
    path = tmp_path / "settings.ini"
    path.touch()
    lock = QLockFile(f"{path}.lock")  # Qt waits for it before it writes
    assert lock.lock()
    settings, codes = SettingsStore(path), list[int]()
    settings.set_value("theme", "light")
    assert settings.value("theme") == "light"
    monkeypatch.setattr(app, "_user_settings", lambda: settings)
    monkeypatch.setattr(app, "_run", lambda *_: 3)
    monkeypatch.setattr(os, "_exit", codes.append)
    assert app.run_app(app.WindowOptions()) == 3
    assert codes == [3], "the program ends without Qt's waiting"
    assert "does not respond" in capsys.readouterr().err
    assert path.read_bytes() == b""
    lock.unlock()
    monkeypatch.setattr(settings_store, "_MAX_CLOSE_S", 30.0)
    assert settings.close()
    assert b"theme=light" in path.read_bytes()
