"""One table of what may be wrong around the program: each command ends in words and a known exit code."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from replay_gui.cli import main
from replay_gui.core.facts.known_sessions import known_folders
from replay_gui.core.text.given_paths import home_folder, with_home
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.logs import write_log
from tests.helpers.paths import ROOT
from tests.trust.limits.forked_commands import endings, forked_commands

COMMANDS = ("verify", "info", "events", "diff", "state", "foreign")
BUFFERED: dict[str, str | None] = {"PYTHONUNBUFFERED": None}  # then the last bytes are written as the process ends
WITHOUT_HOME: dict[str, str | None] = {"HOME": None, "XDG_CACHE_HOME": None, "XDG_CONFIG_HOME": None}
SURROUNDINGS: dict[str, dict[str, str | None]] = {
    "locale C, no HOME": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", **WITHOUT_HOME},
    "an unknown locale, HOME that is not there": {"LC_ALL": "xx_XX.UTF-8", **WITHOUT_HOME, "HOME": "/proc/nonexistent"},
    "ASCII output, HOME that is no folder": {"PYTHONIOENCODING": "ascii", **WITHOUT_HOME, "HOME": "/dev/null"},
    "no colour, HOME that may not be written": {"NO_COLOR": "1", **WITHOUT_HOME, "HOME": "/proc"},
    "-O, HOME that is empty": {"PYTHONOPTIMIZE": "1", "HOME": ""},
    "-OO, warnings are errors": {"PYTHONOPTIMIZE": "2", "PYTHONWARNINGS": "error"},
}
"""Two at a time that do not touch one another; where there is no cache, nothing else is odd about what is written."""


def run(words: list[str], changes: dict[str, str | None], **options: object) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **{name: value for name, value in changes.items() if value is not None}}
    for name in changes:
        if changes[name] is None:
            environment.pop(name, None)
    return subprocess.run(words, cwd=ROOT, env=environment, timeout=120, **options)  # type: ignore[call-overload,no-any-return]


PROGRAM = (sys.executable, "-m", "replay_gui")
ONE_AFTER_ANOTHER = """
import sys
from replay_gui.__main__ import main
for words in sys.argv[1:]:
    print(words, main(words.split("\\t")), file=sys.stderr)
"""


def arguments_of(command: str, folder: Path) -> list[str]:
    log = write_log(folder / "grün.rlog", turns=2)
    session = write(folder, user("u1", None, "find ü"), assistant("a1", "u1", text("here")))
    arguments = {
        "verify": ["verify", log],
        "info": ["info", log],
        "events": ["events", log],
        "diff": ["diff", log, log],
        "state": ["state", log, "--at", "3"],
        "foreign": ["info", session],
    }[command]
    return [str(word) for word in arguments]


@pytest.mark.parametrize("changes", SURROUNDINGS.values(), ids=SURROUNDINGS.keys())
def test_every_command_in_odd_surroundings(tmp_path: Path, changes: dict[str, str | None]) -> None:
    """All in one process, which says after each how it ended, and nothing else."""
    commands = []
    for command in COMMANDS:
        (tmp_path / command).mkdir()
        commands.append("\t".join(arguments_of(command, tmp_path / command)))
    done = run([sys.executable, "-c", ONE_AFTER_ANOTHER, *commands], changes, capture_output=True)
    output = done.stderr.decode("utf-8", "replace").splitlines()
    assert len(output) == len(COMMANDS), "also without a cache that can be written"
    assert all(line.endswith(" 0") for line in output), output
    assert done.returncode == 0


def forked(folder: Path) -> list[str]:
    """Every command, each in a process of its own."""
    for command in COMMANDS:
        (folder / command).mkdir()
    return [sys.executable, *forked_commands([arguments_of(command, folder / command) for command in COMMANDS])]


@pytest.mark.parametrize("output", ["closed", "full", "no reader"])
def test_output_that_takes_nothing(tmp_path: Path, output: str) -> None:
    words = forked(tmp_path)
    if output == "closed":
        done = run(["sh", "-c", 'exec "$@" >&-', "sh", *words], BUFFERED, stderr=subprocess.PIPE)
    elif output == "full":
        with open("/dev/full", "wb") as full:
            done = run(words, BUFFERED, stdout=full, stderr=subprocess.PIPE)
    else:
        read, written = os.pipe()
        os.close(read)
        done = run(words, BUFFERED, stdout=written, stderr=subprocess.PIPE)
        os.close(written)
    ended = endings(done.stderr.decode())
    assert len(ended) == len(COMMANDS)
    for sentence, code in ended:
        assert "Traceback" not in sentence
        assert "internal error" not in sentence
        assert "Exception ignored" not in sentence
        assert code in {"closed": (0, 2), "full": (2,), "no reader": (141,)}[output], sentence


def test_errors_that_are_closed(tmp_path: Path) -> None:
    done = run(["sh", "-c", 'exec "$@" 2>&-', "sh", *forked(tmp_path)], BUFFERED, stdout=subprocess.PIPE)
    ended = endings(done.stdout.decode())
    assert len(ended) == len(COMMANDS)
    assert all(output and code == 0 for output, code in ended), ended


def test_a_user_whom_the_system_does_not_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in a container that is run with any user id: there is no home, and what needs one says so in a line."""

    def unknown(uid: int) -> None:
        raise KeyError(uid)

    for command in COMMANDS:
        (tmp_path / command).mkdir()
    arguments = [arguments_of(command, tmp_path / command) for command in COMMANDS]
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    codes = []
    for words in (*arguments, ["desktop", "install"], ["desktop", "remove"]):
        codes.append(main(words))
        printed = capsys.readouterr().err
        assert len(printed.splitlines()) == (codes[-1] == 2), words
        assert ("there is no home folder" in printed) is (codes[-1] == 2)
    assert codes.count(0) >= 3
    assert codes[-2:] == [2, 2]
    assert known_folders({}, Path(home_folder())), "the window looks for sessions, and finds none"
    assert with_home("~nobody-of-that-name/x") == "~nobody-of-that-name/x", "a folder that a log names"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
def test_another_user_who_has_no_name_and_no_home() -> None:
    """What root keeps for itself is neither read nor written, and the rest is done without a cache."""
    with TemporaryDirectory() as name:  # the folder for tests may be closed to others
        folder = Path(name)
        folder.chmod(0o755)
        commands = []
        for command in reversed(COMMANDS):  # the first of each name is also run before, by root
            (folder / command).mkdir()
            commands.append(arguments_of(command, folder / command))
        for file in folder.rglob("*.*"):
            file.chmod(0o644)
        closed, log = write_log(folder / "closed.rlog", turns=1), commands[-1][-1]
        closed.chmod(0o600)
        anchored = ["anchor", log, "-o", str(folder / "run.anchor")]
        refused = [["info", str(closed)], ["diff", log, str(closed)], anchored]
        words = [sys.executable, *forked_commands([*commands, *refused], UNKNOWN_USER)]
        done = run(words, {**WITHOUT_HOME, "HOME": "/proc/nonexistent"}, capture_output=True)
        ended = endings(done.stderr.decode())
        assert ended[: len(commands)] == [("", 0)] * len(commands)
        for sentence, code in ended[len(commands) :]:
            assert (sentence.count("\n"), code) == (1, 2), sentence
            assert "Permission denied" in sentence or "it is write-protected" in sentence
        assert {file.stat().st_uid for file in folder.rglob("*")} == {0}


UNKNOWN_USER = 54_321


def test_errors_that_nobody_can_read() -> None:
    script = "import sys; from replay_gui.__main__ import main as do\n"
    script += "sys.exit(do(['info', 'none']) * 16 + do(['verify', '-x']))"
    words = [sys.executable, "-c", script]
    with open("/dev/full", "wb") as full:
        assert run(words, BUFFERED, stdout=full, stderr=full).returncode == 2 * 16 + 2
    assert run(["sh", "-c", 'exec "$@" >&- 2>&-', "sh", *words], BUFFERED).returncode == 2 * 16 + 2


def test_an_interruption_while_the_program_is_imported() -> None:
    find = "def f(name, path=None, target=None):\n    if name == 'replay_gui.cli': raise KeyboardInterrupt\n"
    put = "sys.meta_path.insert(0, type('F', (), {'find_spec': staticmethod(f)}))"
    script = f"{find}import replay_gui.__main__ as m, sys; {put}; sys.exit(m.main(['--help']))"
    done = run([sys.executable, "-c", script], {}, capture_output=True)
    assert done.returncode == 128 + signal.SIGINT
    assert done.stderr == b""


def test_an_interruption_while_qt_is_imported(tmp_path: Path) -> None:
    find = (
        "def f(name, path=None, target=None):\n    if name == 'PySide6.QtWidgets': signal.raise_signal(signal.SIGINT)\n"
    )
    put = "sys.meta_path.insert(0, type('F', (), {'find_spec': staticmethod(f)}))"
    script = f"{find}import replay_gui.__main__ as m, signal, sys; {put}; code = m.main([])\n"
    script += "print('replay_gui.windows.main_window' in sys.modules); sys.exit(code)"
    folders: dict[str, str | None] = {f"XDG_{name}_HOME": str(tmp_path) for name in ("CACHE", "CONFIG", "DATA")}
    done = run([sys.executable, "-c", script], folders, capture_output=True)
    assert done.returncode == 128 + signal.SIGINT
    assert done.stdout == b"True\n", "what is being imported is imported to its end"
    assert b"error" not in done.stderr.lower()
    assert b"Traceback" not in done.stderr


MORE_THAN_A_PIPE_HOLDS = 1 << 20  # bytes
NO_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{0}/none</dir><cachedir>{0}/cache</cachedir></fontconfig>"""


def test_without_any_font_of_the_system_the_window_has_its_own(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "fonts.conf").write_text(NO_FONTS.format(tmp_path))
    sizes = list[int]()
    empty = {"QT_QPA_FONTDIR": str(tmp_path / "none")}
    settings: list[dict[str, str | None]] = [
        {},
        {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), **empty},
        {"FONTCONFIG_FILE": "/nonexistent", **empty},
    ]
    for number, changes in enumerate(settings):
        picture = tmp_path / f"{number}.png"
        words = [*PROGRAM, "--screenshot", str(picture), "--size", "640x480"]
        done = run(words, changes, capture_output=True)
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr
        sizes.append(picture.stat().st_size)
    with_fonts, *without = sizes
    for size in without:
        assert abs(with_fonts - size) < with_fonts / 10, "the words are there"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_no_temporary_files(tmp_path: Path, number: signal.Signals) -> None:
    words = [*PROGRAM, "info", "-"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        words, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        process.stdin.write(bytes(MORE_THAN_A_PIPE_HOLDS))  # it ends once the program has begun to keep it
        assert list(tmp_path.glob("*/stdin"))
        process.send_signal(number)
        assert process.wait(60) == 128 + number
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert list(tmp_path.iterdir()) == []
