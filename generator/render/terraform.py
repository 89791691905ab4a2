"""Renders a blueprint's Terraform template: Jinja2 with one filter that prints typed literals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined, Template, Undefined, pass_context
from jinja2.tests import test_defined, test_none

from generator.render import Leaf, Recorder, commented
from generator.render.hcl import printed, tidy

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from jinja2.runtime import Context

_NAME = re.compile(r"[A-Za-z0-9 _.,:;/()@+*?'-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """Terraform configuration with the values and map keys that its literals printed."""

    text: str
    literals: tuple[Leaf, ...]
    keys: tuple[str, ...]


class _Printed(str):
    """Text that may go into configuration as it is."""

    __slots__ = ()


def render(template: Traversable, facts: Any, *, header: str) -> Rendered:
    """Return the template filled with `facts`, laid out as `terraform fmt` would, under `header`.

    A template reads `facts` alone and has no macros. Values are printed by `| hcl`; without it only
    whole numbers and names (ASCII letters, digits, spaces, a little punctuation) are, for labels
    and comments.
    Raises jinja2.UndefinedError for what the facts lack, TypeError and ValueError for what cannot
    be printed; all are bugs of a blueprint.
    """
    recorder = Recorder()
    source = template.read_text(encoding="utf-8")
    body = _compiled(str(template), source).render(facts=facts, recorder=recorder)
    return Rendered(
        text=tidy("\n".join((*commented(header), "", body))),
        literals=tuple(recorder.literals),
        keys=tuple(recorder.keys),
    )


@cache
def _compiled(name: str, source: str) -> Template:
    environment = _environment()
    return Template.from_code(environment, environment.compile(source, name, name), {})


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=False,  # noqa: S701 - this is no HTML; `hcl` escapes, and `_checked` insists on it
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_checked,
        cache_size=0,
        optimized=False,  # there are no constants to fold, and looking for them takes half the time
    )
    environment.filters = {"hcl": _hcl, "indent": _indent}
    environment.tests = {"defined": test_defined, "none": test_none}
    return environment


@pass_context
def _hcl(context: Context, value: Any) -> str:
    if isinstance(value, Undefined):
        str(value)  # raises, and says what is missing
    return _Printed(printed(value, context.parent["recorder"]))


def _indent(text: str, width: int) -> str:
    return _Printed(text.replace("\n", "\n" + " " * width))


def _checked(value: Any) -> Any:
    """Return what a template prints, unless it might be text of a user's that skipped `hcl`."""
    kind = type(value)
    if kind is _Printed or kind is int or (kind is str and _NAME.fullmatch(value)):
        return value
    if isinstance(value, Undefined):
        str(value)  # raises, and says what is missing
    raise TypeError(f"{value!r} must be printed with `| hcl`")
