"""Completion for bash: a script that is made from the parsers."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from replay_gui.commands.desktop.words import Argument, CommandWords, Value

_SCRIPT = """\
# bash completion for replay-gui; made by: replay-gui completion bash

# The kinds of the values that follow an option: file, folder, text, or all that a value can be, by commas.
_replay_gui_values() {
    case $1 in
%(values)s
    esac
}

# The kinds of the arguments that are known by their place; one that ends with * holds for all that follow.
_replay_gui_places() {
    case $1 in
%(places)s
    esac
}

_replay_gui_options() {
    case $1 in
%(options)s
    esac
}

_replay_gui_add() {
    local found
    while IFS= read -r found; do COMPREPLY+=("$found"); done
}

_replay_gui_offer() {
    case $1 in
        file) compopt -o filenames 2>/dev/null; _replay_gui_add < <(compgen -f -- "$2") ;;
        folder) compopt -o filenames 2>/dev/null; _replay_gui_add < <(compgen -d -- "$2") ;;
        text) ;;
        *) _replay_gui_add < <(compgen -W "${1//,/ }" -- "$2") ;;
    esac
}

_replay_gui() {
    local current=${COMP_WORDS[COMP_CWORD]} command= first=1 index word place=0
    local -a pending=() places=()
    COMPREPLY=()
    if ((COMP_CWORD > 1)); then
        case ${COMP_WORDS[1]} in
            %(names)s) command=${COMP_WORDS[1]} first=2 ;;
        esac
    fi
    for ((index = first; index < COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        if [[ $word == = ]]; then
            continue # bash splits --option=value there
        elif ((${#pending[@]})); then
            pending=("${pending[@]:1}")
        elif [[ $word == -- ]]; then
            break
        elif [[ $word == -* ]]; then
            read -r -a pending < <(_replay_gui_values "$command:$word")
        else
            ((place++))
        fi
    done
    [[ $current == = ]] && current=
    if [[ $word == -- && index -lt COMP_CWORD ]]; then
        case $command in
            %(starters)s)
                if declare -F _command_offset >/dev/null; then
                    _command_offset $((index + 1))
                elif ((index + 1 == COMP_CWORD)); then
                    _replay_gui_add < <(compgen -c -- "$current")
                else
                    _replay_gui_offer file "$current"
                fi
                ;;
            *) _replay_gui_offer file "$current" ;;
        esac
    elif ((${#pending[@]})); then
        _replay_gui_offer "${pending[0]}" "$current"
    elif [[ $current == -* ]]; then
        _replay_gui_add < <(compgen -W "$(_replay_gui_options "$command")" -- "$current")
    else
        read -r -a places < <(_replay_gui_places "$command")
        while ((place > 0 && ${#places[@]} > 0)) && [[ ${places[0]} != *\\* ]]; do
            places=("${places[@]:1}")
            ((place--))
        done
        ((${#places[@]})) && _replay_gui_offer "${places[0]%%\\*}" "$current"
        if ((COMP_CWORD == 1)); then
            _replay_gui_add < <(compgen -W '%(commands)s' -- "$current")
        fi
    fi
} && complete -F _replay_gui replay-gui
"""


def bash_completion(commands: Sequence[CommandWords]) -> str:
    """Return the script; `commands`: the window and every command."""
    names = [command.name for command in commands if command.name]
    return _SCRIPT % {
        "values": "\n".join(case for command in commands for case in _value_cases(command)),
        "places": "\n".join(_case(command.name, " ".join(map(_place, command.places))) for command in commands),
        "options": "\n".join(_case(command.name, " ".join(_flags(command))) for command in commands),
        "names": " | ".join(names),
        "starters": " | ".join(command.name for command in commands if command.starts_another),
        "commands": " ".join(names),
    }


def _value_cases(command: CommandWords) -> list[str]:
    return [
        _case(f"{command.name}:{flag}", " ".join(map(_kind, option.values)))
        for option in command.options
        for flag in option.flags
        if option.values
    ]


def _case(pattern: str, answer: str) -> str:
    return f"        {shlex.quote(pattern)}) printf '%s\\n' {shlex.quote(answer)} ;;"


def _flags(command: CommandWords) -> list[str]:
    return [flag for option in command.options for flag in option.flags]


def _place(argument: Argument) -> str:
    return _kind(argument.values[0]) + ("*" if argument.repeated else "")


def _kind(value: Value) -> str:
    if value.choices:
        return ",".join(value.choices)
    return "file" if value.is_file else "folder" if value.is_folder else "text"
