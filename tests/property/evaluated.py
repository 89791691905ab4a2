"""What the engines themselves read in rendered text: PyYAML for one, `terraform` for the other."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

if TYPE_CHECKING:
    from pathlib import Path

_ATTRIBUTE = re.compile(r"""\s*([\w-]+)\s*=\s*""")
_BLOCK = re.compile(r"""\s*[\w-]+(\s+"[\w-]+")*\s*\{\n""")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_REFERENCE = re.compile(r"\baws_\w+(?:\.\w+)+")
# Arguments of Terraform itself; what they name is no value.
_META = frozenset({"ignore_changes", "depends_on", "provider"})


class Expression(NamedTuple):
    """The expression of one argument; `document` says that it is a document in JSON."""

    text: str
    document: bool


def expressions(text: str) -> Iterator[Expression]:
    """Yield the expression of every argument in laid-out configuration, references replaced."""
    place = 0
    while place < len(text):
        line_end = text.index("\n", place) + 1
        line = text[place:line_end]
        if not line.strip() or line.lstrip().startswith(("#", "}")) or _BLOCK.fullmatch(line):
            place = line_end
            continue
        argument = _ATTRIBUTE.match(text, place)
        assert argument is not None, line
        end = _end_of_expression(text, argument.end())
        if argument[1] not in _META:
            code = _without_references(text[argument.end() : end])
            yield Expression(text=code, document=code.startswith("jsonencode("))
        place = end + 1


def _end_of_expression(text: str, place: int) -> int:
    """Return where the line ends on which every bracket is closed."""
    depth = 0
    while text[place] != "\n" or depth:
        if text[place] == '"':
            string = _STRING.match(text, place)
            assert string is not None
            place = string.end()
            continue
        depth += (text[place] in "([{") - (text[place] in ")]}")
        place += 1
    return place


def _without_references(code: str) -> str:
    """Return `code` with `null` for references, but not within strings."""
    strings = _STRING.findall(code)
    between = (_REFERENCE.sub("null", part) for part in _STRING.split(code))
    first, *rest = between
    return first + "".join(string + part for string, part in zip(strings, rest, strict=True))


def terraform_values(configurations: Iterable[str], folder: Path, terraform: str) -> list[set[str]]:
    """Return, for each configuration, every text and key that Terraform reads in it.

    The expressions of each become one output of a root without provider or resource, so one plan,
    which needs neither account nor network, evaluates them all.
    """
    found = [list(expressions(text)) for text in configurations]
    outputs = (
        f'output "o{number}" {{\n  value = [\n'
        + "".join(f"{expression.text},\n" for expression in each)
        + "]\n}\n"
        for number, each in enumerate(found)
    )
    (folder / "main.tf").write_text("".join(outputs), encoding="utf-8")
    for command in (["init", "-input=false"], ["plan", "-input=false", "-out=all.tfplan"]):
        _run(terraform, folder, *command)
    planned = json.loads(_run(terraform, folder, "show", "-json", "all.tfplan"))
    values = planned["planned_values"]["outputs"]
    return [
        {
            text
            for expression, value in zip(each, values[f"o{number}"]["value"], strict=True)
            for text in texts_in(json.loads(value) if expression.document else value)
        }
        for number, each in enumerate(found)
    ]


def _run(terraform: str, folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [terraform, *arguments],
        cwd=folder,
        # A configuration file that does not exist would add warnings to what is printed.
        env={name: value for name, value in os.environ.items() if name != "TF_CLI_CONFIG_FILE"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short calls (`!Ref`, …) as nothing."""


_Loader.add_multi_constructor("!", lambda *_: None)


def cloudformation_values(texts: Iterable[str]) -> set[str]:
    """Return every text and key that a YAML reader finds in the properties of templates."""
    found: set[str] = set()
    for text in texts:
        template = yaml.load(text, Loader=_Loader)
        for resource in template["Resources"].values():
            found.update(texts_in(resource.get("Properties")))
    return found


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text and key in plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield key
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
