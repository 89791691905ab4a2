"""Finds the place in the file and the part of the specification that an error is about."""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Union, get_args, get_origin

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
    `rests_on` is what was looked at. `model` is the innermost on the way, `field` its key if that
    is what is wrong, `annotation` the type wanted.
    """

    details: ErrorDetails
    path: Path
    whole: Path
    rests_on: tuple[Path, ...]
    model: type[Model]
    field: FieldInfo | None
    annotation: Any


def locate(details: ErrorDetails) -> Problem:
    """Return the error with what it is about.

    Pydantic's location has segments that no file has: the tag of a union's member, and a last
    "[key]" where the key of a mapping is wrong, not its value.
    """
    kind, location = details["type"], details["loc"]
    end = _end(location)
    if location[-1:] == ("[key]",) and kind != "extra_forbidden":
        entry = _end(location[:-1])
        end = entry if entry.field is None else end  # else an entry is called "[key]"
    context = details["ctx"] if kind == "holdfast" else {"at": (), "of": ()}
    return Problem(
        details=details,
        path=(*end.path, *context["at"]),
        whole=end.path,
        rests_on=tuple((*end.path, name) for name in context["of"]) or (end.path,),
        model=end.model,
        field=end.field,
        annotation=_bare(_members(end.annotation)[0]),
    )


def is_known(path: Path) -> bool:
    """Return whether `path` is a key of the specification, not a name that the file chose."""
    return _end(path).field is not None


class _End(NamedTuple):
    path: Path
    model: type[Model]  # the innermost on the way
    field: FieldInfo | None  # of the last segment, if that is the key of a model
    annotation: Any


def _end(location: Path) -> _End:
    """Return what a location leads to, from the whole specification down."""
    end = _End((), EnvironmentSpec, None, EnvironmentSpec)
    for segment in location:
        members = _members(end.annotation)
        annotation = _bare(members[0])
        if len(members) > 1:
            tagged = (each for each in members if Tag(str(segment)) in get_args(each))
            end = end._replace(annotation=next(tagged, Any))
        elif isinstance(annotation, type) and issubclass(annotation, Model):
            field = annotation.model_fields.get(str(segment))
            inner = field.annotation if field else Any
            end = _End((*end.path, segment), annotation, field, inner)
        else:  # dict[..., inner] or list[inner]
            *_, inner = get_args(annotation) or (Any,)
            end = _End((*end.path, segment), end.model, None, inner)
    return end


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
