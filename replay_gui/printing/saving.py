"""A report as a file, in the form that its suffix names. Qt is imported for pages alone."""

from __future__ import annotations

from pathlib import Path

from replay_gui.core.atomic_file import write_whole
from replay_gui.core.errors import NotWritten
from replay_gui.core.report.model import Report

PDF = ".pdf"
SUFFIXES = (PDF, ".html", ".md", ".json", ".xml", ".sarif")


def check_suffix(path: Path) -> None:
    """NotWritten where the file's name does not tell the form; to be asked before the work is done."""
    if path.suffix.lower() not in SUFFIXES:
        raise NotWritten(f"{path}: no report format; the name must end in {', '.join(SUFFIXES)}")
    if path.is_dir():
        raise NotWritten(f"{path}: a folder; give the name of a file in it")


def save_report(report: Report, path: Path) -> None:
    """Writes it whole or not at all; NotWritten, in words, where that fails."""
    check_suffix(path)
    write_whole(path, report_bytes(report, path.suffix.lower()))


def report_bytes(report: Report, suffix: str) -> bytes:
    """The whole file of that form. ".pdf" starts Qt where it does not run."""
    if suffix == PDF:
        from replay_gui.printing.pdf import pdf

        return pdf(report)
    from replay_gui.core.report.forms import FORMS  # most runs of the program write none

    return FORMS[suffix](report)
