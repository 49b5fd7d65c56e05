"""What a program that imports this package finds."""

from __future__ import annotations

import inspect
from importlib.metadata import version
from pathlib import Path

import pytest

import replay_gui
from replay_gui import importing
from replay_gui.core import errors


def test_every_error_is_public() -> None:
    classes = {name for name, value in vars(errors).items() if inspect.isclass(value)}
    assert classes <= set(replay_gui.__all__)


@pytest.mark.parametrize("name", replay_gui.__all__)
def test_a_public_name_is_there_and_explained(name: str) -> None:
    value = getattr(replay_gui, name)
    assert name == "__version__" or inspect.getdoc(value)


@pytest.mark.parametrize("name", importing.__all__)
def test_a_name_for_importers_is_there_and_explained(name: str) -> None:
    assert inspect.getdoc(getattr(importing, name))


@pytest.mark.parametrize("name", [name for name in replay_gui.__all__ if name != "__version__"])
def test_each_public_method_is_explained(name: str) -> None:
    methods = inspect.getmembers(getattr(replay_gui, name), inspect.isfunction)
    bare = [method for method, value in methods if not method.startswith("_") and not value.__doc__]
    assert not bare


def test_the_version_is_that_of_the_package() -> None:
    assert replay_gui.__version__ == version("replay-gui")


def test_the_package_is_typed() -> None:
    assert Path(replay_gui.__file__).with_name("py.typed").is_file()
