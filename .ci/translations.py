#!/usr/bin/python3
"""Write the catalogues of resources/translations anew from the messages in the code, and compile them.

`.ci/translations.py` keeps the translations of messages that are still there, and lists those without one.
`.ci/translations.py --new fr` begins a language. Needs Babel, which the test extra has.
"""

from __future__ import annotations

import argparse
import ast
import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "resources" / "translations"
COMMENT = "# Messages of replay-gui. Fields in {braces} stay as they are, and may stand elsewhere."
BEGUN = datetime(2026, 11, 30, tzinfo=UTC)


def empty_catalogue(language: str | None) -> Catalog:
    """Return a catalogue without messages; its header has no time, which would change with every run."""
    catalogue = Catalog(language, project="replay-gui", version="1", header_comment=COMMENT, fuzzy=False)
    catalogue.creation_date = catalogue.revision_date = BEGUN
    catalogue.last_translator = catalogue.msgid_bugs_address = catalogue.language_team = "replay-gui"
    return catalogue


def messages_of_the_code() -> Catalog:
    """Return a catalogue of all messages of the package, without translations."""
    catalogue = empty_catalogue(None)
    for path in (ROOT / "replay_gui").rglob("*.py"):
        # Babel's own extraction overlooks calls within f-strings, before Python 3.12.
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(ast.Name("tr" | "translatable"), [ast.Constant(str(message)), *_]):
                    catalogue.add(message)
                case ast.Call(ast.Name("trp"), [ast.Constant(str(context)), ast.Constant(str(message)), *_]):
                    catalogue.add(message, context=context)
                case ast.Call(ast.Name("trn"), [ast.Constant(str(singular)), ast.Constant(str(plural)), *_]):
                    catalogue.add((singular, plural))
    return catalogue


def refreshed(path: Path) -> Catalog:
    """Return the catalogue of a language with the messages that the code has now, and no others."""
    with path.open("rb") as file:
        translated = read_po(file, locale=path.stem)
    catalogue = empty_catalogue(path.stem)
    for message in messages_of_the_code():
        if message.id:
            known = translated.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
            translation = known.string if known is not None and known.id == message.id else ""
            catalogue.add(message.id, translation, context=message.context)
    return catalogue


def po_bytes(catalogue: Catalog) -> bytes:
    """Return a catalogue as its file for translators."""
    written = io.BytesIO()
    write_po(written, catalogue, width=120, sort_output=True)
    return written.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    """Return a catalogue as the file that the program reads."""
    written = io.BytesIO()
    write_mo(written, catalogue)
    return written.getvalue()


def main() -> int:
    """Return 1 if messages have no translation."""
    parser = argparse.ArgumentParser(description="Write the catalogues of messages anew, and compile them.")
    parser.add_argument("--new", metavar="LANGUAGE", help="begin a catalogue of this language, such as fr")
    args = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    if args.new is not None:
        (FOLDER / f"{args.new}.po").write_bytes(po_bytes(empty_catalogue(args.new)))
    left = 0
    for path in sorted(FOLDER.glob("*.po")):
        catalogue = refreshed(path)
        path.write_bytes(po_bytes(catalogue))
        path.with_suffix(".mo").write_bytes(mo_bytes(catalogue))
        for message in catalogue:
            if message.id and not all([message.string] if isinstance(message.string, str) else message.string):
                left += 1
                print(f"{path.name}: no translation: {message.id}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
