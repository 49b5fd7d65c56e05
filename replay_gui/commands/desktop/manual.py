"""Manual pages, in the man macros of roff, made from the parsers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from replay_gui.commands.desktop.words import Argument, CommandWords, Value
from replay_gui.commands.parsers import PROGRAM
from replay_gui.version import VERSION

_EXIT_STATUS = {"0": "It was done."}
_FAILED = {
    "2": "The command could not do it: usage, unreadable file, unknown format.",
    "130": "Interrupted.",
}
_EXIT_STATUS_OF = {
    "": {"0": "The window was closed, or the picture was saved."},
    "record": {"N": "That of the agent, where something was recorded."},
    "rerun": {
        "N": "That of the agent, where every request was as recorded.",
        "1": "A request differs. With --bisect, 0 is as recorded, and 125 means that the run is not possible.",
    },
    "verify": {
        "0": "Nothing is wrong.",
        "1": "A run is INVALID, does not fit its anchor, or is not what --strict asks for.",
    },
    "diff": {"0": "The runs are equal in what is compared.", "1": "They differ."},
    "receive": {"0": "It was stopped.", "1": "It was stopped, and a trace could not be written as a log."},
}
"""What the commands return that can find something."""


def manual_pages(commands: Sequence[CommandWords]) -> dict[str, str]:
    """Return the page of the window and of every command, by the name of its file."""
    return {f"{_page_name(command)}.1": "\n".join(_page(command, commands)) + "\n" for command in commands}


def _page(command: CommandWords, commands: Sequence[CommandWords]) -> Iterator[str]:
    yield f'.TH {_text(_page_name(command).upper())} 1 "" "{PROGRAM} {VERSION}" "{PROGRAM}"'
    yield ".SH NAME"
    yield f"{_text(_page_name(command))} \\- {_text(command.about)}"
    yield ".SH SYNOPSIS"
    yield from _synopsis(command)
    if not command.name:
        yield f".br\n.B {_text(PROGRAM)}\n\\fICOMMAND\\fR ..."
    yield ".SH DESCRIPTION"
    yield _line(f"{command.about[0].upper()}{command.about[1:]}.")
    for line in command.notes.splitlines():
        yield ".PP" if not line.strip() else _line(line)
    for title, arguments in command.groups:
        yield f".SH {_text(title.removeprefix('positional ').upper())}"
        for argument in arguments:
            yield from (".TP", _head(argument), _line(_sentence(argument.about)))
    named = [other for other in commands if other.name]
    if not command.name:
        yield ".SH COMMANDS"
        for other in named:
            yield from (".TP", f"\\fB{_text(_page_name(other))}\\fR(1)", _line(_sentence(other.about)))
    yield ".SH EXIT STATUS"
    for code, meaning in (_EXIT_STATUS_OF.get(command.name, _EXIT_STATUS) | _FAILED).items():
        yield from (".TP", f".B {code}", _line(meaning))
    yield ".SH SEE ALSO"
    yield ", ".join(f"\\fB{_text(_page_name(other))}\\fR(1)" for other in commands if other.name != command.name)


def _synopsis(command: CommandWords) -> Iterator[str]:
    yield f".B {_text(command.full_name)}"
    for argument in (*command.options, *command.places):
        if argument.flags:
            words = " ".join([f"\\fB{_text(argument.flags[0])}\\fR", *map(_value, argument.values)])
        else:
            words = ("\\-\\- " if command.starts_another and argument is command.places[-1] else "") + _value(
                argument.values[0]
            )
        if argument.repeated:
            words += " ..."
        yield words if argument.required else f"[{words}]"


def _head(argument: Argument) -> str:
    values = "".join(f" {_value(value)}" for value in argument.values)
    if not argument.flags:
        return values.strip()
    return ", ".join(f"\\fB{_text(flag)}\\fR{values}" for flag in argument.flags)


def _value(value: Value) -> str:
    return f"\\fI{_text(value.name)}\\fR"


def _page_name(command: CommandWords) -> str:
    return command.full_name.replace(" ", "-")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "!", "?")) else ".")


def _line(text: str) -> str:
    """Return text that is safe at the beginning of a line, where . and ' are requests."""
    escaped = _text(text.strip())
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _text(text: str) -> str:
    return text.replace("\\", "\\e").replace("-", "\\-")
