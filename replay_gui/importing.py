"""The API for importers of other formats.

A package adds a format with an entry point of the group ``replay_gui.importers`` that names a class with the members
of `Importer`::

    [project.entry-points."replay_gui.importers"]
    chat-log = "chat_log:ChatLog"

The class is called without arguments. `Importer.recognises` returns whether the content of a ForeignFile has the
format. `Importer.runs` yields one ImportedRun for each run in the file, or raises ImportRefused if there is none.
A RunBuilder makes the events; data that it does not understand or has to change is counted in ImportNotes.
"""

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun, OwnHashes
from replay_gui.core.importers.importer import Importer
from replay_gui.core.importers.run_builder import RunBuilder

__all__ = [
    "ForeignFile",
    "ImportNotes",
    "ImportRefused",
    "ImportedEvent",
    "ImportedRun",
    "Importer",
    "OwnHashes",
    "RunBuilder",
]
