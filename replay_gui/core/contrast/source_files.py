"""Find the files and their runs in the user's sources: files, ``FILE#RUN`` and folders."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from replay_gui.core.contrast.profiling import RunFile, run_files
from replay_gui.core.errors import FormatUnknown, ReplayError
from replay_gui.core.facts.notes_places import NO_PLACES, NotesPlaces
from replay_gui.core.importers.files_below import files_below
from replay_gui.core.importers.run_choice import split_run
from replay_gui.core.path_kinds import is_folder


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that may hold runs.

    Attributes:
        chosen: the name or number of one run in it; None: all. root: the folder it was found in; None: named directly.
    """

    path: str
    chosen: str | None = None
    root: str | None = None

    def runs(
        self,
        conversions: str,
        *,
        format: str | None = None,
        mappings: str | None = None,
        places: NotesPlaces = NO_PLACES,
    ) -> tuple[list[RunFile], str]:
        """Return (its runs, why there are none); no reason for a file in a folder that is in no format known here.

        Args:
            conversions: folder of the cached conversions. format: an importer's name; None: recognised by the content.
            mappings: file of the user's mappings. places: of notes that count.
        """
        try:
            runs = run_files(
                self.path,
                conversions,
                chosen=self.chosen,
                format=format,
                mappings=mappings,
                root=self.root,
                places=places,
            )
        except ReplayError as why:
            return [], "" if isinstance(why, FormatUnknown) and self.root is not None else str(why)
        return runs, ""


def source_files(sources: Iterable[str]) -> Iterator[SourceFile]:
    """Yield the files of the sources, in this order; raise ImportRefused for a folder with too many files.

    A pattern is expanded if no file has its name, because not every shell does.
    """
    for given in sources:
        path, chosen = split_run(given)
        if chosen is None and is_folder(path):
            yield from (SourceFile(file, root=path) for file in files_below(path))
        elif glob.has_magic(path) and not os.path.lexists(path):
            found = sorted(glob.glob(path, recursive=True))  # noqa: PTH207  a pattern may be absolute
            yield from source_files(found) if found else [SourceFile(path, chosen)]
        else:
            yield SourceFile(path, chosen)
