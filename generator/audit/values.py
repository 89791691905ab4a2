"""Values that are known, partly known or unknown, and three-valued answers about them.

A text is a row of literal parts and holes. Two holes with one key hold the same value, whatever it
is: so an ARN is recognized although nobody knows its Region yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

_ARN_FIELDS = 6


@dataclass(frozen=True, slots=True)
class Hole:
    """What the files do not tell; `excludes` are values that it is known not to have."""

    key: str
    reason: str = field(compare=False)
    excludes: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar of a document; `assumed` are the defaults and references that it rests on."""

    parts: tuple[str | Hole, ...]
    assumed: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def literal(self) -> str | None:
        """The text itself, None where it has a hole."""
        if not self.parts:
            return ""
        first = self.parts[0]
        return first if len(self.parts) == 1 and isinstance(first, str) else None

    @property
    def holes(self) -> tuple[Hole, ...]:
        """What is not known of it."""
        return tuple(part for part in self.parts if isinstance(part, Hole))

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not known, each reason once."""
        return tuple(dict.fromkeys(hole.reason for hole in self.holes))

    def __str__(self) -> str:
        return "".join(
            part if isinstance(part, str) else f"<{part.key.rpartition('#')[2]}>"
            for part in self.parts
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes, no or unknown (None), why, and what has to be assumed for it."""

    truth: bool | None
    why: tuple[str, ...] = ()
    assumed: frozenset[str] = frozenset()

    def __str__(self) -> str:
        if self.truth is None:
            return "unknown: " + "; ".join(self.why)
        answer = "yes" if self.truth else "no"
        why = "" if self.truth or not self.why else ": " + "; ".join(self.why)
        assumed = f" ({'; '.join(sorted(self.assumed))})" if self.assumed else ""
        return answer + why + assumed


YES = Verdict(truth=True)
NO = Verdict(truth=False)


def unknown(*why: str) -> Verdict:
    """Return the answer that the files do not give."""
    return Verdict(None, why)


def no(why: str) -> Verdict:
    """Return a no with its reason."""
    return Verdict(truth=False, why=(why,))


def text(*parts: str | Hole | Text, assumed: Iterable[str] = ()) -> Text:
    """Return the parts in a row, neighbouring literals joined."""
    joined: list[str | Hole] = []
    taken = set(assumed)
    for given in parts:
        if isinstance(given, Text):
            taken |= given.assumed
        for part in given.parts if isinstance(given, Text) else (given,):
            if isinstance(part, str) and joined and isinstance(joined[-1], str):
                joined[-1] += part
            elif part != "":
                joined.append(part)
    return Text(tuple(joined), frozenset(taken))


def hole(key: str, reason: str) -> Text:
    """Return a text of which nothing is known."""
    return Text((Hole(key, reason),))


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the conjunction: one no decides, then one unknown."""
    given = list(verdicts)
    for verdict in given:
        if verdict.truth is False:
            return verdict
    return _joined(given, {True}, empty=True)


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the disjunction: one yes decides, and one with fewer assumptions rather."""
    given = list(verdicts)
    sure = [verdict for verdict in given if verdict.truth]
    if sure:
        return min(sure, key=lambda verdict: len(verdict.assumed))
    return _joined(given, {False}, empty=False)


def _joined(verdicts: list[Verdict], decided: set[bool], *, empty: bool) -> Verdict:
    open_ones = [verdict for verdict in verdicts if verdict.truth not in decided]
    whys = dict.fromkeys(why for verdict in open_ones or verdicts for why in verdict.why)
    assumed = frozenset().union(*(verdict.assumed for verdict in open_ones or verdicts))
    return Verdict(None if open_ones else empty, tuple(whys), assumed)


def negated(verdict: Verdict) -> Verdict:
    """Return the opposite; unknown stays unknown."""
    if verdict.truth is None:
        return verdict
    return Verdict(not verdict.truth, verdict.why, verdict.assumed)


def equal(left: Text, right: Text) -> Verdict:
    """Return whether two texts are the same once every hole is filled."""
    return _verdict(left, right, _same(left.parts, right.parts, open_end=False))


def selected_by(arn: Text, pattern: Text) -> Verdict:
    """Return whether an ARN matches a pattern of a backup selection.

    A `*` ends a pattern, or stands for a whole field of it; nothing else is supported
    (API_BackupSelection, and the examples of assigning-resources-json).
    """
    if pattern.literal == "*":
        return Verdict(truth=True, assumed=pattern.assumed)
    if misplaced_wildcard(pattern):
        meant = like(arn, pattern).truth is not False
        return no(f"{pattern} has a wildcard where AWS Backup knows none") if meant else NO
    mine, theirs = fields(arn), fields(pattern)
    if len(mine) == len(theirs) == _ARN_FIELDS:
        return all_of(
            _verdict(one, other, _field(one, other, last=number == _ARN_FIELDS - 1))
            for number, (one, other) in enumerate(zip(mine, theirs, strict=True))
        )
    return _verdict(arn, pattern, _field(arn, pattern, last=True))


def misplaced_wildcard(pattern: Text) -> bool:
    """Return whether a `*` stands where AWS Backup does not read it as a wildcard."""
    whole = "".join(part if isinstance(part, str) else "?" for part in pattern.parts)
    inner = [part for part in whole.split(":")[:-1] if "*" in part and part != "*"]
    return bool(inner) or "*" in whole.rpartition(":")[2][:-1]


def fields(value: Text) -> list[Text]:
    """Return the fields of an ARN, six of a whole one; a hole is taken to hold no colon."""
    found: list[list[str | Hole]] = [[]]
    for part in value.parts:
        if isinstance(part, Hole):
            found[-1].append(part)
            continue
        while len(found) < _ARN_FIELDS and ":" in part:
            before, _, part = part.partition(":")  # noqa: PLW2901 - eaten from the front
            found[-1].append(before)
            found.append([])
        found[-1].append(part)
    return [text(*each, assumed=value.assumed) for each in found]


def like(value: Text, pattern: Text) -> Verdict:
    """Return whether a tag's value matches a pattern with `*` anywhere in it."""
    if pattern.literal is None or "*" not in pattern.literal:
        return equal(value, pattern)
    if pattern.literal == "*":
        return YES
    if value.literal is None:
        return unknown(*value.reasons)
    expression = ".*".join(map(re.escape, pattern.literal.split("*")))
    matched = re.fullmatch(expression, value.literal, re.DOTALL) is not None
    return Verdict(matched, assumed=value.assumed | pattern.assumed)


def truth_of(value: Any, default: Verdict) -> Verdict:
    """Return a value read as a boolean; `default` for None, where a document leaves it out."""
    if value is None:
        return default
    if not isinstance(value, Text):
        return unknown("its value is no true or false")
    if value.literal is None:
        return unknown(*value.reasons)
    return Verdict(value.literal.lower() == "true", assumed=value.assumed)


def leaves(value: Any) -> Iterator[Text]:
    """Yield every scalar of a value."""
    if isinstance(value, Text):
        yield value
    else:
        for each in value.values() if isinstance(value, dict) else value:
            yield from leaves(each)


def split_text(value: Text, delimiter: str = ",") -> list[Text]:
    """Return the pieces between literal delimiters; a hole of its own may be several."""
    pieces: list[list[str | Hole]] = [[]]
    for part in value.parts:
        if isinstance(part, Hole):
            pieces[-1].append(part)
            continue
        first, *others = part.split(delimiter)
        pieces[-1].append(first.strip())
        pieces += [[other.strip()] for other in others]
    found = [text(*piece, assumed=value.assumed) for piece in pieces]
    return found if value.parts else []


def assuming(value: Any, assumed: frozenset[str]) -> Any:
    """Return a value with assumptions added to every scalar of it."""
    if isinstance(value, Text):
        return Text(value.parts, value.assumed | assumed)
    if isinstance(value, list):
        return [assuming(each, assumed) for each in value]
    if isinstance(value, dict):
        return {key: assuming(each, assumed) for key, each in value.items()}
    return value


def _verdict(left: Text, right: Text, truth: bool | None) -> Verdict:  # noqa: FBT001 - the answer
    if truth is None:
        return unknown(*_deciding(left, right))
    return Verdict(truth, assumed=left.assumed | right.assumed)


def _deciding(left: Text, right: Text) -> tuple[str, ...]:
    """Return why two texts cannot be compared: what both have in common is no reason."""
    for side in (right, left):
        if len(side.parts) == 1 and side.holes:
            return side.reasons
    common = {hole.key for hole in left.holes} & {hole.key for hole in right.holes}
    holes = [hole for hole in (*left.holes, *right.holes) if hole.key not in common]
    return tuple(dict.fromkeys(hole.reason for hole in holes)) or left.reasons


def _field(value: Text, pattern: Text, *, last: bool) -> bool | None:
    if pattern.literal == "*":
        return True
    end = pattern.parts[-1] if pattern.parts else ""
    if last and isinstance(end, str) and end.endswith("*"):
        return _same((*pattern.parts[:-1], end[:-1]), value.parts, open_end=True)
    return _same(pattern.parts, value.parts, open_end=False)


def _same(
    left: tuple[str | Hole, ...], right: tuple[str | Hole, ...], *, open_end: bool
) -> bool | None:
    """Compare from both ends; with `open_end` it is enough that `right` begins with `left`."""
    if left == right:
        return True
    one, other = [part for part in left if part != ""], list(right)
    differ = (
        (not open_end and _without_room(left, right))
        or _excluded(left, right)
        or _excluded(right, left)
        or _stripped(one, other, first=True)
        or (not open_end and _stripped(one, other, first=False))
    )
    if differ:
        return False
    if not one and (open_end or not other):
        return True
    if one and other:
        return None
    # One is at its end: the other equals it only if all that is left of it are empty holes.
    return False if any(isinstance(part, str) for part in (*one, *other)) else None


def _without_room(left: tuple[str | Hole, ...], right: tuple[str | Hole, ...]) -> bool:
    """Return whether one is literal and lacks a literal part that the other is known to have."""
    for one, other in ((left, right), (right, left)):
        if len(one) == 1 and isinstance(one[0], str):
            wanted = "".join(".*" if isinstance(p, Hole) else re.escape(p) for p in other)
            if re.fullmatch(wanted, one[0], re.DOTALL) is None:
                return True
    return False


def _excluded(whole: tuple[str | Hole, ...], other: tuple[str | Hole, ...]) -> bool:
    match whole, other:
        case (Hole() as unfilled,), (str() as literal,):
            return literal in unfilled.excludes
    return False


def _stripped(one: list[str | Hole], other: list[str | Hole], *, first: bool) -> bool:
    """Take from both what is certainly the same; return whether they certainly differ there."""
    at = 0 if first else -1
    while one and other and not (isinstance(one[at], Hole) or isinstance(other[at], Hole)):
        mine, theirs = str(one.pop(at)), str(other.pop(at))
        shared = min(len(mine), len(theirs))
        if (mine[:shared] if first else mine[-shared:]) != (
            theirs[:shared] if first else theirs[-shared:]
        ):
            return True
        for side, text_ in ((one, mine), (other, theirs)):
            rest = text_[shared:] if first else text_[: len(text_) - shared]
            if rest:
                side.insert(0 if first else len(side), rest)
    if one and other and one[at] == other[at]:
        del one[at], other[at]
        return _stripped(one, other, first=first)
    return False
