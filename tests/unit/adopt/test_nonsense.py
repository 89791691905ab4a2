"""Documents are told by their shape and put to their table, or refused with the place and a fix."""

from __future__ import annotations

import copy
import json
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from generator.adopt.documents import read_documents
from generator.adopt.entries import assumed_setting, entries_of
from generator.errors import Mistakes
from tests.unit.adopt.rendering import DEFINE, EXISTING, text_of
from tests.unit.adopt.test_round_trip import EVERYTHING

JUNK: tuple[Any, ...] = (None, 5, -1, 1e9, True, "", "x", [], {}, ["a"], {"a": 1}, [[]], 10**30)


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path within a value."""
    if not isinstance(value, dict | list):
        return [here]
    members = value.items() if isinstance(value, dict) else enumerate(value)
    return [here, *(found for key, each in members for found in paths(each, (*here, key)))]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_nonsense_anywhere_is_refused_or_adopted(data: st.DataObject) -> None:
    documents: Any = json.loads(json.dumps(EVERYTHING))
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(paths(documents)[1:]))
        owner = documents
        for key in way:
            owner = owner[key]
        if data.draw(st.booleans()):
            del owner[last]
        else:
            owner[last] = copy.deepcopy(data.draw(st.sampled_from(JUNK)))
    try:
        found = read_documents([("x", json.dumps(documents).encode())])
        setting = assumed_setting(*found[0].place)
    except (Mistakes, ValidationError):
        return
    for choices in (DEFINE, EXISTING):
        written = yaml.safe_load(text_of(entries_of(found, setting, choices)))
        assert len(written["tables"]) == len(found)
