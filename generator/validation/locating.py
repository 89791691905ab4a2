"""Finds the place in the file and the part of the specification that an error is about."""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import Tag

from generator.spec import EnvironmentSpec
from generator.spec.base import Model

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

    from generator.errors import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One of pydantic's errors; `path` is the key to blame, whether it exists or not.

    `whole` is what was validated: `path` itself, or above it where a model blames one of its keys.
    `model` and `field` are the innermost ones on the way, `annotation` is the type wanted.
    """

    details: ErrorDetails
    path: Path
    whole: Path
    model: type[Model]
    field: FieldInfo | None
    annotation: Any


def locate(details: ErrorDetails) -> Problem:
    """Return the error with what it is about.

    Pydantic's location has segments that no file has: the tag of a union's member, and a last
    "[key]" where the key of a mapping is wrong, not its value.
    """
    kind = details["type"]
    path: Path = ()
    model: type[Model] = EnvironmentSpec
    field: FieldInfo | None = None
    annotation: Any = EnvironmentSpec
    location = details["loc"]
    if location[-1:] == ("[key]",) and kind != "extra_forbidden":
        location = location[:-1]
    for segment in location:
        members = _members(annotation)
        if len(members) > 1:
            annotation = next(each for each in members if Tag(str(segment)) in get_args(each))
            continue
        annotation = _bare(members[0])
        if isinstance(annotation, type) and issubclass(annotation, Model):
            model, field = annotation, annotation.model_fields.get(str(segment))
            annotation = field.annotation if field else Any
        else:  # dict[..., annotation] or list[annotation]
            annotation = get_args(annotation)[-1]
        path = (*path, segment)
    at = details["ctx"]["at"] if kind == "holdfast" else ()
    return Problem(
        details=details,
        path=(*path, *at),
        whole=path,
        model=model,
        field=field,
        annotation=_bare(_members(annotation)[0]),
    )


def _members(annotation: Any) -> tuple[Any, ...]:
    """Return what an annotation may be, None apart; several are told apart by their tags."""
    bare = _bare(annotation)
    if get_origin(bare) not in (Union, types.UnionType):
        return (annotation,)
    members = tuple(each for each in get_args(bare) if each is not type(None))
    return _members(members[0]) if len(members) == 1 else members


def _bare(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation
