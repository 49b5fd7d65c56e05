"""Completion for zsh: a script that is made from the parsers."""

from __future__ import annotations

from collections.abc import Sequence

from replay_gui.commands.desktop.words import Argument, CommandWords, Value

_SCRIPT = """\
#compdef replay-gui
# made by: replay-gui completion zsh

_replay-gui() {
    local curcontext=$curcontext state line dashes=${words[(i)--]}
    typeset -A opt_args
    if ((dashes < CURRENT)) && [[ $words[2] == (%(starters)s) ]]; then
        shift dashes words
        ((CURRENT -= dashes))
        _normal
        return
    fi
    local -a commands=(
%(commands)s
    )
    if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
        _describe -t commands command commands
        _files
        return
    fi
    case $words[2] in
%(cases)s
    esac
}

if [[ $funcstack[1] == _replay-gui ]]; then
    _replay-gui "$@"
else
    compdef _replay-gui replay-gui
fi
"""


def zsh_completion(commands: Sequence[CommandWords]) -> str:
    """Return the script; `commands`: the window and every command."""
    named = [command for command in commands if command.name]
    return _SCRIPT % {
        "starters": "|".join(command.name for command in commands if command.starts_another),
        "commands": "\n".join(f"        {_quoted(f'{command.name}:{command.about}')}" for command in named),
        "cases": "\n".join(_case(command) for command in [*named, *(c for c in commands if not c.name)]),
    }


def _case(command: CommandWords) -> str:
    specs = [spec for option in command.options for spec in _option(option)]
    specs += [_place(number, place) for number, place in enumerate(command.places, 1)]
    shift = "shift words; ((CURRENT--)); " if command.name else ""
    lines = " \\\n                ".join(specs)
    return (
        f"        {command.name or '*'})\n            {shift}_arguments -S \\\n                {lines}\n            ;;"
    )


def _option(option: Argument) -> list[str]:
    values = "".join(f":{_escaped(value.name)}:{_action(value)}" for value in option.values)
    excluded = "" if option.repeated or len(option.flags) < 2 else f"({' '.join(option.flags)})"
    again = "*" if option.repeated else ""
    return [_quoted(f"{excluded}{again}{flag}[{_escaped(option.about)}]{values}") for flag in option.flags]


def _place(number: int, place: Argument) -> str:
    value = place.values[0]
    where = "*" if place.repeated else f"{number}" if place.required else f"{number}:"
    return _quoted(f"{where}:{value.name}:{_action(value)}")


def _action(value: Value) -> str:
    if value.choices:
        return f"({' '.join(value.choices)})"
    return "_files" if value.is_file else "_files -/" if value.is_folder else " "


def _escaped(text: str) -> str:
    for character in "\\[]:":
        text = text.replace(character, f"\\{character}")
    return text


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
