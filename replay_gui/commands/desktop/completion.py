"""completion: print the script with which a shell completes the program's commands and options."""

from __future__ import annotations

import argparse

from replay_gui.commands.desktop.bash import bash_completion
from replay_gui.commands.desktop.fish import fish_completion
from replay_gui.commands.desktop.words import window_and_commands
from replay_gui.commands.desktop.zsh import zsh_completion
from replay_gui.commands.runs import EXIT_GOOD
from replay_gui.commands.terminal import print_visible_text

SHELLS = {"bash": bash_completion, "zsh": zsh_completion, "fish": fish_completion}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("shell", metavar="SHELL", choices=tuple(SHELLS), help="bash, zsh or fish")
    parser.epilog = (
        'In ~/.bashrc: eval "$(replay-gui completion bash)". In ~/.zshrc, after compinit: '
        'eval "$(replay-gui completion zsh)".\n'
        "In ~/.config/fish/config.fish: replay-gui completion fish | source. "
        "replay-gui desktop install does it for bash and fish."
    )


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    print_visible_text(SHELLS[args.shell](window_and_commands()).rstrip("\n"))
    return EXIT_GOOD
