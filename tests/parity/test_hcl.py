"""The reader of Terraform configuration, compared with python-hcl2."""

from __future__ import annotations

from typing import Any

import hcl2
import pytest

from tests.parity import hcl
from tests.parity.rendering import parts_of, rendered_in_terraform, template


@pytest.mark.parametrize(
    ("environment", "file"), [("tracer", "tables"), ("minimal", "backup"), ("hostile", "tables")]
)
def test_python_hcl2_reads_the_same(environment: str, file: str) -> None:
    part = parts_of(environment)[file]
    text = rendered_in_terraform(template(part.blueprint), part.facts).text
    theirs = [
        (type_.strip('"'), name.strip('"'), body)
        for block in hcl2.loads(text)["resource"]
        for type_, named in block.items()
        for name, body in named.items()
    ]
    ours = hcl.resources(text)
    assert [(each.type, each.name) for each in ours] == [(type_, name) for type_, name, _ in theirs]
    assert len(ours) > 1 or environment == "minimal"
    for resource, (_, _, body) in zip(ours, theirs, strict=True):
        assert _as_hcl2(resource.body) == _plain(body), resource.name


def _as_hcl2(body: hcl.Body) -> dict[str, Any]:
    """Return a body as python-hcl2 has it: nested blocks as lists under their name."""
    found: dict[str, Any] = dict(body.arguments)
    for name, block in body.blocks:
        found.setdefault(name, []).append(_as_hcl2(block))
    return found


def _plain(value: Any) -> Any:
    """Return what python-hcl2 read, with texts and expressions read on by the reader under test."""
    if isinstance(value, dict):
        return {
            _key(key): _plain(item)
            for key, item in value.items()
            if key not in {"__is_block__", "__comments__", "__inline_comments__"}
        }
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        expression = value[2:-1] if value.startswith("${") else value
        return dict(hcl.read_body(f"x = {expression}").arguments)["x"]
    return value


def _key(key: str) -> str:
    return str(dict(hcl.read_body(f"x = {key}").arguments)["x"]) if key.startswith('"') else key


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('variable "x" {\n}\n', "not a resource: variable"),
        ('resource "a" "b" {\n  c = 1\n  c = 2\n}\n', "the argument c stands there twice"),
        ('resource "a" "b" {\n  c = { d = 1, d = 2 }\n}\n', "the key d stands there twice"),
        ('resource "a" "b" {\n  c = "${var.d}"\n}\n', "an expression in a text"),
        ('resource "a" "b" {\n  c = file("d")\n}\n', "file() is no function"),
        ('resource "a" "b" {\n  c = [1 2]\n}\n', ", expected"),
        ('resource "a" "b" {\n  c = a ? b : c\n}\n', "cannot be read: '? b"),
        ('resource "a" "b" {\n  c = =\n}\n', "a value expected"),
    ],
)
def test_what_holdfast_does_not_write_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(
        ValueError,
        match="^" + complaint.replace("(", r"\(").replace(")", r"\)").replace("?", r"\?"),
    ):
        hcl.resources(text)


def test_texts_are_unescaped() -> None:
    text = r'''x = "a\"b\\c\n\t\u00e9\U0001f701 $${d} %%{e} $${{f $"'''
    assert hcl.read_body(text).arguments == (("x", 'a"b\\c\n\té\U0001f701 ${d} %{e} ${{f $'),)
