"""Open the window, or save its picture to a file."""

from __future__ import annotations

import argparse
import glob
import os
import sys
import tempfile
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from replay_gui.commands.arguments import UsageError, position
from replay_gui.commands.runs import STANDARD_INPUT, add_format_argument, check_standard_input, readable_file
from replay_gui.commands.terminal import ProgressLine
from replay_gui.core.errors import LogUnreadable, ReplayError
from replay_gui.core.importers.run_choice import split_run
from replay_gui.core.path_kinds import is_folder
from replay_gui.core.text.json_pointer import split_pointer
from replay_gui.core.translation.messages import LANGUAGES
from replay_gui.core.translation.pseudo_languages import PSEUDO_LANGUAGES

if TYPE_CHECKING:
    from replay_gui.engine.files.stream_spool import StreamSpool

_SCREENSHOT_OPTIONS = ("size", "scale", "fit", "show")
_PATH_HELP = "the value of the state to choose, as a JSON Pointer such as /memory/plan"
_FOLLOW_HELP = "follow RUN while it grows, even if the settings do not; with -, show standard input while it comes"
_MAX_SIDE_PX = 16_384  # pixels per side


class NoWindow(ReplayError):
    """The window cannot be opened on this system."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument(
        "run", metavar="RUN", nargs="?", help="a log or another recognised file, a folder, or - for standard input"
    )
    parser.add_argument("other", metavar="OTHER", nargs="?", help="a second run, to compare the first one with")
    parser.add_argument(
        "more",
        metavar="MORE",
        nargs="*",
        help="more runs; more than two runs, a folder or a glob are shown as a page of many runs",
    )
    add_format_argument(parser)
    parser.add_argument("--demo", action="store_true", help="compare two bundled runs; with --show run, open the first")
    parser.add_argument("--at", metavar="POSITION", type=position, default=0, help="the position to start at")
    parser.add_argument("--path", metavar="POINTER", type=_keys, default=(), help=_PATH_HELP)
    parser.add_argument("--follow", action="store_true", help=_FOLLOW_HELP)
    parser.add_argument("--empty", action="store_true", help="open no run, and do not restore the last window")
    parser.add_argument("--theme", choices=("light", "dark", "auto"), help="the colours; auto follows the system")
    parser.add_argument("--language", metavar="TAG", type=_language, help="the language of the window, such as de")
    picture = parser.add_argument_group("save a picture instead of opening a window (needs no display)")
    picture.add_argument("--screenshot", metavar="FILE.png", type=_png, help="the file to save the picture to")
    picture.add_argument("--size", metavar="WxH", type=_size, help="size of the window in logical pixels")
    picture.add_argument("--scale", metavar="N", type=_scale, help="pixels of the picture per logical pixel")
    picture.add_argument(
        "--fit", metavar="N", type=_side, help="make the picture smaller, to at most N pixels on its longest side"
    )
    picture.add_argument("--show", choices=("welcome", "run", "compare", "report"), help="what the window shows")


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    problem = _usage_problem(args)
    if problem is not None:
        raise UsageError(problem)
    if args.screenshot is None:
        _check_display()
    else:
        from replay_gui.core.atomic_file import check_target

        check_target(args.screenshot, [split_run(name)[0] for name in _named(args)])
    many = _many(args)
    with ExitStack() as stack:
        path, spool = args.run, None
        if path == STANDARD_INPUT and args.follow:
            spool = stack.enter_context(_spooled_standard_input())
            path = str(spool.path)
        elif path == STANDARD_INPUT:
            path = stack.enter_context(readable_file(path))
        try:
            from replay_gui.app import WindowOptions, run_app

            progress = None
            if args.screenshot is not None:
                progress = stack.enter_context(ProgressLine(f"Reading {args.run or 'the samples'}")).show
            return run_app(
                WindowOptions(
                    path=None if many else path,
                    many=many,
                    demo=args.demo,
                    at=args.at,
                    theme=args.theme,
                    language=args.language,
                    screenshot=args.screenshot,
                    size=args.size,
                    scale=args.scale,
                    fit=args.fit,
                    show=args.show,
                    other=None if many else args.other,
                    format=args.format,
                    value=args.path,
                    follow=args.follow,
                    is_passing=args.run == STANDARD_INPUT,
                    spool=spool,
                    on_progress=progress,
                    restores=not (_named(args) or args.demo or args.empty or args.screenshot),
                )
            )
        except ImportError as why:
            raise NoWindow(f"the window cannot be opened on this system: {why}; install the missing package") from why


@contextmanager
def _spooled_standard_input() -> Iterator[StreamSpool]:
    """Copy standard input, while it comes, to a file that exists during the block."""
    from replay_gui.engine.files.stream_spool import StreamSpool

    check_standard_input()
    with tempfile.TemporaryDirectory(prefix="replay-gui-stdin-", ignore_cleanup_errors=True) as folder:
        try:
            spool = StreamSpool(sys.stdin.fileno(), Path(folder, "stdin"))  # the conversion records this name
        except OSError as why:
            raise LogUnreadable(f"{folder}: cannot be written: {why.strerror or why}") from None
        with closing(spool):
            yield spool


def _named(args: argparse.Namespace) -> list[str]:
    return [name for name in (args.run, args.other, *args.more) if name is not None]


def _many(args: argparse.Namespace) -> tuple[str, ...]:
    """Return the files of a page of many runs: more than two arguments, or the files of a glob; empty for no page."""
    if args.more:
        return tuple(_named(args))
    pattern = args.run
    if pattern is None or args.other is not None or not glob.has_magic(pattern) or os.path.lexists(pattern):
        return ()
    return tuple(sorted(glob.glob(pattern, recursive=True)))  # noqa: PTH207  a pattern may be absolute


def _usage_problem(args: argparse.Namespace) -> str | None:
    """Return a text on contradicting arguments, or None."""
    without_screenshot = [f"--{name}" for name in _SCREENSHOT_OPTIONS if getattr(args, name) is not None]
    if args.screenshot is None and without_screenshot:
        return f"{without_screenshot[0]} needs --screenshot"
    if args.size is not None and max(args.size) * (args.scale or 1) > _MAX_SIDE_PX:
        return f"--size times --scale must be at most {_MAX_SIDE_PX} pixels on each side"
    if args.demo and args.run is not None:
        return "--demo opens a bundled run; give --demo or RUN, not both"
    if args.empty and (args.demo or args.run is not None):
        return "--empty opens no run; give --empty or a run, not both"
    if args.follow and (args.run is None or args.other is not None or args.screenshot is not None):
        return "--follow shows one run in a window; give one RUN, and no picture"
    if args.path and (args.run is None or args.other is not None or is_folder(args.run)):
        return "--path chooses a value of one run; give one RUN"
    if args.format is not None and args.run is None:
        return "--format needs a RUN"
    if args.show is not None and args.run is not None and is_folder(args.run):
        return f"--show {args.show} shows a run; give a file, not a folder"
    if args.more and (args.show is not None or args.at or args.format is not None):
        return "--show, --at and --format are for one run or two; without them, all runs are shown as a page"
    has_run = args.demo or args.run is not None
    if args.show == "welcome" and has_run:
        return "--show welcome shows no run; give no RUN"
    if args.show in ("run", "report") and not has_run:
        return f"--show {args.show} needs a RUN, or --demo"
    if args.show == "compare" and not (args.demo or args.other is not None):
        return "--show compare needs two runs, or --demo"
    if args.show == "run" and args.other is not None:
        return "--show run shows one run; give no OTHER"
    return None


def _check_display() -> None:
    """Raise NoWindow if Qt would abort the process because there is no display."""
    needs_display = sys.platform.startswith(("linux", "freebsd"))
    if needs_display and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))):
        raise NoWindow("there is no display; --screenshot FILE.png saves a picture without one")


def _keys(text: str) -> tuple[str, ...]:
    try:
        return tuple(split_pointer(text))
    except ValueError as why:
        raise ArgumentTypeError(f"{text!r} is not a JSON Pointer: {why}") from None


def _png(text: str) -> str:
    if not text.lower().endswith(".png"):
        raise ArgumentTypeError(f"{text!r} does not end with .png")
    return text


def _size(text: str) -> tuple[int, int]:
    width, x, height = text.lower().partition("x")
    if not (x and width.isdecimal() and height.isdecimal() and len(text) < 12):
        raise ArgumentTypeError(f"{text!r} is not a size; write it as 1280x800")
    if not (1 <= int(width) <= _MAX_SIDE_PX and 1 <= int(height) <= _MAX_SIDE_PX):
        raise ArgumentTypeError(f"{text!r}: each side must be from 1 to {_MAX_SIDE_PX} pixels")
    return int(width), int(height)


def _language(tag: str) -> str:
    if tag not in LANGUAGES and tag not in PSEUDO_LANGUAGES:
        raise ArgumentTypeError(f"{tag!r}: the program is translated into {', '.join(LANGUAGES)}")
    return tag


def _side(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= _MAX_SIDE_PX):
        raise ArgumentTypeError(f"{text!r} is not a number of pixels from 1 to {_MAX_SIDE_PX}")
    return int(text)


def _scale(text: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0.5 <= scale <= 8:
        raise ArgumentTypeError(f"{text!r}: the scale must be from 0.5 to 8")
    return scale
