"""The user's files of rules and mappings, read and written on the engine thread."""

from __future__ import annotations

from pathlib import Path

from replay_gui.core.divergence.rules import Rules
from replay_gui.core.divergence.rules_file import read_rules, rules_beside, write_rules
from replay_gui.core.errors import ReplayError
from replay_gui.core.importers.mapping_store import save_mapping, saved_mapping
from replay_gui.engine.answers import MappingSaved, RulesRead, RulesWritten, Sampled
from replay_gui.engine.opening import user_mappings, user_rules
from replay_gui.engine.requests import ReadRules, SaveMapping, WriteRules


def answer_read_rules(request: ReadRules) -> RulesRead:
    """Read the rules beside the log, else the user's; `path` is None where there is neither file."""
    for path in (rules_beside(Path(request.log)), user_rules()):
        if path.exists():
            try:
                return RulesRead(request.log, str(path), tuple(read_rules(path)))
            except ReplayError as error:
                return RulesRead(request.log, None, (), str(error))
    return RulesRead(request.log, None, ())


def answer_write_rules(request: WriteRules) -> RulesWritten:
    """Write the rules; the folder is made if it does not exist."""
    path = Path(request.path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_rules(Rules(request.rules), path)
    except OSError as error:
        return RulesWritten(request.path, f"{path}: the rules are not saved: {error.strerror or error}")
    except ReplayError as error:
        return RulesWritten(request.path, str(error))
    return RulesWritten(request.path)


def answer_save_mapping(request: SaveMapping) -> MappingSaved:
    """Save the mapping for records with these members, or remove it where it is None."""
    try:
        save_mapping(user_mappings(), request.records, request.mapping)
    except ReplayError as error:
        return MappingSaved(request.number, str(error))
    return MappingSaved(request.number)


def with_saved_mapping(sample: Sampled) -> Sampled:
    """Add the mapping that is saved for files with such records; a file of mappings that is invalid is a problem."""
    if sample.problem:
        return sample
    try:
        mapping = saved_mapping(user_mappings(), sample.records)
    except ReplayError as error:
        return Sampled(sample.number, sample.records, str(error))
    return Sampled(sample.number, sample.records, "", mapping)
