"""desktop: add the program to the menus of the user's desktop, or remove it."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from replay_gui.commands.desktop.desktop_files import MIME_TYPE, NoDesktop, desktop_files
from replay_gui.commands.desktop.installation import Changes, install, remove
from replay_gui.commands.parsers import PROGRAM
from replay_gui.commands.runs import EXIT_FAILED, EXIT_GOOD
from replay_gui.commands.terminal import print_error, print_line, print_note
from replay_gui.core.path_kinds import is_file, is_folder
from replay_gui.core.text.given_paths import home_folder
from replay_gui.core.text.wording import plural

_UPDATES = (("update-mime-database", "mime"), ("update-desktop-database", "applications"))
"""What reads the installed files into the caches that desktops use, and the folder that it is given."""
_UPDATE_TIMEOUT_SECONDS = 60  # it may read the types of a whole system


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("action", choices=("install", "remove"), help="what to do")
    parser.epilog = (
        f"It writes an entry for menus, icons, the file type {MIME_TYPE} and its thumbnailer,\n"
        "manual pages, and completion for bash and fish, to XDG_DATA_HOME (~/.local/share). remove takes away what\n"
        "was installed and is unchanged."
    )


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if not sys.platform.startswith(("linux", "freebsd")):
        raise NoDesktop("desktop is for desktops that follow freedesktop.org, and this system has none")
    folder = _data_folder()
    if args.action == "install":
        program = program_path()
        changes = install(folder, desktop_files(str(program)))
        print_line(f"{folder}: {plural(len(changes.done), 'file')} for menus, file managers, man and shells installed")
        print_line(f"  they start {program}")
    else:
        changes = remove(folder)
        print_line(f"{folder}: {plural(len(changes.done), 'file')} removed")
    _update_caches(folder, changes)
    for problem in changes.problems:
        print_error(problem)
    return EXIT_FAILED if changes.problems else EXIT_GOOD


def program_path() -> Path:
    """Return the path by which menus start this program.

    Raises:
        NoDesktop: there is no permanent path.
    """
    own = Path(sysconfig.get_path("scripts"), PROGRAM)
    found = shutil.which(PROGRAM)
    if not is_file(own):
        raise NoDesktop(f"{own}: there is no such program for menus to start; install the package")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path(home_folder(), ".cache"))
    if own.is_relative_to(cache) or ".cache" in own.parts:
        raise NoDesktop(
            f"{own}: is in a cache, which can be emptied at any time; use uv tool install or pipx install first"
        )
    if found is not None and Path(found).resolve() == own.resolve():
        return Path(found).absolute()  # the name that does not change when uv or pipx install a newer version
    return own


def _data_folder() -> Path:
    """Return the user's folder for data, by the XDG Base Directory Specification."""
    named = Path(os.environ.get("XDG_DATA_HOME", ""))
    folder = named if named.is_absolute() else Path(home_folder(), ".local", "share")
    if not folder.is_absolute():
        raise NoDesktop("there is no home folder for what is installed; set HOME or XDG_DATA_HOME")
    return folder


def _update_caches(folder: Path, changes: Changes) -> None:
    """Update the desktop's caches, if its programs for that are installed."""
    for program, place in _UPDATES:
        if not any(name.startswith(f"{place}/") for name in changes.done):
            continue
        command = shutil.which(program)
        if command is None:
            print_note(f"{program} is not installed; desktops may not see the change until it has run")
            continue
        try:
            done = subprocess.run(
                [command, str(folder / place)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=_UPDATE_TIMEOUT_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as why:
            print_note(f"{program} failed, and desktops may not see the change: {why}")
            continue
        if done.returncode:
            message = done.stderr.decode(errors="replace").strip().replace("\n", " ")
            print_note(f"{program} failed, and desktops may not see the change: {message}")
    icons = folder / "icons" / "hicolor"
    if is_folder(icons):
        os.utime(icons)  # shows a desktop that its cache of icons is old
