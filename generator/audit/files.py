"""Files to audit: what they are, told by their content, and what is wrong with them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import Mark, Mistake, Mistakes

STDIN = "-"
_SHOW = "run `terraform show -json FILE` on the plan or state and audit its output"


class FileError(Exception):
    """A file that cannot be read as a template or plan, with the mistakes in it."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A CloudFormation template; keys and texts in `document` carry their marks."""

    name: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The JSON of `terraform show -json`, with the text it was read from."""

    name: str
    document: Mapping[str, Any]
    text: str


def read(names: Sequence[str]) -> list[Template | Plan]:
    """Return every file's content, or raise `Mistakes` with all that is wrong with all of them."""
    found: list[Template | Plan] = []
    mistakes: list[Mistake] = []
    for name in dict.fromkeys(names):
        try:
            found.append(_content(name))
        except FileError as error:
            mistakes += error.mistakes
    if mistakes:
        raise Mistakes(mistakes)
    return found


def template_of(name: str) -> Template | None:
    """Return a template, None where the file is none: then what it holds is unknown."""
    try:
        found = _content(name)
    except FileError:
        return None
    return found if isinstance(found, Template) else None


def _content(name: str) -> Template | Plan:
    shown = "<stdin>" if name == STDIN else name
    text = _text(name)
    if not text.strip():
        raise FileError(_mistake(shown, "is empty", "give a template or a plan"))
    if text.lstrip().startswith("{") and (plan := _terraform(shown, text)) is not None:
        return plan
    return Template(shown, _template(shown, text))


def _text(name: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise FileError(
            _mistake(name, f"cannot be read: {error.strerror}", "give the path of a file")
        ) from error
    except UnicodeDecodeError as error:
        raise FileError(_mistake(name, "is no text in UTF-8", _SHOW)) from error


def _terraform(shown: str, text: str) -> Plan | None:
    """Return a plan or state; None where the text is something else, broken JSON too."""
    try:
        document = json.loads(text)
    except ValueError:
        lines = text.lstrip().splitlines()
        if '"@level"' in lines[0] and '"terraform' in lines[0]:
            raise FileError(
                _mistake(shown, "is the log of `terraform plan -json`, not a plan", _SHOW)
            ) from None
        return None
    if "Resources" in document:
        return None
    if "format_version" in document and ("planned_values" in document or "values" in document):
        return Plan(shown, document, text)
    if "format_version" in document:
        raise FileError(_mistake(shown, "is a plan or state without any resources", _SHOW))
    if "terraform_version" in document and "lineage" in document:
        raise FileError(_mistake(shown, "is Terraform's own state file", _SHOW))
    return None


def _template(shown: str, text: str) -> Mapping[str, Any]:
    from cfnlint.decode import decode_str

    try:
        document, matches = decode_str(text)
    except Exception as error:  # whatever YAML's constructors raise
        raise FileError(_mistake(shown, f"is neither YAML nor JSON: {error}")) from error
    if matches:
        raise FileError(
            *(
                Mistake(
                    f"is neither YAML nor JSON: {_first_line(match.message)}",
                    "mend the file's syntax",
                    mark=Mark(shown, match.linenumber, match.columnnumber),
                )
                for match in matches
            )
        )
    if not isinstance(document, dict) or not isinstance(document.get("Resources"), dict):
        raise FileError(
            _mistake(
                shown,
                "is neither a CloudFormation template (it has no Resources) nor a Terraform plan",
                "give a template, or the JSON of `terraform show -json`",
            )
        )
    faults = list(_faults(shown, document))
    if faults:
        raise FileError(*faults)
    return document


def _faults(shown: str, document: Mapping[str, Any]) -> Iterator[Mistake]:
    for key, node in document["Resources"].items():
        if str(key).startswith("Fn::") or (
            isinstance(node, dict) and isinstance(node.get("Type"), str)
        ):
            continue
        mark = getattr(key, "start_mark", None)
        yield Mistake(
            f"resource {key} has no Type",
            "write Type: and the resource's type",
            ("Resources", str(key)),
            Mark(shown, mark.line + 1, mark.column + 1) if mark else None,
        )


def _first_line(message: str) -> str:
    return message.splitlines()[0] if message else "it cannot be parsed"


def _mistake(name: str, cause: str, fix: str = "") -> Mistake:
    return Mistake(cause, fix, mark=Mark(name, 1, 1))
