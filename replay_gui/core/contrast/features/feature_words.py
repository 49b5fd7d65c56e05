"""Put features into words."""

from __future__ import annotations

from replay_gui.core.contrast.features.feature import Feature, FeatureKind
from replay_gui.core.text.json_pointer import pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import end_text, kept_reason_text
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number

_MAX_VALUE, _MAX_NAME = 90, 60  # characters


_PHRASES = {
    FeatureKind.DID: translatable("did {tool}({value})"),
    FeatureKind.CHANGED_WITH: translatable("did {tool} with {pointer} = {value}"),
    FeatureKind.CHANGED: translatable("did {tool}"),
    FeatureKind.CHANGED_ANY: translatable("made at least one change"),
    FeatureKind.NET: translatable("made exactly these changes: {value}"),
    FeatureKind.PATCHED: translatable("patched {path}"),
    FeatureKind.WROTE_NAME: translatable("wrote {value} in {path}"),
    FeatureKind.REMOVED: translatable("removed {value} from {path}"),
    FeatureKind.NO_PATCH: translatable("submitted no patch"),
    FeatureKind.END: translatable("ended: {value}"),
    FeatureKind.SUBMITTED: translatable("submitted {value}"),
    FeatureKind.ANSWERED: translatable("answered {value}"),
    FeatureKind.HANDED_OVER: translatable("handed over ({tool})"),
    FeatureKind.CALLED: translatable("called {tool}({value})"),
    FeatureKind.CALLED_TOOL: translatable("called {tool}"),
    FeatureKind.UNRECOVERED: translatable("never succeeded with {tool} after an error"),
    FeatureKind.LOOP: translatable("called {tool} again and again, with equal answers"),
    FeatureKind.FAILED: translatable("got an error from {tool}: {value}"),
    FeatureKind.CHECKED: translatable("ran a check"),
    FeatureKind.CHECKED_LAST: translatable("ran a check after its last change"),
    FeatureKind.CHECK_PASSED: translatable("saw its last check pass"),
    FeatureKind.BEFORE: translatable("did {tool} before {value}"),
    FeatureKind.READ: translatable("queried {tool}({value})"),
    FeatureKind.READ_TOOL: translatable("queried {tool}"),
    FeatureKind.TOLD: translatable("stated the number {value}"),
    FeatureKind.NOTED: translatable("used {tool}"),
    FeatureKind.SET_UP: translatable("had the set-up {pointer} = {value}"),
}


def feature_words(feature: Feature) -> str:
    """Return what is true of a run with the feature, to complete a sentence: ``did …``, ``ended: limit``."""
    kind, number = FeatureKind(feature.kind), feature.number
    tool, value = one_line(feature.tool, _MAX_NAME), one_line(feature.value, _MAX_VALUE)
    if kind is FeatureKind.AT_LEAST:
        return _size_words(one_line(feature.path, _MAX_NAME), number)
    if kind is FeatureKind.DID and number > 1:
        return trn("did {tool}({value}) {n} time", "did {tool}({value}) {n} times", number, tool=tool, value=value)
    if kind is FeatureKind.END:
        how, bracket, why = value.partition(" (")  # as run_features writes it
        value = f"{end_text(how)}{bracket}{kept_reason_text(why[:-1])}{why[-1:]}"
    path, pointer = one_line(feature.path, _MAX_NAME), pointer_text(feature.path)
    return tr(_PHRASES[kind], tool=tool, value=value, path=path, pointer=pointer)


def _size_words(what: str, number: int) -> str:
    """Return ``had 3 events or more``; of what only a catalogue names, its name."""
    match what:
        case "events":
            return trn("had {n} event or more", "had {n} events or more", number)
        case "calls":
            return trn("had {n} call or more", "had {n} calls or more", number)
        case "failures":
            return trn("had {n} failure or more", "had {n} failures or more", number)
    return tr("had {number} {name} or more", number=whole_number(number), name=what)
