from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import TemplateError, UndefinedError

from generator.render.terraform import Rendered, render

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    label: str
    name: str
    recovery_period_days: int | None
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    tables: tuple[Table, ...]


FACTS = Facts(
    tables=(
        Table(
            label="orders",
            name='o"${x}',
            recovery_period_days=35,
            tags={"cost_center": "4711", "aws:x": "ü"},
        ),
        Table(label="users", name="users", recovery_period_days=None, tags={}),
    )
)

TEMPLATE = """\
{# Tables. No decisions here. -#}
{% for table in facts.tables %}
# Table number {{ loop.index }} is {{ table.label }}.
resource "aws_dynamodb_table" "{{ table.label }}" {
  name = {{ table.name | hcl }}
  {% if table.recovery_period_days is none %}
  stream_enabled = {{ false | hcl }}
  {% endif %}
  tags = {{ table.tags | hcl }}
  {% if table.recovery_period_days is not none %}

  point_in_time_recovery {
    enabled = true
    recovery_period_in_days = {{ table.recovery_period_days | hcl }}
  }
  {% endif %}
}

{% endfor %}
"""

EXPECTED = """\
# Written by Holdfast.
# Do not edit.

# Table number 1 is orders.
resource "aws_dynamodb_table" "orders" {
  name = "o\\"$${x}"
  tags = {
    cost_center = "4711"
    "aws:x"     = "ü"
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 35
  }
}

# Table number 2 is users.
resource "aws_dynamodb_table" "users" {
  name           = "users"
  stream_enabled = false
  tags           = {}
}
"""

Draw = Callable[[str, Any], Rendered]


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    def drawn(source: str, facts: Any) -> Rendered:
        path = tmp_path / "terraform.tf.j2"
        path.write_text(source, encoding="utf-8")
        return render(path, facts, header="Written by Holdfast.\nDo not edit.")

    return drawn


def test_a_template_is_filled_and_laid_out(draw: Draw) -> None:
    assert draw(TEMPLATE, FACTS).text == EXPECTED


@pytest.mark.terraform
def test_terraform_fmt_agrees(draw: Draw, terraform: Callable[..., str]) -> None:
    text = draw(TEMPLATE, FACTS).text

    assert terraform("fmt", "-", given=text) == text


def test_values_and_keys_are_recorded_anew_each_time(draw: Draw) -> None:
    first, second = draw(TEMPLATE, FACTS), draw(TEMPLATE, FACTS)

    assert first == second
    assert first.literals == ('o"${x}', "4711", "ü", 35, "users", False)
    assert first.keys == ("cost_center", "aws:x")


def test_a_changed_template_is_compiled_again(draw: Draw) -> None:
    assert draw("a = {{ facts | hcl }}", 1).text.endswith("a = 1\n")
    assert draw("b = {{ facts | hcl }}", 1).text.endswith("b = 1\n")


def test_a_document_is_indented_by_its_brackets(draw: Draw) -> None:
    assert draw(
        "a {\nb = jsonencode({{ facts | hcl | indent(8) }})\n}", {"c": {"d": "e"}}
    ).text == (
        "# Written by Holdfast.\n# Do not edit.\n\n"
        'a {\n  b = jsonencode({\n    c = {\n      d = "e"\n    }\n  })\n}\n'
    )


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("a = {{ facts.nothing | hcl }}", "nothing"),
        ("# {{ facts.nothing }}", "nothing"),
        ("{% for x in facts.nothing %}{% endfor %}", "nothing"),
        ("a = {{ nowhere.at_all | hcl }}", "nowhere"),
        ("a = {{ range(3) | hcl }}", "range"),
    ],
)
def test_what_the_facts_lack_is_named(draw: Draw, source: str, missing: str) -> None:
    with pytest.raises(UndefinedError, match=missing):
        draw(source, FACTS)


@pytest.mark.parametrize(
    "facts",
    [None, [None], {"a": None}, {1}, object()],
    ids=["none", "list", "map", "set", "object"],
)
def test_absent_values_are_never_printed(draw: Draw, facts: Any) -> None:
    with pytest.raises(TypeError):
        draw("a = {{ facts | hcl }}", facts)


@pytest.mark.parametrize(
    "facts", ['"', "${x}", "a\nb", "a = b", "[", "#", "ü", "\\", None, True, 1.5, ["a"], {"a": 1}]
)
def test_nothing_but_names_and_whole_numbers_is_printed_bare(draw: Draw, facts: Any) -> None:
    with pytest.raises(TypeError, match=r"must be printed with `\| hcl`"):
        draw("# {{ facts }}", facts)


@pytest.mark.parametrize(
    "facts", ["orders_2", "shop-prod.orders", "cron(0 3 * * ? *)", "arn:aws:s3:::b/k, at 3", 7]
)
def test_names_and_whole_numbers_are_printed_bare(draw: Draw, facts: str | int) -> None:
    assert draw("# {{ facts }}", facts).text.endswith(f"\n# {facts}\n")


@pytest.mark.parametrize("source", ["{{ facts | upper }}", "{% if facts is odd %}{% endif %}"])
def test_there_are_no_other_filters_and_tests(draw: Draw, source: str) -> None:
    with pytest.raises(TemplateError, match=r"No (filter|test) named"):
        draw(source, "a")


@pytest.mark.parametrize(
    ("condition", "facts", "taken"),
    [
        ("facts is none", None, True),
        ("facts is not none", None, False),
        ("not facts", (), True),
        ("facts.a is defined", {"a": 1}, True),
        ("facts.b is defined", {"a": 1}, False),
    ],
)
def test_presence_can_be_asked(draw: Draw, condition: str, facts: Any, taken: bool) -> None:  # noqa: FBT001
    text = draw(f"{{% if {condition} %}}\nhere = 1\n{{% endif %}}\n", facts).text

    assert ("here = 1" in text) == taken
