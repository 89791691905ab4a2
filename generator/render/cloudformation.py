"""Renders troposphere resources as a CloudFormation template, in the order they were written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from troposphere import AWSHelperFn, AWSObject, BaseAWSObject, Output, Tags

from generator.render import Leaf, LocalFile, Recorder, commented
from generator.render.yaml_text import Intrinsic, entry

FORMAT_VERSION = "2010-09-09"
_ATTRIBUTES = (
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "DependsOn",
    "Condition",
    "CreationPolicy",
    "UpdatePolicy",
    "Metadata",
)
_LEAVES = frozenset({str, int, bool, float})


class Packaged(AWSHelperFn):
    """A local file in the place of an object in S3, for `aws cloudformation package` to upload.

    https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html
    """

    def __init__(self, file: LocalFile) -> None:
        self.data = file.path


class Verbatim(AWSHelperFn):
    """A document (maps, lists, tuples, leaves) that troposphere passes on as it is.

    Without it some properties turn a policy into one long JSON string, unreadable in a review.
    """

    def __init__(self, document: Mapping[str, Any] | list[Any] | tuple[Any, ...]) -> None:
        self.data = document


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A template as YAML text and as plain data, with the values and map keys in its properties.

    Calls (`Ref`, `Fn::GetAtt`, …) are in neither `literals` nor `keys`; in `template` they have
    their long form. The keys of tags count as `keys`, as they do in Terraform.
    """

    text: str
    template: dict[str, Any]
    literals: tuple[Leaf, ...]
    keys: tuple[str, ...]


def present(**properties: Any) -> dict[str, Any]:
    """Return the properties that are not None, ready to be passed on with `**`."""
    return {name: value for name, value in properties.items() if value is not None}


def render(
    resources: Iterable[AWSObject],
    *,
    description: str,
    outputs: Iterable[Output] = (),
    header: str,
    comments: Mapping[str, str] | None = None,
) -> Rendered:
    """Return the template of `resources`, each under its comment in `comments` (by logical ID).

    The text is pure ASCII. Raises ValueError for a required property that is missing, a logical ID
    used twice, a comment on no resource and an empty template, TypeError for a value that has no
    place in a template; all are bugs of a blueprint. Counts are not checked here.
    """
    recorder = Recorder()
    template: dict[str, Any] = {
        "AWSTemplateFormatVersion": FORMAT_VERSION,
        "Description": description,
        "Resources": _by_title(resources, recorder),
    }
    exported = _by_title(outputs, Recorder())
    if exported:
        template["Outputs"] = exported
    return Rendered(
        text=_text(template, header, comments or {}),
        template=template,
        literals=tuple(recorder.literals),
        keys=tuple(recorder.keys),
    )


def excerpt(rendered: Rendered, titles: Collection[str], *, description: str, header: str) -> str:
    """Return the text of a template that has only the resources `titles`, as they are rendered.

    Outputs are left out.
    """
    # A blank line stands between resources and nowhere within one: see `_text`.
    _, _, resources = rendered.text.partition("\nResources:\n")
    chosen = [
        block
        for block in resources.partition("\n\nOutputs:\n")[0].split("\n\n")
        if _title(block) in titles
    ]
    top = [*_ascii(commented(header)), *entry("AWSTemplateFormatVersion", FORMAT_VERSION)]
    top += [*entry("Description", description), "", "Resources:"]
    return "\n".join(top) + "\n" + "\n\n".join(chosen).rstrip("\n") + "\n"


def _title(block: str) -> str:
    first = next(line for line in block.split("\n") if not line.startswith("  #"))
    return first.strip().removesuffix(":")


def _text(template: Mapping[str, Any], header: str, comments: Mapping[str, str]) -> str:
    strangers = comments.keys() - template["Resources"].keys()
    if strangers or not template["Resources"]:
        raise ValueError(f"no resource to write or to comment on: {sorted(strangers)}")
    lines = _ascii(commented(header))
    for section, content in template.items():
        if section not in {"Resources", "Outputs"}:
            lines += entry(section, content)
            continue
        lines += ["", f"{section}:"]
        for title, body in content.items():
            if section == "Resources":
                lines += [f"  {line}" for line in _ascii(commented(comments.get(title, "")))]
            lines += [*entry(title, body, indent=2), ""]
        lines.pop()
    return "\n".join(lines) + "\n"


def _ascii(lines: list[str]) -> list[str]:
    return [line.encode("ascii", "backslashreplace").decode("ascii") for line in lines]


def _by_title(things: Iterable[BaseAWSObject], recorder: Recorder) -> dict[str, Any]:
    bodies: dict[str, Any] = {}
    for thing in things:
        if thing.title is None or thing.title in bodies:
            raise ValueError(f"the logical ID {thing.title} is used twice or missing")
        bodies[thing.title] = (
            _resource(thing, recorder)
            if isinstance(thing, AWSObject)
            else _properties(thing, recorder)
        )
    return bodies


def _resource(resource: AWSObject, recorder: Recorder) -> dict[str, Any]:
    own = resource.resource
    body: dict[str, Any] = {"Type": own["Type"]}
    for name in _ATTRIBUTES:
        if name in own:
            body[name] = _plain(own[name], Recorder())
    properties = _properties(resource, recorder)
    if properties:
        body["Properties"] = properties
    return body


def _properties(thing: BaseAWSObject, recorder: Recorder) -> dict[str, Any]:
    """Return the validated properties in the order in which they were set."""
    given = thing.properties
    if thing.do_validation:
        its_type: Any = type(thing)
        needed = _needed(its_type)
        if not needed <= given.keys():
            missing = [name for name in thing.props if name in needed - given.keys()]
            kind = getattr(thing, "resource_type", None) or type(thing).__name__
            raise ValueError(f"{thing.title or kind}: {kind} lacks {', '.join(missing)}")
        thing.validate()
    return {name: _plain(value, recorder) for name, value in given.items()}


@cache
def _needed(kind: type[BaseAWSObject]) -> frozenset[str]:
    return frozenset(name for name, (_, needed) in kind.props.items() if needed)


def _plain(value: Any, recorder: Recorder) -> Any:
    """Return `value` as plain data, calls as `Intrinsic`, and record its leaves and keys."""
    kind = type(value)
    if kind in _LEAVES:
        recorder.literals.append(value)
        return value
    if kind is list or kind is tuple:
        return [_plain(item, recorder) for item in value]
    if isinstance(value, BaseAWSObject):
        return _properties(value, recorder)
    if isinstance(value, AWSHelperFn):
        return _helper(value, recorder)
    if isinstance(value, str):  # an enumeration, say
        return _plain(str.__str__(value), recorder)
    return _document(value, recorder)


def _helper(helper: AWSHelperFn, recorder: Recorder) -> Any:
    if isinstance(helper, Tags):
        return [_tag(tag, recorder) for tag in helper.tags]
    call = None if isinstance(helper, Verbatim) else _call(helper.data)
    return call or _plain(helper.data, recorder)


def _tag(tag: Any, recorder: Recorder) -> Any:
    if isinstance(tag, AWSHelperFn):
        return _plain(tag, recorder)
    recorder.keys.append(tag["Key"])
    return {"Key": tag["Key"], "Value": _plain(tag["Value"], recorder)}


def _call(data: Any) -> Intrinsic | None:
    """Return the intrinsic function that a troposphere helper stands for, if it stands for one."""
    if isinstance(data, dict) and len(data) == 1:
        ((name, content),) = data.items()
        if name in {"Ref", "Condition"} or name.startswith("Fn::"):
            return Intrinsic({name: _plain(content, Recorder())})
    return None


def _document(document: Any, recorder: Recorder) -> dict[str, Any]:
    if not isinstance(document, Mapping):
        raise TypeError(f"{document!r} has no place in a template")
    plain: dict[str, Any] = {}
    for key, value in document.items():
        if not isinstance(key, str):
            raise TypeError(f"a key must be a string, not {key!r}")
        if key == "Ref" or key.startswith("Fn::"):
            raise ValueError(f"CloudFormation would take the key {key} for a call of its own")
        recorder.keys.append(key)
        plain[key] = _plain(value, recorder)
    return plain
