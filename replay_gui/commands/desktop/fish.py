"""Completion for fish: a script that is made from the parsers."""

from __future__ import annotations

from collections.abc import Sequence

from replay_gui.commands.desktop.words import Argument, CommandWords

_HEAD = """\
# fish completion for replay-gui; made by: replay-gui completion fish

function __replay_gui_is -d "Whether the command line is for the named command; without a name, for the window"
    set -l words (commandline -opc)
    contains -- -- $words; and return 1
    if test -n "$argv[1]"
        test (count $words) -gt 1; and test "$words[2]" = "$argv[1]"
    else
        test (count $words) -lt 2; or not contains -- "$words[2]" %(names)s
    end
end

function __replay_gui_is_first -d "Whether the first word is being typed"
    test (count (commandline -opc)) -eq 1
end

function __replay_gui_starts_another -d "Whether another program's command is being typed, after --"
    set -l words (commandline -opc)
    contains -- -- $words; and contains -- "$words[2]" %(starters)s
end

function __replay_gui_of_another
    set -l words (commandline -opc)
    set -l start (contains -i -- -- $words)
    set -e words[1..$start]
    complete -C (string join ' ' -- (string escape -- $words) (commandline -ct))
end

complete -c replay-gui -n __replay_gui_starts_another -x -a '(__replay_gui_of_another)'
"""


def fish_completion(commands: Sequence[CommandWords]) -> str:
    """Return the script; `commands`: the window and every command."""
    named = [command for command in commands if command.name]
    names = " ".join(command.name for command in named)
    starters = " ".join(command.name for command in commands if command.starts_another)
    first = "complete -c replay-gui -n __replay_gui_is_first -a"
    lines = [
        _HEAD % {"names": names, "starters": starters},
        *(f"{first} {command.name} -d {_quoted(command.about)}\n" for command in named),
    ]
    for command in commands:
        condition = _quoted(f"__replay_gui_is {command.name}".strip())
        lines += [f"complete -c replay-gui -n {condition} {_option(option)}\n" for option in command.options]
    return "".join(lines)


def _option(option: Argument) -> str:
    flags = [f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags]
    return " ".join([*flags, *_values(option), "-d", _quoted(option.about)])


def _values(option: Argument) -> list[str]:
    """Return the completion of the first value; fish regards a second one as an argument without an option."""
    if not option.values:
        return []
    value = option.values[0]
    if value.choices:
        return ["-x", "-a", _quoted(" ".join(value.choices))]
    if value.is_folder:
        return ["-x", "-a", "'(__fish_complete_directories)'"]
    return ["-r", "-F"] if value.is_file else ["-x"]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
