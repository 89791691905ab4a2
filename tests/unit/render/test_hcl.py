from __future__ import annotations

import base64
import itertools
import json
import random
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from generator.render import LocalFile, Recorder
from generator.render.hcl import Reference, literal, printed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HAND_PICKED = (
    "",
    "${aws_s3_bucket.x.arn}",
    "$${already}",
    "$$$${",
    "%{ if true }",
    "%%{ if true }",
    "100%",
    "$",
    "$ {",
    'say "hi"',
    "back\\slash \\n \\\\ \\${x}",
    "line\nfeed\r\nand\ttab",
    "\x00\x01\x07\b\f\v\x1b\x7f",
    "\x80\x85\x9f\xa0\xad",
    "\u2028\u2029\u202e\u200b\u200d\ufeff\ufffe\uffff",
    "Zürich 東京 Привет",
    "\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0010ffff \U0001fffe",
    "\u0301 leading mark",
    "<<EOT",
    "# no comment // either /* nor this */",
    "<script>&amp;</script>",
)


def odd_texts() -> list[str]:
    runs = ["".join(run) for run in itertools.product('$%{}"\\', repeat=3)]
    chance = random.Random(0)
    alphabet = '$%{}"\\\n\t ab.ß€\U0001f600\u2028\x00'
    drawn = ["".join(chance.choices(alphabet, k=chance.randint(1, 24))) for _ in range(400)]
    return [*HAND_PICKED, *runs, *drawn]


@pytest.mark.terraform
def test_terraform_reads_back_every_string_byte_for_byte(
    terraform: Callable[..., str], tmp_path: Path
) -> None:
    texts = odd_texts()
    values = {"list": texts, "keys": dict.fromkeys(texts, True)}
    (tmp_path / "main.tf").write_text(
        f"locals {{\n  given = {literal(values)}\n}}\n", encoding="utf-8", newline=""
    )

    answer = terraform("console", given="base64encode(jsonencode(local.given))")

    assert json.loads(base64.b64decode(answer.strip().strip('"'))) == values


@pytest.mark.terraform
def test_terraform_reads_back_every_kind_of_value(
    terraform: Callable[..., str], tmp_path: Path
) -> None:
    values: dict[str, Any] = {
        "yes": True,
        "no": False,
        "int": -17,
        "large": 2**63,
        "float": 0.5,
        "tiny": 1e-7,
        "huge": 1e22,
        "empty": {"map": {}, "list": [], "text": ""},
        "nested": [[1, [2, {"a": [{"b": "c"}]}]], {}],
        "for": {"for": 1, "in": 2, "null": 3, "true": 4, "false": 5, "if": 6},
        "keys": {"aws:PrincipalArn": 1, "a-b": 2, "9lives": 3, "a.b": 4, "": 5, "Zürich": 6},
    }
    (tmp_path / "main.tf").write_text(f"locals {{\n  given = {literal(values)}\n}}\n")

    answer = terraform("console", given="base64encode(jsonencode(local.given))")

    assert json.loads(base64.b64decode(answer.strip().strip('"'))) == values


@pytest.mark.terraform
def test_terraform_does_change_text_that_is_refused(terraform: Callable[..., str]) -> None:
    decomposed = "e\u0301"

    answer = terraform("console", given='base64encode("e\\u0301")')

    assert base64.b64decode(answer.strip().strip('"')).decode() == "é"
    with pytest.raises(ValueError, match="normal form C"):
        literal(decomposed)


def test_documents_are_laid_out_like_handwritten_ones() -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OnlyBreakGlass",
                "Action": ["backup:DeleteBackupVault", "backup:DeleteRecoveryPoint"],
                "Condition": {"ArnNotLike": {"aws:PrincipalArn": ["a" * 80]}},
            }
        ],
    }

    assert f"policy = jsonencode({literal(document, indent=2)})" == (
        "policy = jsonencode({\n"
        '    Version = "2012-10-17"\n'
        "    Statement = [\n"
        "      {\n"
        '        Sid    = "OnlyBreakGlass"\n'
        '        Action = ["backup:DeleteBackupVault", "backup:DeleteRecoveryPoint"]\n'
        "        Condition = {\n"
        "          ArnNotLike = {\n"
        '            "aws:PrincipalArn" = [\n'
        f'              "{"a" * 80}",\n'
        "            ]\n"
        "          }\n"
        "        }\n"
        "      },\n"
        "    ]\n"
        "  })"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a${b}%{c}", '"a$${b}%%{c}"'),
        ("\b\f", '"\\u0008\\u000c"'),
        ("\u202e", '"\\u202e"'),
        ("Zürich \U0001f600", '"Zürich \U0001f600"'),
        (True, "true"),
        (12, "12"),
        (0.25, "0.25"),
        ((), "[]"),
        ({}, "{}"),
        (["a", 1], '["a", 1]'),
        ([{"a": 1}], "[\n  {\n    a = 1\n  },\n]"),
        (Reference("aws_kms_key.tables.arn"), "aws_kms_key.tables.arn"),
        ([Reference("a.b.c"), "d"], '[a.b.c, "d"]'),
        (MappingProxyType({"a": 1}), "{\n  a = 1\n}"),
        (StrEnum("Color", {"RED": "red"}).RED, '"red"'),
    ],
)
def test_literal(value: Any, text: str) -> None:
    assert literal(value) == text


@pytest.mark.parametrize("value", [{"Zürich": 1}, {"\U0001f468\u200d\U0001f469": 1}])
def test_keys_are_ascii_so_that_their_width_is_certain(value: dict[str, int]) -> None:
    assert literal(value).isascii()


@pytest.mark.parametrize(
    "value",
    [None, {"a": None}, [None], {1, 2}, b"bytes", object(), {1: "a"}, IntEnum("N", {"A": 1}).A],
)
def test_anything_else_is_a_bug(value: Any) -> None:
    with pytest.raises(TypeError):
        literal(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), chr(0xD800), chr(0xDFFF), "a\u030a"])
def test_what_terraform_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"Terraform|surrogate"):
        literal(value)


def test_leaves_and_keys_are_recorded_as_given() -> None:
    recorder = Recorder()

    printed({"a:b": ["${x}", 1, True], "c": {"d": 1.5, "e": Reference("f.g")}}, recorder)
    printed("${x}", recorder)

    assert recorder.literals == ["${x}", 1, True, 1.5, "${x}"]
    assert [type(leaf) for leaf in recorder.literals] == [str, int, bool, float, str]
    assert recorder.keys == ["a:b", "c", "d", "e"]


def test_a_local_file_is_named_from_the_folder_of_the_root() -> None:
    recorder = Recorder()
    file = LocalFile("../functions/a.zip")
    assert printed(file, recorder) == '"${path.module}/../functions/a.zip"'
    assert recorder.literals == ["../functions/a.zip"]
    assert literal(LocalFile("${x}")) == '"${path.module}/$${x}"'
