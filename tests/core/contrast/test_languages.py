"""Many runs in another language: what is kept of a run is the same, and what is shown of it is a message."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from replay_gui import Recorder
from replay_gui.core.contrast.call_rules import UsedRules
from replay_gui.core.contrast.consensus import consensus
from replay_gui.core.contrast.contrast import contrast_runs
from replay_gui.core.contrast.features.feature import Feature, FeatureKind
from replay_gui.core.contrast.features.feature_words import feature_words
from replay_gui.core.contrast.kept_profiles import ProfileCache
from replay_gui.core.contrast.passed_expression import passed_judge
from replay_gui.core.contrast.profiling import profiles, run_files
from replay_gui.core.contrast.versions import difference_words, version_change, version_differences
from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.core.errors import NotesRefused
from replay_gui.core.log.kinds import END
from tests.core.contrast.conftest import Evaluation, ReadFiles
from tests.core.translation.languages import ACCENTED, in_language, is_message
from tests.helpers.evaluations.evaluation_logs import write_versions


def _write_stopped(path: Path) -> Path:
    """Record a run with a loop and an error that the user ended."""
    with Recorder(path, "desk", "1", {"model": "m"}, run_id="stopped") as run:
        for _ in range(3):
            run.tool_response(run.tool_request("send_note", {"to": "x12345", "text": "a b"}), "sent")
        run.tool_response(run.tool_request("get_note", {"id": "y12345"}), None, success=False, error="not found")
        run.tool_response(run.tool_request("bash", {"command": 'python -c \'open("a.py", "w")\''}), "")
        run.append(END, {"how": "stopped by user", "why": "user_cancelled"})
    return path


def test_what_is_kept_of_a_run_is_the_same_in_each_language(tmp_path: Path) -> None:
    files = run_files(str(_write_stopped(tmp_path / "run.rlog")), str(tmp_path / "conversions"))
    english = list(profiles(files))
    with in_language(ACCENTED):
        cache = ProfileCache(tmp_path / "profiles")
        other = list(profiles(files, cache=cache))
    assert msgspec.json.encode(other) == msgspec.json.encode(english)
    assert list(profiles(files, cache=cache)) == english
    ends = [held.feature for held in english[0].features if held.feature.kind == FeatureKind.END]
    assert [feature_words(end) for end in ends] == ["ended: stopped by user (the user cancelled it)"]
    with in_language(ACCENTED):
        assert feature_words(ends[0]).count("[") == 3


@pytest.mark.parametrize("kind", FeatureKind)
def test_each_feature_is_a_message(kind: FeatureKind) -> None:
    feature = Feature(kind=kind, tool="send", path="events", value="x", number=2)
    english = feature_words(feature)
    with in_language(ACCENTED):
        assert is_message(feature_words(feature))
    assert not is_message(english)


def test_what_is_concluded_is_a_message(evaluation: Evaluation) -> None:
    runs = evaluation.runs
    with in_language(ACCENTED):
        contrast = contrast_runs(runs)
        agreement = consensus(runs, range(len(runs)))
        texts = [contrast.separation.note, agreement.same_words, *agreement.shared]
        texts += [separator.sentence for separator in contrast.separation.separators]
        texts += [words for separator in contrast.separation.separators for words in separator.also]
    assert len(texts) > 3
    assert [text for text in texts if not is_message(text)] == []


def test_the_change_of_versions_is_a_message(tmp_path: Path, read_files: ReadFiles) -> None:
    made = read_files(*sorted(write_versions(tmp_path / "versions").rglob("*.rlog")))
    half = len(made.runs) // 2
    before, after = range(half), range(half, len(made.runs))
    with in_language(ACCENTED):
        differences = version_differences(made.runs, before, after)
        texts = [version_change(made.runs, made.runs.outcomes, before, after).summary, differences.note]
        texts += map(difference_words, differences.separators)
    assert len(texts) > 2
    assert [text for text in texts if not is_message(text.replace(", ", ""))] == []


def test_rules_that_are_not_applied_are_known_by_the_same_words_in_each_language() -> None:
    rules = UsedRules(rules=(Rule(Action.TOLERANCE, tool="pay", path="/input/amount", abs=1.0),))
    english = rules.not_applied
    with in_language(ACCENTED):
        assert rules.not_applied == english
        assert is_message(rules.words("a.toml"))


def test_a_refused_expression_is_a_message() -> None:
    with in_language(ACCENTED):
        for expression in ("score >", "(score > 1", "score > 1 end", "colour = 1", "score > )", "score ~ 1"):
            with pytest.raises(NotesRefused) as refused:
                passed_judge(expression)
            assert is_message(str(refused.value)), expression
