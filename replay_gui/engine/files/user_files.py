"""The user's files of rules and mappings, files shown as text, and the caches; all on the engine thread."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.divergence.rules.rules_file import read_rules, write_rules
from replay_gui.core.errors import NotWritten, ReplayError, RulesRefused
from replay_gui.core.importers.generic.mapping_store import save_mapping, saved_mapping
from replay_gui.core.log.source import Source
from replay_gui.core.path_kinds import is_file, is_folder, is_link, reason_of
from replay_gui.core.text.file_text import file_text
from replay_gui.core.translation.messages import tr, trn
from replay_gui.engine.answers import MappingSaved, RulesRead, RulesWritten, Sampled, TextRead
from replay_gui.engine.files.rules_in_force import rules_in_force
from replay_gui.engine.opening import user_mappings, user_rules, user_trusted_folders
from replay_gui.engine.requests import ReadRules, ReadText, SaveMapping, WriteRules


def answer_read_rules(request: ReadRules) -> RulesRead:
    """Read the rules in force; `path` is None if there are none."""
    log, not_remembered = Path(request.log), ""
    if request.allow:
        try:
            user_trusted_folders().add(log.parent)
        except NotWritten as error:
            not_remembered = str(error)
    in_force = rules_in_force(log)
    return RulesRead(
        log=request.log,
        path=None if in_force.path is None else str(in_force.path),
        rules=tuple(in_force.rules),
        problem=not_remembered or in_force.problem or in_force.unused_problem,
        unused=None if in_force.unused is None or in_force.unused_problem else str(in_force.unused),
        unused_count=in_force.unused_count,
    )


def answer_write_rules(request: WriteRules) -> RulesWritten:
    """Write the rules; create the folder if it does not exist. Keeping rules beside a log allows its folder.

    A file that is not in force (invalid, or not allowed) is never replaced.
    """
    path = Path(request.path)
    try:
        if problem := _why_not_replaced(path):
            return RulesWritten(request.path, problem)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_rules(Rules(request.rules), path)
        if path != user_rules():
            user_trusted_folders().add(path.parent)
    except OSError as error:
        reason = reason_of(error)
        return RulesWritten(request.path, tr("{file}: the rules are not saved: {reason}", file=path, reason=reason))
    except ReplayError as error:
        return RulesWritten(request.path, str(error))
    return RulesWritten(request.path)


def _why_not_replaced(path: Path) -> str:
    """Return why the file at a path must stay as it is; "" if it may be replaced, or there is none."""
    if not os.path.lexists(path):
        return ""
    try:
        rules = read_rules(path)
    except RulesRefused as error:
        return tr(
            "{problem}; the file stays as it is, and the rules are not saved: mend it, or move it away", problem=error
        )
    if path == user_rules() or not len(rules) or user_trusted_folders().contains(path.parent):
        return ""
    return trn(
        "{file}: holds {n} rule not in use, so it stays as it is: use them first, or move the file away",
        "{file}: holds {n} rules not in use, so it stays as it is: use them first, or move the file away",
        len(rules),
        file=path,
    )


def answer_save_mapping(request: SaveMapping) -> MappingSaved:
    """Save the mapping for records with these members, or remove it if it is None."""
    try:
        save_mapping(user_mappings(), request.records, request.mapping)
    except ReplayError as error:
        return MappingSaved(request.number, str(error))
    return MappingSaved(request.number)


def answer_read_text(request: ReadText) -> TextRead:
    """Read a bounded part of the file, as text."""
    try:
        with Source(request.path) as source:
            return TextRead(request.path, file_text(source))
    except ReplayError as error:
        return TextRead(request.path, "", str(error))


def with_saved_mapping(sample: Sampled) -> Sampled:
    """Add the mapping that is saved for files with such records; report an invalid file of mappings as a problem."""
    if sample.problem:
        return sample
    try:
        mapping = saved_mapping(user_mappings(), sample.records)
    except ReplayError as error:
        return Sampled(sample.number, sample.records, str(error))
    return Sampled(sample.number, sample.records, "", mapping)


def clear_caches(roots: Iterable[Path], in_use: Collection[Path]) -> int:
    """Remove the entries of these folders, except those that hold something in use; return the bytes freed.

    `in_use`: files and folders that an open run, or work under way, needs. An entry that cannot be removed stays.
    """
    freed = 0
    for root in roots:
        for entry in list(root.iterdir()) if is_folder(root) else []:
            if any(entry == path or entry in path.parents for path in in_use):
                continue
            before = _size(entry)
            if is_folder(entry) and not is_link(entry):
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
            freed += before - _size(entry)
    return freed


def _size(entry: Path) -> int:
    files = entry.rglob("*") if is_folder(entry) and not is_link(entry) else [entry]
    return sum(file.lstat().st_size for file in files if is_link(file) or is_file(file))
