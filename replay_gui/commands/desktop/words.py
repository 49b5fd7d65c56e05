"""The data of the parsers on each command, for the shells and the manual."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from replay_gui.commands.parsers import COMMANDS, PROGRAM, command_module, command_parser

_FOLDERS = frozenset({"FOLDER", "CATALOGUE"})
_NO_FILES = frozenset(
    {"ADDRESS", "AFTER", "BEFORE", "EVENT", "EXPR", "FACT", "KIND", "MB", "N", "NAME", "P", "POINTER", "PORT"}
    | {"POSITION", "QUERY", "SECONDS", "TOOL", "VALUE", "WHAT", "WxH"}
)
"""Metavars of what is typed by hand. All others name files."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an option, or of an argument without one; `choices`: its possible values, if there are few."""

    name: str
    choices: tuple[str, ...]

    @property
    def is_file(self) -> bool:
        """Whether it is the path of a file, which may be in a folder."""
        return not self.choices and self.name not in _FOLDERS | _NO_FILES

    @property
    def is_folder(self) -> bool:
        """Whether it is the path of a folder."""
        return not self.choices and self.name in _FOLDERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """An option, or a positional argument, which has no flags.

    Attributes:
        flags: such as -o and --output. values: the following values, in order. about: a sentence that describes it.
        required: whether it must be given. repeated: whether it may be given again; without flags, whether it takes
        all remaining words.
    """

    flags: tuple[str, ...]
    values: tuple[Value, ...]
    about: str
    required: bool
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandWords:
    """A command; `name` is empty for the window.

    Attributes:
        about: a description without a full stop. groups: (title, its arguments), in the order of --help.
        notes: the text at the end of --help, "" for none.
    """

    name: str
    about: str
    groups: tuple[tuple[str, tuple[Argument, ...]], ...]
    notes: str

    @property
    def full_name(self) -> str:
        """The words that start it."""
        return f"{PROGRAM} {self.name}".strip()

    @property
    def options(self) -> list[Argument]:
        """All options, in the order of --help."""
        return [argument for _, arguments in self.groups for argument in arguments if argument.flags]

    @property
    def places(self) -> list[Argument]:
        """The positional arguments."""
        return [argument for _, arguments in self.groups for argument in arguments if not argument.flags]

    @property
    def starts_another(self) -> bool:
        """Return whether the words after -- are another command."""
        return bool(self.places) and self.places[-1].values[0].name == "COMMAND"


def window_and_commands() -> list[CommandWords]:
    """Return the window and every command; this imports all their modules."""
    return [_command(name) for name in (None, *COMMANDS)]


def _command(name: str | None) -> CommandWords:
    parser = command_parser(name, command_module(name))
    about = (parser.description or "").removesuffix(".")
    return CommandWords(
        name=name or "",
        about=about[0].lower() + about[1:],
        groups=tuple(_groups(parser)),
        notes=(parser.epilog or "") if name is not None else "",  # the window's epilog lists the commands
    )


def _groups(parser: argparse.ArgumentParser) -> Iterator[tuple[str, tuple[Argument, ...]]]:
    formatter = parser._get_formatter()  # argparse has no public way to read a parser
    for group in parser._action_groups:
        arguments = tuple(_argument(action, formatter._expand_help(action)) for action in group._group_actions)
        if arguments:
            yield group.title or "", arguments


def _argument(action: argparse.Action, about: str) -> Argument:
    flags = tuple(action.option_strings)
    return Argument(
        flags=flags,
        values=_values(action),
        about=about,
        required=action.required and (bool(flags) or action.nargs not in ("*", "?")),
        repeated=isinstance(action, argparse._AppendAction) if flags else action.nargs in ("*", "+"),
    )


def _values(action: argparse.Action) -> tuple[Value, ...]:
    if action.nargs == 0:
        return ()
    choices = tuple(map(str, action.choices or ()))
    names = action.metavar if isinstance(action.metavar, tuple) else (action.metavar,)
    return tuple(Value(name or "{" + ",".join(choices) + "}", choices) for name in names)
