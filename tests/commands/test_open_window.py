"""Opening the window: what it is told, and what makes no sense."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import replace
from importlib import reload
from pathlib import Path
from typing import Any

import pytest

from replay_gui import app
from replay_gui.app import WindowOptions
from replay_gui.cli import main
from replay_gui.core import numpy_on_demand
from replay_gui.core.log.positions import Position


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[WindowOptions]:
    """What the window was asked for, in the place of a window."""
    found: list[WindowOptions] = []

    def run_app(options: WindowOptions) -> int:
        if options.path is not None and "stdin" in options.path and options.spool is None:
            assert Path(options.path).read_bytes() == b"a log"
        assert (options.on_progress is not None) == (options.screenshot is not None)
        found.append(replace(options, on_progress=None))
        return 0

    monkeypatch.setattr(app, "run_app", run_app)
    return found


def test_nothing_asked(command: Any, asked: list[WindowOptions]) -> None:
    assert command().code == 0
    assert asked == [WindowOptions(restores=True)]


def test_without_numpy_no_window_is_shown(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr(app, "run_app", lambda _options: reload(numpy_on_demand))
    done = command()
    assert done.code == 2
    assert "No module named 'numpy'; install the missing package" in done.err


def test_what_was_open_the_last_time_is_not_wanted(command: Any, asked: list[WindowOptions]) -> None:
    assert command("--empty").code == 0
    assert command("--screenshot", "a.png").code == 0
    assert asked == [WindowOptions(), WindowOptions(screenshot="a.png")]
    assert command("--empty", "run.rlog").code == 2


def test_everything_asked(command: Any, asked: list[WindowOptions]) -> None:
    arguments = (
        "run.rlog --at 7 --theme dark --language en --screenshot a.png --size 1280x800 --scale 2 --fit 9 --show run"
    )
    assert command(*arguments.split()).code == 0
    picture: dict[str, Any] = {"screenshot": "a.png", "size": (1280, 800), "scale": 2.0, "fit": 9, "show": "run"}
    assert asked == [WindowOptions(path="run.rlog", at=Position(7), theme="dark", language="en", **picture)]


def test_a_value_is_asked_for(command: Any, asked: list[WindowOptions]) -> None:
    assert command("run.rlog", "--at", 812, "--path", "/memory/a~1b").code == 0
    assert asked == [WindowOptions(path="run.rlog", at=Position(812), value=("memory", "a/b"))]
    assert "JSON Pointer" in command("run.rlog", "--path", "memory").err
    assert command("a.rlog", "b.rlog", "--path", "/memory").code == 2


def test_two_runs(command: Any, asked: list[WindowOptions]) -> None:
    assert command("a.rlog", "b.rlog", "--at", 7).code == 0
    assert command("a.rlog", "b.rlog", "--screenshot", "a.png", "--show", "compare").code == 0
    assert asked == [
        WindowOptions(path="a.rlog", at=Position(7), other="b.rlog"),
        WindowOptions(path="a.rlog", screenshot="a.png", show="compare", other="b.rlog"),
    ]


def test_more_runs_than_two_are_a_page(command: Any, asked: list[WindowOptions]) -> None:
    assert command("a.rlog", "b.rlog", "c.rlog", "d.rlog", "--theme", "dark").code == 0
    assert asked == [WindowOptions(many=("a.rlog", "b.rlog", "c.rlog", "d.rlog"), theme="dark")]
    refused = command("a.rlog", "b.rlog", "c.rlog", "--at", 7)
    assert refused.code == 2
    assert "shown as a page" in refused.err


def test_a_glob_is_a_page_unless_a_file_has_that_name(command: Any, asked: list[WindowOptions], tmp_path: Path) -> None:
    for name in ("b.rlog", "a.rlog", "other.txt"):
        (tmp_path / name).write_bytes(b"")
    assert command(tmp_path / "*.rlog").code == 0
    (tmp_path / "*.rlog").write_bytes(b"")
    assert command(tmp_path / "*.rlog").code == 0
    assert command(tmp_path / "none*").code == 0
    assert asked == [
        WindowOptions(many=(str(tmp_path / "a.rlog"), str(tmp_path / "b.rlog"))),
        WindowOptions(path=str(tmp_path / "*.rlog")),
        WindowOptions(path=str(tmp_path / "none*")),
    ]


def test_a_format_is_for_both_runs(command: Any, asked: list[WindowOptions]) -> None:
    assert command("a.json", "b.json", "--format", "json-lines").code == 0
    assert asked == [WindowOptions(path="a.json", other="b.json", format="json-lines")]


def test_two_runs_and_a_view_of_one_make_no_sense(command: Any, asked: list[WindowOptions]) -> None:
    result = command("a.rlog", "b.rlog", "--screenshot", "a.png", "--show", "run")
    assert (result.code, asked) == (2, [])
    assert "give no OTHER" in result.err


def test_demo(command: Any, asked: list[WindowOptions]) -> None:
    assert command("--demo", "--at", 12).code == 0
    assert asked == [WindowOptions(demo=True, at=Position(12))]


def test_standard_input_lasts_as_long_as_the_window(command: Any, asked: list[WindowOptions]) -> None:
    assert command("-", stdin=b"a log").code == 0
    path = asked[0].path
    assert path is not None
    assert not Path(path).exists()


def test_standard_input_is_shown_while_it_comes(asked: list[WindowOptions], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    source, agent = os.pipe()
    with os.fdopen(source) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert main(["-", "--follow"]) == 0  # though nothing has come, and more may
    os.close(agent)
    (options,) = asked
    assert options.spool is not None
    assert (options.follow, options.is_passing, options.path) == (True, True, str(options.spool.path))
    assert (options.spool.ended, options.spool.path.exists()) == (True, False), "the copy goes with the window"


@pytest.mark.parametrize("given", ["--follow", "a b --follow", "a --follow --screenshot a.png"])
def test_one_run_is_followed_in_a_window(command: Any, asked: list[WindowOptions], given: str) -> None:
    assert command(*given.split()).code == 2
    assert asked == []


@pytest.mark.parametrize(
    "arguments",
    [
        "--demo run.rlog",
        "--size 10x10",
        "--scale 2",
        "--show welcome",
        "--screenshot a.jpg",
        "--screenshot a.png --size 10",
        "--screenshot a.png --size 0x10",
        "--screenshot a.png --size 99999x10",
        "--screenshot a.png --size 9999x10 --scale 4",
        "--fit 256",
        "--screenshot a.png --fit 0",
        "--screenshot a.png --fit ²",
        "--screenshot a.png --scale 0",
        "--screenshot a.png --scale nan",
        "--screenshot a.png --scale two",
        "--screenshot a.png --show compare",
        "--screenshot a.png --show run",
        "--screenshot a.png --show run .",
        "--screenshot a.png --show welcome run.rlog",
        "--at -1",
        "--theme blue",
        "--language xx",
        "--nonsense",
        "--format json-lines",
        "--demo --format json-lines",
        "--the dark",
    ],
)
def test_what_makes_no_sense(command: Any, asked: list[WindowOptions], arguments: str) -> None:
    result = command(*arguments.split())
    assert (result.code, asked) == (2, [])
    assert len(result.err.splitlines()) == 1


def test_no_display(command: Any, asked: list[WindowOptions], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    result = command("--demo")
    assert (result.code, asked) == (2, [])
    assert "no display" in result.err
    assert command("--demo", "--screenshot", "a.png").code == 0


def test_a_system_that_lacks_a_library(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_app(options: WindowOptions) -> int:
        raise ImportError("libEGL.so.1: cannot open shared object file")

    monkeypatch.setattr(app, "run_app", run_app)
    result = command("--demo")
    assert result.code == 2
    assert "libEGL.so.1" in result.err
