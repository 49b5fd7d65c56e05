"""The files that integrate the program into a desktop and the shells."""

from __future__ import annotations

from replay_gui.commands.desktop.bash import bash_completion
from replay_gui.commands.desktop.fish import fish_completion
from replay_gui.commands.desktop.manual import manual_pages
from replay_gui.commands.desktop.words import window_and_commands
from replay_gui.commands.parsers import PROGRAM
from replay_gui.core.errors import ReplayError
from replay_gui.core.resource_paths import resources

MIME_TYPE = "application/x-replay-log"
_COMPONENT = "local.replay_gui.replay_gui"
_FILES = {
    f"applications/{PROGRAM}.desktop": f"{PROGRAM}.desktop",
    f"thumbnailers/{PROGRAM}.thumbnailer": f"{PROGRAM}.thumbnailer",
    f"mime/packages/{PROGRAM}.xml": f"{PROGRAM}.xml",
    f"metainfo/{_COMPONENT}.metainfo.xml": f"{PROGRAM}.metainfo.xml",
    f"icons/hicolor/scalable/apps/{PROGRAM}.svg": f"icons/{PROGRAM}.svg",
    f"icons/hicolor/symbolic/apps/{PROGRAM}-symbolic.svg": f"icons/{PROGRAM}-symbolic.svg",
    "icons/hicolor/scalable/mimetypes/application-x-replay-log.svg": "icons/application-x-replay-log.svg",
}
"""Where a file belongs, and its name in resources/desktop."""
_RESERVED = frozenset(" \t\"'\\><~|&;$*?#()`")
_ESCAPED = frozenset('"`$\\')


class NoDesktop(ReplayError):
    """The program cannot be put into the menus of this system."""


def desktop_files(program: str) -> dict[str, bytes]:
    """Return each file by its path below a folder of data, such as ~/.local/share or /usr/share; imports Qt.

    Args:
        program: the path of the program, or its name if it is on the PATH of all users.

    Raises:
        NoDesktop: the path cannot be written into an entry of a menu.
    """
    from replay_gui.look.program_icon import SIDES, program_icon_png

    words = {b"@EXEC@": exec_word(program).encode(), b"@TRY_EXEC@": _key_file_text(program).encode()}
    files = {}
    for place, name in _FILES.items():
        data = (resources() / "desktop" / name).read_bytes()
        for mark, word in words.items():
            data = data.replace(mark, word)
        files[place] = data
    for side in SIDES:
        files[f"icons/hicolor/{side}x{side}/apps/{PROGRAM}.png"] = program_icon_png(side)
    commands = window_and_commands()
    for name, page in manual_pages(commands).items():
        files[f"man/man1/{name}"] = page.encode()
    files[f"bash-completion/completions/{PROGRAM}"] = bash_completion(commands).encode()
    files[f"fish/vendor_completions.d/{PROGRAM}.fish"] = fish_completion(commands).encode()
    return files


def exec_word(program: str) -> str:
    """Return a program as the first word of Exec in an entry of a menu, quoted by the specification.

    Raises:
        NoDesktop: the path has a character that is not possible there.
    """
    if "=" in program or not program.isprintable():
        raise NoDesktop(f"{program}: no entry of a menu can start a program whose path has = or a control character")
    word = program.replace("%", "%%")
    if _RESERVED & set(word):
        word = '"' + "".join(f"\\{character}" if character in _ESCAPED else character for character in word) + '"'
    return _key_file_text(word)


def _key_file_text(text: str) -> str:
    return text.replace("\\", "\\\\")
