"""Walks the specification along an environment file: every field that is set, and where."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from generator.errors import Path
from generator.spec import EnvironmentSpec

_MERGED = frozenset({"extends", "include"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One key or list item of a file: a field of a model, or a name in a map.

    `name` is the path with the names of maps replaced by `*`; `literals` are the words it may be.
    """

    path: Path
    name: str
    value: Any
    model: type[BaseModel] | None
    is_name: bool
    literals: tuple[Any, ...]


def entries(data: Mapping[str, Any]) -> Iterator[Entry]:
    """Yield every key and item below `data`, parents first."""
    yield from _of_model(EnvironmentSpec, data, (), ())


def reachable(model: type[BaseModel] = EnvironmentSpec) -> set[type[BaseModel]]:
    """Return `model` and every model that its fields lead to."""
    found = {model}
    waiting = [model]
    while waiting:
        for annotation in hints(waiting.pop()).values():
            for inner in _models(annotation):
                if inner not in found:
                    found.add(inner)
                    waiting.append(inner)
    return found


def hints(model: type[BaseModel]) -> Mapping[str, Any]:
    """Return field → annotation, with nothing but the fields of the file."""
    annotations = get_type_hints(model, include_extras=False)
    return {name: annotations[name] for name in model.model_fields}


def _of_model(
    model: type[BaseModel], data: Mapping[str, Any], path: Path, names: tuple[str, ...]
) -> Iterator[Entry]:
    annotations = hints(model)
    for key, value in data.items():
        if key not in _MERGED:
            yield from _entry(annotations[key], value, (*path, key), (*names, key), model)


def _entry(  # noqa: PLR0913 - what an entry consists of
    annotation: Any,
    value: Any,
    path: Path,
    names: tuple[str, ...],
    model: type[BaseModel] | None,
    *,
    is_name: bool = False,
) -> Iterator[Entry]:
    options = _options(annotation)
    literals = tuple(
        word for option in options if get_origin(option) is Literal for word in get_args(option)
    )
    yield Entry(
        path=path,
        name=".".join(names),
        value=value,
        model=model,
        is_name=is_name,
        literals=literals,
    )
    if isinstance(value, dict):
        inner = next((option for option in options if _is_model(option)), None)
        if inner is not None:
            yield from _of_model(inner, value, path, names)
            return
        of_items = next(get_args(option)[1] for option in options if get_origin(option) is dict)
        if of_items is Any:  # a document
            return
        for key, item in value.items():
            yield from _entry(of_items, item, (*path, key), (*names, "*"), None, is_name=True)
    elif isinstance(value, list):
        of_items = next(get_args(option)[0] for option in options if get_origin(option) is list)
        for number, item in enumerate(value):
            yield from _entry(of_items, item, (*path, number), (*names, "*"), None)


def _options(annotation: Any) -> list[Any]:
    """Return the alternatives of an annotation, bare of what only pydantic reads."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _options(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [option for arm in get_args(annotation) for option in _options(arm)]
    return [annotation]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    for option in _options(annotation):
        if _is_model(option):
            yield option
        for argument in get_args(option):
            if get_origin(option) is not Literal:
                yield from _models(argument)


def _is_model(option: Any) -> bool:
    return isinstance(option, type) and issubclass(option, BaseModel)
