"""The figures that an agent tells people: of two runs, the sentences that are most alike but for their figures."""

from __future__ import annotations

import re
from dataclasses import dataclass

from replay_gui.core.effects.answers import masked_answer
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.findings.reason_list import ReasonList
from replay_gui.core.reasons.origin import OriginRole
from replay_gui.core.reasons.phrases import event_words, quoted
from replay_gui.core.reasons.reason import ReasonKind, Tier

FIGURE = re.compile(r"(?<![\w.#-])\$?(\d[\d,]*(?:\.\d+)?)(?![\w-])")
"""A number in a text, without its currency: not a part of an id, a date or a version."""

_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+|\n+")
_WORD = re.compile(r"[A-Za-z]{2,}")
_CLOCK = re.compile(r"\b\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\b)?")  # differs from run to run
_YEAR = re.compile(r"(?:19|20)\d\d")
_MAX_SENTENCES = 400  # last ones of a run that are compared
_MIN_WORDS, _MIN_ALIKE = 5, 0.5
_NEAR = 4  # words on each side of a figure


@dataclass(frozen=True, slots=True)
class _Sentence:
    index: EventIndex
    text: str
    words: frozenset[str]
    figures: tuple[str, ...]


def add_told_reason(reasons: ReasonList) -> None:
    """Add the figure that the runs told otherwise; none where nobody is talked to."""
    if not any(run.messages.is_conversation() for run in (reasons.reference, reasons.other)):
        return
    told_p, told_f = _sentences(reasons.reference), _sentences(reasons.other)
    pair = _most_alike(told_p, told_f)
    if pair is not None:
        _add_pair(reasons, *pair)
        return
    figure_p, figure_f = _own_figure(reasons.reference, told_p, told_f), _own_figure(reasons.other, told_f, told_p)
    name, reference = reasons.other.name, reasons.reference.name
    if figure_p is not None:
        value, index = figure_p
        but = f", but {figure_f[0]} ({event_words(figure_f[1])})" if figure_f is not None else ""
        reasons.add(
            ReasonKind.TOLD,
            Tier.RESULT,
            f"{reference} told {value} ({event_words(index)}); {name} never did{but}.",
            order=0.5,
            at_reference=index,
            at_other=None if figure_f is None else figure_f[1],
        )
    elif figure_f is not None:
        value, index = figure_f
        sentence = f"{name} told {value} ({event_words(index)}); {reference} never did."
        reasons.add(ReasonKind.TOLD, Tier.TROUBLE, sentence, order=0.5, at_other=index)


def figures_of(text: str) -> tuple[str, ...]:
    """Return the figures of a text, without separators of thousands and without zero decimals."""
    return tuple(_plain(match[1]) for match in FIGURE.finditer(text))


def _add_pair(reasons: ReasonList, first: _Sentence, second: _Sentence, values: tuple[str, str]) -> None:
    value_p, value_f = values
    origins = tuple(
        run.origin(place, value)
        for run, value in ((reasons.reference, value_p), (reasons.other, value_f))
        if (place := run.first_place(value)) is not None
    )
    reasons.add(
        ReasonKind.TOLD,
        Tier.RESULT,
        f"{reasons.other.name} told {value_f} where {reasons.reference.name} told {value_p}"
        f" ({event_words(second.index)} against {event_words(first.index)}).",
        order=0.4,
        details=(f"{quoted(second.text, 80)} against {quoted(first.text, 80)}.",),
        at_reference=first.index,
        at_other=second.index,
        origins=origins,
    )


def _sentences(run: RunAccount) -> list[_Sentence]:
    sentences = []
    for index, words in run.messages.latest(OriginRole.AGENT, _MAX_SENTENCES):
        for text in _SENTENCE_END.split(_CLOCK.sub("", masked_answer(words))):
            figures = figures_of(text)
            if figures:
                sentences.append(_Sentence(index, text.strip(), frozenset(_WORD.findall(text.lower())), figures))
    return sentences[-_MAX_SENTENCES:]


def _most_alike(
    told_p: list[_Sentence], told_f: list[_Sentence]
) -> tuple[_Sentence, _Sentence, tuple[str, str]] | None:
    """Return the most similar sentences with figures that the other run never tells, and these figures."""
    all_p = {figure for sentence in told_p for figure in sentence.figures}
    all_f = {figure for sentence in told_f for figure in sentence.figures}
    best: tuple[float, int] | None = None
    most_alike = None
    for first in told_p:
        only_p = [figure for figure in first.figures if figure not in all_f]
        if not only_p or len(first.words) < _MIN_WORDS:
            continue
        for second in told_f:
            only_f = [figure for figure in second.figures if figure not in all_p]
            if not only_f or len(second.words) < _MIN_WORDS:
                continue
            alike = len(first.words & second.words) / len(first.words | second.words)
            weight = (round(alike, 2) * min(len(first.words & second.words), 12), first.index)
            if alike >= _MIN_ALIKE and (best is None or weight > best):
                best, most_alike = weight, (first, second, _alike_figures(first, only_p, second, only_f))
    return most_alike


def _alike_figures(first: _Sentence, only_p: list[str], second: _Sentence, only_f: list[str]) -> tuple[str, str]:
    """Return the figure of each sentence whose neighbouring words are most alike; the first of equal ones."""
    around_p, around_f = _neighbours(first.text), _neighbours(second.text)
    pairs = [(len(around_p[p] & around_f[f]), p, f) for p in only_p for f in only_f]
    _, figure_p, figure_f = max(pairs, key=lambda pair: pair[0])
    return figure_p, figure_f


def _neighbours(text: str) -> dict[str, frozenset[str]]:
    """Return the words near each figure of a sentence."""
    neighbours: dict[str, frozenset[str]] = {}
    for match in FIGURE.finditer(text):
        before = _WORD.findall(text[: match.start()].lower())[-_NEAR:]
        after = _WORD.findall(text[match.end() :].lower())[:_NEAR]
        neighbours.setdefault(_plain(match[1]), frozenset((*before, *after)))
    return neighbours


def _own_figure(run: RunAccount, told: list[_Sentence], others: list[_Sentence]) -> tuple[str, EventIndex] | None:
    """Return the last figure that only this run told; one that no answer has word by word goes first."""
    known = {figure for sentence in others for figure in sentence.figures}
    first: dict[str, EventIndex] = {}
    for sentence in told:
        for figure in sentence.figures:
            if figure not in known and len(figure) >= 3 and not _YEAR.fullmatch(figure):
                first.setdefault(figure, sentence.index)
    if not first:
        return None

    def rank(figure: str) -> tuple[bool, int]:
        place = run.first_place(figure, first[figure] + 1)
        return place is not None and run.role_at(place) is OriginRole.ANSWER, -first[figure]

    value = min(first, key=rank)
    return value, first[value]


def _plain(figure: str) -> str:
    whole = figure.replace(",", "").rstrip(".")
    return whole.split(".")[0] if whole.endswith((".0", ".00")) else whole
