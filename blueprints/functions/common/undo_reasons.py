"""Why an undo leaves a key alone, and what that means for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Reason = Literal[
    "changed_later",
    "changed_elsewhere",
    "deleted_later",
    "created_later",
    "written_after_until",
    "written_between",
    "too_large",
    "refused",
]
MEANINGS: Mapping[str, str] = {
    "changed_later": "what the window changed was changed again later",
    "changed_elsewhere": "attributes that the window did not change were changed later",
    "deleted_later": "it was deleted after the window",
    "created_later": "it is there again, written after the window",
    "written_after_until": "it was written at --until or later, in the same export, so that what "
    "the window itself left of it is not known",
    "written_between": "it was written between being read and being put back",
    "too_large": "guarding it needs a longer condition than DynamoDB takes",
    "refused": "DynamoDB does not take the write",
}
# What --overwrite-conflicts puts back all the same.
OVERWRITTEN = frozenset(
    {"changed_later", "changed_elsewhere", "deleted_later", "created_later", "written_between"}
)
AFTER_UNTIL = "written_after_until"
