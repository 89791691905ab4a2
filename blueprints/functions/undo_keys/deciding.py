"""What is done with one key: a pure function of its images, its live item and what was asked.

What a key was at the time asked for is its old image, and what the window left of it the new one.
The live item is compared with the new image: a difference means that somebody wrote later.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from blueprints.functions.common.undo_reasons import MEANINGS, Reason
from blueprints.functions.undo_keys.expressions import Write, deletion, fits, put, update
from blueprints.functions.undo_keys.values import Item, differing, same

Kind = Literal[
    "unchanged",  # the window left it as it was
    "already",  # it is back already
    "restored",  # some attributes are put back
    "recreated",  # it was deleted, and is put back
    "deleted",  # it was not there, and is deleted again
    "created",  # it was not there, and is listed
    "kept",  # it was not there, and is kept
    "before",  # nobody wrote to it in the window: the export told of an earlier write
    "conflict",  # it is left alone, and listed
]


class Options(NamedTuple):
    """What was asked."""

    keys: tuple[str, ...]
    created_since: str
    overwrite: bool
    since_micros: int
    until_micros: int


class Change(NamedTuple):
    """What the window did to a key; an image is None where there was no item."""

    key: Item
    old: Item | None
    new: Item | None
    written_micros: int


class Decision(NamedTuple):
    """What becomes of a key; `names` are the attributes that it is about."""

    kind: Kind
    names: tuple[str, ...] = ()
    write: Write | None = None
    reason: Reason | None = None
    detail: str = ""


def decide(change: Change, live: Item | None, options: Options) -> Decision:
    """Return what is done with a key whose live item was read just now, None where there is none.

    Whatever is written is conditional: on the new image where nobody wrote later, and else, if that
    is to be overwritten, on the live item.
    """
    # Ends of exports are exact to about a minute: what was right then may be among the lines.
    if change.written_micros < options.since_micros:
        return Decision(kind="before")
    decision = _decided(change, live, options)
    if decision.write is not None and not fits(decision.write):
        return conflict("too_large", decision.names)
    return decision


def conflict(reason: Reason, names: tuple[str, ...] = (), detail: str = "") -> Decision:
    """Return that a key is left alone."""
    return Decision(kind="conflict", reason=reason, names=names, detail=detail)


def changed(change: Change, options: Options) -> tuple[str, ...]:
    """Return the attributes that the window changed, without the key's own."""
    return differing(change.old or {}, change.new or {}, options.keys)


def _decided(change: Change, live: Item | None, options: Options) -> Decision:
    if change.old is None:
        return _created(change, live, options)
    names = changed(change, options)
    if change.new is not None and not names:
        return Decision(kind="unchanged")
    if live is not None and all(same(live.get(name), change.old.get(name)) for name in names):
        return Decision(kind="already")
    if change.written_micros >= options.until_micros:
        return conflict("written_after_until", names)
    if live is None:
        return _recreated(change, names, options)
    return _restored(change, names, live, options)


def _recreated(change: Change, names: tuple[str, ...], options: Options) -> Decision:
    if change.new is not None and not options.overwrite:
        return conflict("deleted_later", names)
    write = put(change.key, change.old or {}, options.keys)
    return Decision(kind="recreated", names=names, write=write)


def _restored(change: Change, names: tuple[str, ...], live: Item, options: Options) -> Decision:
    """Return that the attributes are put back which the window changed, and nothing else."""
    old = change.old or {}
    later = differing(change.new or {}, live, options.keys)
    if change.new is not None and not later:
        # The live item means the same as the new image, and spells it as DynamoDB has it.
        write = update(change.key, names, old, live, options.keys)
        return Decision(kind="restored", names=names, write=write)
    if options.overwrite:
        back = tuple(name for name in names if not same(live.get(name), old.get(name)))
        write = update(change.key, back, old, live, options.keys)
        return Decision(kind="restored", names=back, write=write)
    if change.new is None:
        return conflict("created_later", names)
    hit = tuple(name for name in later if name in names)
    return conflict("changed_later", hit) if hit else conflict("changed_elsewhere", later)


def _created(change: Change, live: Item | None, options: Options) -> Decision:
    """Return what becomes of a key that was not there at the time asked for.

    Attributes that are added between reading and deleting are not seen: no condition can name them.
    """
    if live is None:
        return Decision(kind="unchanged" if change.new is None else "already")
    if options.created_since != "delete":
        kind: Kind = "kept" if options.created_since == "keep" else "created"
        return Decision(kind=kind)
    names = tuple(sorted(live.keys() - set(options.keys)))
    if change.written_micros >= options.until_micros:
        return conflict("written_after_until", names)
    later = differing(change.new or {}, live, options.keys)
    if (later or change.new is None) and not options.overwrite:
        return conflict("created_later" if change.new is None else "changed_later", later)
    return Decision(
        kind="deleted", names=names, write=deletion(change.key, names, live, options.keys)
    )


def as_tried(decision: Decision, now: Decision) -> Decision | None:
    """Return the decision where a write that was refused has had its effect all the same.

    That is so where an answer was lost and the client asked again.
    """
    return decision if now.kind in {"already", "unchanged"} else None


def between(now: Decision, tried: Decision) -> Decision:
    """Return the conflict of a key that was written between being read and being written."""
    names = now.names or tried.names
    detail = MEANINGS[now.reason] if now.reason else ""
    return conflict("written_between", names, detail)
