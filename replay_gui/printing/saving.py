"""A report as a file, in the format that its suffix names. Only a PDF imports Qt."""

from __future__ import annotations

from pathlib import Path

from replay_gui.core.atomic_file import write_whole
from replay_gui.core.errors import NotWritten
from replay_gui.core.report.model import Report

PDF = ".pdf"
SUFFIXES = (PDF, ".html", ".md", ".json", ".xml", ".sarif")


def check_suffix(path: Path) -> None:
    """Raise NotWritten where the file's name has no known suffix; to be called before the report is made."""
    if path.suffix.lower() not in SUFFIXES:
        raise NotWritten(f"{path}: not a report format; the name must end in {', '.join(SUFFIXES)}")
    if path.is_dir():
        raise NotWritten(f"{path}: is a folder; give the name of a file in it")


def save_report(report: Report, path: Path) -> None:
    """Write the file as a whole or not at all; NotWritten, with the reason, where that fails."""
    check_suffix(path)
    write_report_file(path, report_bytes(report, path.suffix.lower()))


def write_report_file(path: Path, data: bytes) -> None:
    """Write a report that is made already; NotWritten where its path is not possible or writing fails."""
    check_suffix(path)
    write_whole(path, data)


def report_bytes(report: Report, suffix: str) -> bytes:
    """Return the whole file in the format of the suffix. A PDF starts Qt where it does not run."""
    if suffix == PDF:
        from replay_gui.printing.pdf import pdf_report  # and with it Qt

        return pdf_report(report)
    from replay_gui.core.report.forms import FORMS  # few commands write a report

    return FORMS[suffix](report)
