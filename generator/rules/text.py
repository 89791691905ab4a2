"""Text that one of the engines would change or take for something else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from generator.errors import Mistake, Path
from generator.rules.scope import Scope
from generator.spec.base import shown

_SURROGATE = re.compile("[\ud800-\udfff]")

# Maps whose keys are the user's own and stand in templates as keys.
_FREE = {"resource_policy", "tags", "recovery_point_tags"}


def check_text(scope: Scope) -> Iterator[Mistake]:
    """Yield text that Terraform would store otherwise, and keys that CloudFormation would run."""
    for path, text in _texts(scope.document.data, ()):
        alone = _SURROGATE.search(text)
        if alone:
            yield scope.mistake(
                path,
                f"the text holds {alone[0]!a}, half of a character, which no file can hold",
                "write the whole character, or its code as \\U and eight digits",
            )
            continue
        if "{{resolve:" in text:
            yield scope.mistake(
                path,
                f"CloudFormation would look up what `{shown(text)}` refers to, and Terraform not",
                "write the value itself",
            )
        if not text.isascii() and not unicodedata.is_normalized("NFC", text):
            composed = unicodedata.normalize("NFC", text)
            yield scope.mistake(
                path,
                f"{text!a} is not in Unicode's composed form (NFC), and Terraform would change it",
                f"write {composed!a}, which looks the same",
            )
        if path[-1] == text and _FREE & {*path} and (text == "Ref" or text.startswith("Fn::")):
            yield scope.mistake(
                path,
                f"CloudFormation would take `{text}` for a function of its own",
                "choose another key",
            )


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key), key
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, (*path, number))
