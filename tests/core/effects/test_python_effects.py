"""The effect of Python texts, by their syntax tree."""

from __future__ import annotations

import pytest

from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.python_effects import python_effect


@pytest.mark.parametrize(
    ("text", "effect", "targets"),
    [
        ("open('a.txt', 'w').write('x')", Effect.CHANGES, ("a.txt",)),
        ("with open('a.txt', mode='r+') as f: pass", Effect.CHANGES, ("a.txt",)),
        ("import pathlib\npathlib.Path('b').unlink()", Effect.CHANGES, ("b",)),
        ("import shutil\nshutil.rmtree('c')", Effect.CHANGES, ("c",)),
        ("frame.to_csv('d.csv')", Effect.CHANGES, ("d.csv",)),
        ("print(open('a.txt').read())", Effect.CHECKS, ()),
        ("# open('a', 'w')\nprint('open(x, \"w\")')", Effect.CHECKS, ()),
        ("%matplotlib inline\n!ls\nprint(1)", Effect.CHECKS, ()),
        ("text = '\\d'", Effect.CHECKS, ()),
        ("def broken(:", Effect.UNKNOWN, ()),
        ("(" * 50_000, Effect.UNKNOWN, ()),
        ("\x00", Effect.UNKNOWN, ()),
    ],
)
def test_what_writes_changes(text: str, effect: Effect, targets: tuple[str, ...]) -> None:
    finding, shell = python_effect(text)
    assert (finding.effect, finding.targets, shell) == (effect, targets, [])


def test_the_commands_that_it_runs_are_told() -> None:
    text = "import os, subprocess\nos.system('rm a')\nsubprocess.run(['git', 'push'], check=True)\nos.system(name)"
    assert python_effect(text)[1] == ["rm a", "git push"]
