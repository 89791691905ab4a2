"""What became of keys, counted and listed; written down part by part, so that nothing is lost."""

from __future__ import annotations

from collections import Counter
from typing import Any

from blueprints.functions.common.undo_reasons import MEANINGS
from blueprints.functions.undo_keys.deciding import Change, Decision
from blueprints.functions.undo_keys.values import Item, plain, same, shown, shown_key

_MOST_NAMES = 20
# An item may have any number of attributes with names of their own.
_MOST_COUNTED = 1_000
_OTHERS = "(others)"
_LONGEST_NAME = 255
_SAMPLES_OF_A_KIND = 5
WRITING = ("restored", "recreated", "deleted")
NOT_SELECTED = "not_selected"
Line = dict[str, Any]


class Tally:
    """What became of some keys, in their order."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.total, self.units = 0, 0.0
        self.counts: Counter[str] = Counter()
        self._sampled: Counter[str] = Counter()
        self._keys = keys
        self._reasons: Counter[str] = Counter()
        self._attributes: Counter[str] = Counter()
        self._conflicts: list[Line] = []
        self._created: list[Line] = []
        self._samples: list[Line] = []

    def skip(self) -> None:
        """Count a key that the filter does not select."""
        self.total += 1
        self.counts[NOT_SELECTED] += 1

    def add(self, change: Change, live: Item | None, decision: Decision, units: float) -> None:
        """Count a key, and list it where a person is to know of it."""
        self.total += 1
        self.units += units
        self.counts[decision.kind] += 1
        line = {"key": plain(change.key), "text": shown_key(change.key, self._keys)}
        if decision.kind == "conflict":
            self._conflict(line, change, live, decision)
        elif decision.kind in {"created", "deleted"}:
            self._created.append(line | {"deleted": decision.kind == "deleted"})
        if decision.kind == "restored":
            for name in decision.names:
                short = name[:_LONGEST_NAME]
                known = short in self._attributes or len(self._attributes) < _MOST_COUNTED
                self._attributes[short if known else _OTHERS] += 1
        if decision.kind in WRITING and self._sampled[decision.kind] < _SAMPLES_OF_A_KIND:
            self._sampled[decision.kind] += 1
            self._samples.append(line | _sample(change, live, decision))

    def document(self) -> dict[str, Any]:
        """Return all of it as JSON has it."""
        return {
            "total": self.total,
            "counts": dict(self.counts),
            "reasons": dict(self._reasons),
            "attributes": dict(self._attributes),
            "units": round(self.units, 1),
            "samples": self._samples,
            "conflicts": self._conflicts,
            "created": self._created,
        }

    def _conflict(self, line: Line, change: Change, live: Item | None, decision: Decision) -> None:
        reason = str(decision.reason)
        self._reasons[reason] += 1
        meaning = MEANINGS[reason]
        self._conflicts.append(
            line
            | {
                "reason": reason,
                "meaning": f"{meaning}: {decision.detail}" if decision.detail else meaning,
                "attributes": [
                    {
                        "name": name,
                        "then": _of(change.old, name),
                        "left": _of(change.new, name),
                        "now": _of(live, name),
                    }
                    for name in decision.names[:_MOST_NAMES]
                ],
                "more_attributes": max(0, len(decision.names) - _MOST_NAMES),
            }
        )


def _sample(change: Change, live: Item | None, decision: Decision) -> Line:
    """Return what is put back: each attribute as it is now, and as it becomes."""
    names = [
        name
        for name in decision.names
        if not same((live or {}).get(name), (change.old or {}).get(name))
    ]
    return {
        "kind": decision.kind,
        "attributes": [
            {"name": name, "now": _of(live, name), "back_to": _of(change.old, name)}
            for name in names[:_MOST_NAMES]
        ],
        "more_attributes": max(0, len(names) - _MOST_NAMES),
    }


def _of(item: Item | None, name: str) -> str:
    return shown((item or {}).get(name))
