"""Numbers in messages to people: the most similar sentences of two runs that differ in their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from replay_gui.core.effects.answers import masked_answer
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.messages import Message
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.findings.reason_list import ReasonList
from replay_gui.core.reasons.origin import OriginRole
from replay_gui.core.reasons.phrases import against_words, call_words, event_of_words, event_words, quoted
from replay_gui.core.reasons.reason import ReasonKind, Tier
from replay_gui.core.text.figures import FIGURE, NOT_BEFORE, NUMBER
from replay_gui.core.text.quotation_marks import closed_sentence
from replay_gui.core.translation.messages import tr

_AMOUNT = re.compile(rf"[$€£]\s?({NUMBER})|(?<!{NOT_BEFORE})({NUMBER})(?=\s?(?:€|£|USD\b|EUR\b|GBP\b))")
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+|\n+")
_WORD = re.compile(r"[A-Za-z]{2,}")
_CLOCK = re.compile(r"\b\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\b)?")  # differs from run to run
_YEAR = re.compile(r"(?:19|20)\d\d")
_MAX_MESSAGES = 400  # last messages of a run that are compared
_MIN_WORDS, _MIN_SIMILARITY = 5, 0.5  # of two sentences; similarity 1: equal words
_MIN_QUOTED_WORDS = 3  # words of a sentence that is worth quoting
_MAX_QUOTED, _BEHIND = 80, 20  # characters of a sentence that are quoted; those after the figure
_CONTEXT_WORDS = 4  # words on each side of a figure
_LAST_ORDER = 2.0  # the order value of the least important: calls have values from 0 to 1


@dataclass(frozen=True, slots=True)
class _Sentence:
    index: EventIndex
    text: str
    words: frozenset[str]
    figures: tuple[str, ...]
    amounts: frozenset[str]  # those of its figures that are money


@dataclass(frozen=True, slots=True)
class _OwnFigure:
    """A number that only one run stated, with its first sentence; `is_worked_out`: no earlier tool result has it."""

    figure: str
    index: EventIndex
    sentence: str
    is_worked_out: bool


def add_figure_reason(reasons: ReasonList, *, both_ways: bool) -> None:
    """Add the number that differs in the runs' messages; do nothing if a run has no messages to people.

    `both_ways`: no run is known to have failed, so a number of either run alone counts.
    """
    if not all(run.messages.is_conversation() for run in (reasons.reference, reasons.other)):
        return
    sentences_p, sentences_f = (
        _sentences(run.messages.latest(OriginRole.AGENT, _MAX_MESSAGES)) for run in (reasons.reference, reasons.other)
    )
    pair = _most_similar_sentences(sentences_p, sentences_f)
    if pair is not None:
        _add_pair(reasons, *pair)
        return
    own_p, own_f = (
        _own_figure(reasons.reference, sentences_p, sentences_f),
        _own_figure(reasons.other, sentences_f, sentences_p),
    )
    sides = [(reasons.reference, reasons.other, own_p, own_f), (reasons.other, reasons.reference, own_f, own_p)]
    for run, second, own, others in sides:
        if own is None or ((both_ways or run is reasons.other) and not own.is_worked_out):
            continue
        told = {"run": run.name, "figure": own.figure, "at": event_words(own.index), "other": second.name}
        sentence = (
            tr("{run} told the user {figure} ({at}); {other} never did.", **told)
            if others is None
            else tr(
                "{run} told the user {figure} ({at}); {other} never did: it told {other_figure} ({other_at}).",
                other_figure=others.figure,
                other_at=event_words(others.index),
                **told,
            )
        )
        indexes = {run.side: own.index, second.side: None if others is None else others.index}
        is_missed = run is reasons.reference and not both_ways
        reasons.add(
            ReasonKind.TOLD,
            Tier.RESULT if is_missed else Tier.TROUBLE,
            sentence,
            order=0.5 if is_missed else _LAST_ORDER,
            details=(closed_sentence(_quoted_with(own.sentence, own.figure)),)
            if len(own.sentence.split()) >= _MIN_QUOTED_WORDS
            else (),
            at_reference=indexes[reasons.reference.side],
            at_other=indexes[reasons.other.side],
        )
        return


def add_last_figures(reasons: ReasonList, message_p: Message, message_f: Message) -> bool:
    """Add the number that differs in similar sentences of two last messages to a user; return whether there is one.

    `message_p`: of the reference, `message_f`: of the other run.
    """
    if any(run.messages.last(OriginRole.USER) is None for run in (reasons.reference, reasons.other)):
        return False
    pair = _most_similar_sentences(_sentences([message_p]), _sentences([message_f]))
    if pair is not None:
        _add_pair(reasons, *pair)
    return pair is not None


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
        tr(
            "{run} told the user {value}, and {other} told {other_value} ({events}).",
            run=reasons.other.name,
            value=value_f,
            other=reasons.reference.name,
            other_value=value_p,
            events=against_words(second.index, first.index),
        ),
        order=0.4,
        details=(
            closed_sentence(
                tr(
                    "{value} against {other_value}",
                    value=_quoted_with(second.text, value_f),
                    other_value=_quoted_with(first.text, value_p),
                )
            ),
            *_source_words(reasons.other, second.index, value_f),
            *_source_words(reasons.reference, first.index, value_p),
        ),
        at_reference=first.index,
        at_other=second.index,
        origins=origins,
    )


def _source_words(run: RunAccount, stated_at: EventIndex, figure: str) -> tuple[str, ...]:
    """Return the sentence about the source of a run's figure; () if the source is unknown."""
    place = run.first_place(figure.rstrip("0") if "." in figure else figure)  # 412,005.10 may stand there as 412005.1
    call = None if place is None else run.call_at(place)
    if place == stated_at and not run.in_setup(figure):
        before = event_of_words(stated_at, run.name)
        return (tr("No event before {event} contains {figure}.", event=before, figure=figure),)
    if place is None or call is None or run.role_at(place) is not OriginRole.ANSWER:
        return ()
    return (
        tr(
            "{run} had {value} from {call} ({at}).",
            run=run.name,
            value=figure,
            call=call_words(call, 60),
            at=event_words(place),
        ),
    )


def _quoted_with(text: str, figure: str) -> str:
    """Return a part of a sentence with the number, in quotation marks; its beginning if that has it."""
    text = " ".join(text.split())
    end = next((match.end() for match in FIGURE.finditer(text) if _plain(match[1]) == figure), 0)
    start = end - (_MAX_QUOTED - _BEHIND)
    if start > 0 and len(text) > _MAX_QUOTED:
        text = f"…{text[text.find(' ', start, end) + 1 or start :]}"  # begins with a whole word, if possible
    return quoted(text, _MAX_QUOTED)


def _sentences(messages: Iterable[Message]) -> list[_Sentence]:
    sentences = []
    for index, words in messages:
        for text in _SENTENCE_END.split(_CLOCK.sub("", masked_answer(words))):
            figures = figures_of(text)
            if figures:
                amounts = frozenset(_plain(match[1] or match[2]) for match in _AMOUNT.finditer(text))
                own_words = frozenset(_WORD.findall(text.lower()))
                sentences.append(_Sentence(index, text.strip(), own_words, figures, amounts))
    return sentences[-_MAX_MESSAGES:]


def _most_similar_sentences(
    sentences_p: list[_Sentence], sentences_f: list[_Sentence]
) -> tuple[_Sentence, _Sentence, tuple[str, str]] | None:
    """Return the most similar sentences with numbers that the other run never states, and these numbers."""
    all_p = {figure for sentence in sentences_p for figure in sentence.figures}
    all_f = {figure for sentence in sentences_f for figure in sentence.figures}
    best: tuple[float, int] | None = None
    most_alike = None
    for first in sentences_p:
        only_p = [figure for figure in first.figures if figure not in all_f]
        if not only_p or len(first.words) < _MIN_WORDS:
            continue
        for second in sentences_f:
            only_f = [figure for figure in second.figures if figure not in all_p]
            if not only_f or len(second.words) < _MIN_WORDS:
                continue
            alike = len(first.words & second.words) / len(first.words | second.words)
            weight = (round(alike, 2) * min(len(first.words & second.words), 12), first.index)
            if alike >= _MIN_SIMILARITY and (best is None or weight > best):
                best, most_alike = weight, (first, second, _most_similar_figures(first, only_p, second, only_f))
    return most_alike


def _most_similar_figures(first: _Sentence, only_p: list[str], second: _Sentence, only_f: list[str]) -> tuple[str, str]:
    """Return the figure of each sentence whose neighbouring words are most similar; the first of equal ones."""
    around_p, around_f = _neighbours(first.text), _neighbours(second.text)
    pairs = [(len(around_p[p] & around_f[f]), p, f) for p in only_p for f in only_f]
    _, figure_p, figure_f = max(pairs, key=lambda pair: pair[0])
    return figure_p, figure_f


def _neighbours(text: str) -> dict[str, frozenset[str]]:
    """Return the words near each figure of a sentence."""
    neighbours: dict[str, frozenset[str]] = {}
    for match in FIGURE.finditer(text):
        before = _WORD.findall(text[: match.start()].lower())[-_CONTEXT_WORDS:]
        after = _WORD.findall(text[match.end() :].lower())[:_CONTEXT_WORDS]
        neighbours.setdefault(_plain(match[1]), frozenset((*before, *after)))
    return neighbours


def _own_figure(run: RunAccount, sentences: list[_Sentence], others: list[_Sentence]) -> _OwnFigure | None:
    """Return the last number that only this run stated, preferably one that no tool result has literally."""
    known = {figure for sentence in others for figure in sentence.figures}
    first: dict[str, _Sentence] = {}
    for sentence in sentences:
        for figure in sentence.figures:
            is_telling = figure in sentence.amounts or (len(figure) >= 3 and not _YEAR.fullmatch(figure))
            if figure not in known and is_telling:
                first.setdefault(figure, sentence)
    own = []
    for figure, sentence in first.items():
        place = run.first_place(figure, EventIndex(sentence.index + 1))
        is_looked_up = place is not None and run.role_at(place) is OriginRole.ANSWER
        own.append(_OwnFigure(figure, sentence.index, sentence.text, not is_looked_up))
    return min(own, key=lambda figure: (not figure.is_worked_out, -figure.index), default=None)


def _plain(figure: str) -> str:
    whole = figure.replace(",", "").rstrip(".")
    return whole.split(".")[0] if whole.endswith((".0", ".00")) else whole
