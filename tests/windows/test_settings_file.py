"""Settings that would end the program when Qt reads them are set aside; good ones are left alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings

from replay_gui.windows.settings.settings_file import set_aside_if_broken

ABORTING = b"[General]\nrecent=@Variant(\\0\\0\\0\\t\\xff\\xff\\xff\\xf0)\n"


@pytest.mark.parametrize(
    "content",
    [
        ABORTING,
        ABORTING.replace(b"@V", b"\\x40V"),
        b"[General]\nx=@DateTime(\\0\\0\\0\\t)\n",
        b"#" * (1 << 20) + b"\n\n",
    ],
)
def test_what_qt_must_not_read_is_set_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "replay-gui.ini"
    path.write_bytes(content)
    assert "set aside as replay-gui.ini.broken" in set_aside_if_broken(path)
    assert not path.exists()
    assert (tmp_path / "replay-gui.ini.broken").read_bytes() == content


def test_what_the_program_writes_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "replay-gui.ini"
    settings = QSettings(str(path), QSettings.Format.IniFormat)
    settings.setValue("geometry", QByteArray(os.urandom(300)))
    settings.setValue("recent", ["/home/a/Ünï\x01.rlog", "b"])
    settings.setValue("theme", "dark")
    settings.sync()
    assert set_aside_if_broken(path) == ""
    assert path.exists()


def test_without_a_file_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert set_aside_if_broken(tmp_path / "none.ini") == ""
    os.mkfifo(tmp_path / "pipe.ini")
    assert set_aside_if_broken(tmp_path / "pipe.ini") == ""
