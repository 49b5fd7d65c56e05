"""The worker's part of an evaluation: what it lists, contrasts and keeps."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import msgspec
import pytest

from replay_gui.core.catalogue.indexing import index_batch
from replay_gui.core.catalogue.writing import write_catalogue
from replay_gui.core.errors import ReplayError
from replay_gui.engine.jobs.evaluation import evaluation_job
from replay_gui.engine.jobs.evaluation.evaluation_arguments import EvaluationArguments, FailureArguments
from replay_gui.engine.jobs.evaluation.evaluation_job import evaluate_runs
from replay_gui.engine.jobs.evaluation.evaluation_messages import RunsContrasted, RunsListed
from replay_gui.engine.jobs.evaluation.failures_job import compare_failures
from tests.helpers.evaluations.evaluation_logs import write_evaluation
from tests.helpers.evaluations.inline_evaluation import InlineContext


@pytest.fixture
def arguments(tmp_path: Path) -> EvaluationArguments:
    folder = write_evaluation(tmp_path / "runs")
    conversions, mappings = str(tmp_path / "conversions"), str(tmp_path / "mappings.json")
    return EvaluationArguments(
        reading=1,
        sources=(str(folder),),
        conversions=conversions,
        surveys=str(tmp_path / "surveys"),
        mappings=mappings,
    )


def test_runs_are_named_first_and_then_known(arguments: EvaluationArguments) -> None:
    context = InlineContext()
    contrasted = evaluate_runs(arguments, context)
    assert isinstance(contrasted, RunsContrasted)
    listed = [part for part in context.parts if isinstance(part, RunsListed)]
    named = [run for part in listed[:-1] for run in part.runs]
    assert [run.given for run in named] == [run.given for run in listed[-1].runs]
    assert all(run.events == 0 for run in named)
    assert all(run.events > 0 for run in listed[-1].runs)
    assert len(contrasted.outcomes) == len(named) == 9
    assert any(begun.log for begun in context.begun)
    again = InlineContext()
    assert evaluate_runs(msgspec.structs.replace(arguments, reading=2), again) == contrasted
    assert not any(begun.log for begun in again.begun), "no log is read again"


def test_several_tasks_are_kept_apart(arguments: EvaluationArguments) -> None:
    contrasted = evaluate_runs(arguments, InlineContext())
    assert isinstance(contrasted, RunsContrasted)
    assert contrasted.tasks == 3
    assert [task.value for task in contrasted.groups] == ["refund", "sorry", "hello"]
    assert sorted(run for task in contrasted.groups for run in task.runs) == list(range(9))


def test_one_task_is_contrasted_without_reading_again(
    arguments: EvaluationArguments, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = InlineContext()
    whole = evaluate_runs(arguments, context)
    assert isinstance(whole, RunsContrasted)
    monkeypatch.setattr(evaluation_job, "profiles", None)  # whoever reads again, fails
    context.parts = []
    contrasted = evaluate_runs(msgspec.structs.replace(arguments, chosen=whole.groups[0].runs), context)
    assert context.parts == []
    assert isinstance(contrasted, RunsContrasted)
    assert contrasted.chosen == whole.groups[0].runs
    assert contrasted.separation.separators[0].strength == 1.0
    assert len(contrasted.picture.rows) == 4
    failures = compare_failures(FailureArguments(pairs=contrasted.failures), context)
    failing = {run for run in contrasted.chosen if contrasted.outcomes[run] is False}
    assert {failed.run for group in failures.failures.groups for failed in group.runs} == failing


def test_another_reading_reads_again(arguments: EvaluationArguments, monkeypatch: pytest.MonkeyPatch) -> None:
    context = InlineContext()
    evaluate_runs(arguments, context)
    monkeypatch.setattr(evaluation_job, "profiles", None)
    with pytest.raises(TypeError):
        evaluate_runs(msgspec.structs.replace(arguments, reading=2), context)


def test_what_passing_is_can_be_said(arguments: EvaluationArguments) -> None:
    contrasted = evaluate_runs(msgspec.structs.replace(arguments, passed="events >= 0"), InlineContext())
    assert isinstance(contrasted, RunsContrasted)
    assert set(contrasted.outcomes) == {True}


def test_a_file_that_was_named_and_cannot_be_read_is_listed(arguments: EvaluationArguments, tmp_path: Path) -> None:
    broken, context = tmp_path / "broken.rlog", InlineContext()
    broken.write_bytes(b"nothing")
    evaluate_runs(msgspec.structs.replace(arguments, sources=(*arguments.sources, str(broken))), context)
    (last,) = [part for part in context.parts if isinstance(part, RunsListed)][-1:]
    assert len(last.runs) == 10
    assert last.runs[-1].given == str(broken)
    assert last.runs[-1].problem


def test_a_log_in_a_folder_that_cannot_be_read_is_listed_with_the_reason(
    arguments: EvaluationArguments, tmp_path: Path
) -> None:
    """A file of no known format is left out."""
    (folder := tmp_path / "damaged").mkdir()
    for name, content in (("cut.rlog", b"\x92\xaareplay-log"), ("empty.rlog", b""), ("note.txt", b"\x00\x01")):
        (folder / name).write_bytes(content)
    context = InlineContext()
    evaluate_runs(msgspec.structs.replace(arguments, sources=(str(folder),)), context)
    (last,) = [part for part in context.parts if isinstance(part, RunsListed)][-1:]
    assert [run.name for run in last.runs] == ["cut.rlog", "empty.rlog"]
    assert all(run.problem for run in last.runs)


def test_a_folder_without_runs_is_said_to_have_none(arguments: EvaluationArguments, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReplayError, match="no run in it that can be read"):
        evaluate_runs(msgspec.structs.replace(arguments, sources=(str(tmp_path / "empty"),)), InlineContext())


def test_a_catalogue_is_opened_as_a_folder_is(arguments: EvaluationArguments, tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    write_catalogue(arguments.sources, folder, partial(map, index_batch))
    context, by_logs = InlineContext(), evaluate_runs(arguments, InlineContext())
    contrasted = evaluate_runs(msgspec.structs.replace(arguments, sources=(str(folder),)), context)
    assert isinstance(contrasted, RunsContrasted)
    assert isinstance(by_logs, RunsContrasted)
    (listed,) = context.parts
    assert isinstance(listed, RunsListed)
    assert [run.given for run in listed.runs] == sorted(map(str, Path(arguments.sources[0]).iterdir()))
    assert contrasted.separation.separators[0].sentence == by_logs.separation.separators[0].sentence
    one = evaluate_runs(
        msgspec.structs.replace(arguments, sources=(str(folder),), chosen=contrasted.groups[0].runs), context
    )
    assert isinstance(one, RunsContrasted)
    assert len(one.picture.rows) == 4
    reasons = compare_failures(FailureArguments(pairs=by_logs.failures), context).failures.sentences
    shutil.rmtree(arguments.sources[0])  # the catalogue has what the first reasons are made of
    found = compare_failures(FailureArguments(pairs=contrasted.failures), context).failures
    assert (found.left_out, found.problem) == (0, "")
    assert sorted(found.sentences.values()) == sorted(reasons.values())
    assert len(reasons) == 3
