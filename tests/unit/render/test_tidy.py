from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from generator.render.hcl import literal, tidy

if TYPE_CHECKING:
    from collections.abc import Callable

UNTIDY = """


resource "aws_dynamodb_table" "orders" {

name = "orders"
      billing_mode="PAY_PER_REQUEST"
  # the key
  hash_key = "order_id"

  deletion_protection_enabled   =   true
  tags = {
  owner = "payments"
  "aws:x" = "{ [ ( # // \\" ${ok["a"]} "
  }
  stream_enabled = (
a == b ? 1 : 2
)


  attribute {
    name = "order_id"
    type = "S"

  }
  policy = jsonencode({
  Statement = [
  { Effect = "Allow", Action = "*" },
  {
  Effect = "Deny"
  Resource = ["${aws_s3_bucket.x.arn}/*", aws_s3_bucket.x.arn]
  },
  ]
  })
  lifecycle {
    ignore_changes = [read_capacity, write_capacity]
    prevent_destroy = true
  }
}
"""

TIDY = """\
resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  # the key
  hash_key = "order_id"

  deletion_protection_enabled = true
  tags = {
    owner   = "payments"
    "aws:x" = "{ [ ( # // \\" ${ok["a"]} "
  }
  stream_enabled = (
    a == b ? 1 : 2
  )

  attribute {
    name = "order_id"
    type = "S"
  }
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = "*" },
      {
        Effect   = "Deny"
        Resource = ["${aws_s3_bucket.x.arn}/*", aws_s3_bucket.x.arn]
      },
    ]
  })
  lifecycle {
    ignore_changes  = [read_capacity, write_capacity]
    prevent_destroy = true
  }
}
"""


def test_layout() -> None:
    assert tidy(UNTIDY) == TIDY


def test_tidy_text_stays_as_it_is() -> None:
    assert tidy(TIDY) == TIDY


@pytest.mark.terraform
def test_terraform_fmt_agrees_with_the_handwritten_text(terraform: Callable[..., str]) -> None:
    assert terraform("fmt", "-", given=TIDY) == TIDY


def body(chance: random.Random, depth: int) -> str:
    """Return a random block body, badly indented and spaced."""
    parts = [part(chance, depth) for _ in range(chance.randint(1, 6))]
    lines = "\n".join(parts).split("\n")
    return "\n".join(" " * chance.randint(0, 9) + line for line in lines)


def part(chance: random.Random, depth: int) -> str:
    name = f"x{'_' * chance.randint(0, 8)}{chance.getrandbits(40)}"  # fmt refuses a name twice
    parts = [
        lambda: f"{name}={literal(value(chance, 2))}",
        lambda: f"{name}  =   {literal(value(chance, 0))}",
        lambda: f"{name} = jsonencode({literal(value(chance, 3))})",
        lambda: f"{name} = aws_x.{name}[0].arn",
        lambda: f'{name} = "${{aws_x.y.arn}}/{{*}}"\ns{name} = -1.5e+7',
        lambda: f"{name} {{ {name} = 1 }}",
        lambda: "# a comment, with brackets ([{ and an = sign",
        lambda: "\n   \n",
        lambda: f'{name} "{name}" {{\n{body(chance, depth - 1)}\n}}',
    ]
    return chance.choice(parts if depth else parts[:-1])()


def value(chance: random.Random, depth: int) -> object:
    kind = chance.randint(0, 5 if depth else 3)
    if kind < 4:
        return (chance.randint(0, 10**6), True, "a", 'ü ${x} %{y} "q" \\ { [ ( # //')[kind]
    inner = [value(chance, depth - 1) for _ in range(chance.randint(0, 4))]
    if kind == 4:
        return inner
    return dict(zip(("a", "bcd", "e:f", "Zürich"), inner, strict=False))


@pytest.mark.terraform
@pytest.mark.parametrize("seed", range(4))
def test_terraform_fmt_agrees_with_random_blocks(terraform: Callable[..., str], seed: int) -> None:
    chance = random.Random(seed)
    blocks = [f'block "b{i}" {{\n{body(chance, 3)}\n}}\n' for i in range(150)]

    text = tidy("\n".join(blocks))

    assert terraform("fmt", "-", given=text) == text
    assert tidy(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "a = 1 # why",
        "a = [1] # why",
        "a = [1] // why",
        "a = [1, /* why */ 2]",
        "a = <<EOT\nb\nEOT",
        'a = ["${f({})}"]',
        'a = ["%{ if x }y%{ endif }"]',
        'a = ["open]',
    ],
)
def test_what_is_not_laid_out_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write it more simply"):
        tidy(text)


@pytest.mark.parametrize(
    ("text", "message"), [("a {", "never closed"), ("a = [\n])", "never opened")]
)
def test_brackets_must_match(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tidy(text)
