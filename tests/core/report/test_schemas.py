"""SARIF and JUnit files are what their official schemas say; see tests/data/schemas/README.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from replay_gui.cli import main
from replay_gui.samples import write_samples
from tests.helpers.hostile import write_hostile
from tests.helpers.logs import damage, write_log
from tests.helpers.paths import DATA

_SCHEMAS = DATA / "schemas"


@pytest.fixture(scope="module")
def sarif() -> Any:
    """The validator of SARIF; its library is imported only where these tests run."""
    import jsonschema

    schema = json.loads((_SCHEMAS / "sarif-2.1.0.json").read_text())
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


@pytest.fixture(scope="module")
def junit() -> Any:
    """The schema of JUnit; its library is imported only where these tests run."""
    import xmlschema

    return xmlschema.XMLSchema(str(_SCHEMAS / "junit-10.xsd"))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Commands, by what they report on."""
    folder = tmp_path_factory.mktemp("reports & <runs>")
    valid, damaged = write_log(folder / "valid.rlog"), write_log(folder / "damaged.rlog")
    damage(damaged)
    hostile, other = write_hostile(folder / "h \u202e#%41.rlog"), write_hostile(folder / "o.rlog", "otherwise")
    torn = folder / "torn.rlog"
    torn.write_bytes(valid.read_bytes()[:-100])
    absent = folder / "absent.rlog"
    samples = write_samples(folder / "samples")
    return {
        "valid": ["verify", str(valid)],
        "damaged": ["verify", str(damaged)],
        "hostile": ["verify", str(hostile)],
        "torn": ["verify", "--strict", str(torn)],
        "several": ["verify", str(valid), str(damaged), str(absent), str(hostile)],
        "unread": ["verify", str(absent)],
        "diverged": ["diff", *map(str, samples[:2])],
        "hostile, diverged": ["diff", str(hostile), str(other)],
        "same": ["diff", str(valid), str(valid)],
    }


NAMES = ["valid", "damaged", "hostile", "torn", "several", "unread", "diverged", "hostile, diverged", "same"]


def made(runs: dict[str, list[str]], name: str, file: Path) -> bytes:
    main([*runs[name], "--report", str(file)])
    return file.read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_sarif(sarif: Any, runs: dict[str, list[str]], name: str, tmp_path: Path) -> None:
    value: Any = json.loads(made(runs, name, tmp_path / "report.sarif"))
    assert [f"{list(error.absolute_path)}: {error.message}" for error in sarif.iter_errors(value)] == []
    rules = value["runs"][0]["tool"]["driver"]["rules"]
    for result in value["runs"][0]["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


@pytest.mark.parametrize("name", NAMES)
def test_junit(junit: Any, runs: dict[str, list[str]], name: str, tmp_path: Path) -> None:
    root = ElementTree.fromstring(made(runs, name, tmp_path / "report.xml"))
    assert [f"{error.path}: {error.reason}" for error in junit.iter_errors(root)] == []


def test_the_schemas_can_say_no(sarif: Any, junit: Any) -> None:
    assert list(sarif.iter_errors({"version": "2.1.0", "runs": [{}]}))
    assert list(junit.iter_errors(ElementTree.fromstring("<testsuites><testcase/></testsuites>")))
