"""Which fields of the specification there are, and which of them a file sets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from generator.spec import EnvironmentSpec
from tests.property.environments import Folder

# Model and field, as in `Table.stream`.
Field = tuple[str, str]


def known_fields() -> set[Field]:
    """Return every field of every model below the root of the specification."""
    models: dict[type[BaseModel], None] = {}
    waiting: list[type[BaseModel]] = [EnvironmentSpec]
    while waiting:
        model = waiting.pop()
        if model not in models:
            models[model] = None
            for field in model.model_fields.values():
                waiting += _models_in(field.annotation)
    return {(model.__name__, name) for model in models for name in model.model_fields}


def given_fields(folder: Folder) -> Iterator[Field]:
    """Yield the fields that the files of a folder set."""
    for written in folder.values():
        yield from _set_in(EnvironmentSpec.model_validate(written))


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


def _set_in(value: Any) -> Iterator[Field]:
    if isinstance(value, BaseModel):
        for name in value.model_fields_set:
            yield type(value).__name__, name
            yield from _set_in(getattr(value, name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from _set_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _set_in(item)
