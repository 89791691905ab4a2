"""What is said of templates that would be too large; that large ones which fit are let be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from benchmarks.large_environment import HEAD, TABLES_PER_STACK, environment
from generator import pipeline, workspace
from generator.errors import Mistake, Mistakes
from generator.generate import rendered
from generator.limits import MOST_BYTES, MOST_RESOURCES
from generator.pipeline import CLOUDFORMATION, ENGINES, TERRAFORM, Tree


def render(folder: Path, text: str, engines: Iterable[str] = ENGINES) -> Tree:
    path = folder / "large.yaml"
    path.write_text(text, encoding="utf-8")
    (tree,) = rendered(workspace.load([str(path)]), tuple(engines))
    return tree


def refusal(folder: Path, text: str, engines: Iterable[str] = ENGINES) -> Mistake:
    with pytest.raises(Mistakes) as raised:
        render(folder, text, engines)
    found = raised.value.mistakes
    (mistake,) = (each for each in found if "the template" in each.cause)
    assert str(mistake).startswith(f"{folder / 'large.yaml'}: ")
    return mistake


def small(names: Iterable[str], more: str = "") -> str:
    rows = (f"  {name}: {{partition_key: {{name: id, type: S}}{more}}}\n" for name in names)
    return "".join((HEAD, "tables:\n", *rows))


def numbered(count: int) -> list[str]:
    return [f"t{number:03}" for number in range(count)]


def test_scaled_tables_fill_a_template_and_one_more_is_refused(tmp_path: Path) -> None:
    tree = render(tmp_path, environment(TABLES_PER_STACK))
    (part,) = (part for part in tree.parts if part.facts.template == "tables-part-00")
    assert part.cloudformation is not None
    assert len(part.cloudformation.template["Resources"]) == 13 * TABLES_PER_STACK + 2
    mistake = refusal(tmp_path, environment(TABLES_PER_STACK + 1, per_stack=100))
    assert "the template tables-part-00 would have 457 resources and " in mistake.cause
    assert "The heaviest of its 35 tables: table_000: 13 resources and " in mistake.cause
    assert mistake.fix.startswith(
        "its 35 tables need 2 stacks: leave the first 34 (to table_033) in part-00 and give "
        "the rest another `stack`: `part-00-2` to 1, from table_034 on. "
    )


def test_what_is_proposed_is_accepted(tmp_path: Path) -> None:
    text = environment(100, per_stack=100)
    fix = refusal(tmp_path, text).fix
    assert "need 3 stacks: leave the first 34 (to table_033) in part-00" in fix
    for name, count, first in re.findall(r"`([\w-]+)` to (\d+), from (\w+) on", fix):
        for number in range(int(first[-3:]), int(first[-3:]) + int(count)):
            text = text.replace(
                f"  table_{number:03}:\n    stack: part-00\n",
                f"  table_{number:03}:\n    stack: {name}\n",
            )
    tables = Counter(table.stack for table in render(tmp_path, text).environment.tables)
    assert tables == {"part-00": 34, "part-00-2": 34, "part-00-3": 32}


def test_a_proposed_name_is_free(tmp_path: Path) -> None:
    text = small(numbered(451)) + (
        "  other: {partition_key: {name: id, type: S}, stack: tables-2}\n"
    )
    fix = refusal(tmp_path, text).fix
    assert (
        "leave the first 450 (to t449) in tables and give the rest another `stack`: `tables-3` to 1"
        in fix
    )


def test_every_stack_needs_what_its_tables_share(tmp_path: Path) -> None:
    fix = refusal(tmp_path, small(numbered(1000), ", encryption: {key: customer_managed}")).fix
    assert "need 3 stacks: leave the first 448 (to t447) in tables" in fix
    assert "`tables-2` to 448, from t448 on; `tables-3` to 104, from t896 on" in fix


def test_bytes_count_too_and_the_heaviest_tables_are_named(tmp_path: Path) -> None:
    long = ", tags: {" + ", ".join(f"k{number}: {'v' * 250}" for number in range(46)) + "}"
    text = small(numbered(70), more=long)
    light = "  light: {partition_key: {name: id, type: S}}\n"
    mistake = refusal(tmp_path, text + light)
    assert "would have 71 resources and " in mistake.cause
    size = int(re.search(r"resources and ([\d,]+) bytes;", mistake.cause)[1].replace(",", ""))  # type: ignore[index]
    assert size > MOST_BYTES
    assert "of its 71 tables: t000: 1 resources and 1" in mistake.cause
    assert "light" not in mistake.cause
    assert "need 2 stacks" in mistake.fix


def test_terraform_alone_is_held_to_the_same_limits(tmp_path: Path) -> None:
    text = small(numbered(451))
    both, alone = (refusal(tmp_path, text, engines) for engines in (ENGINES, (TERRAFORM,)))
    assert alone == both


def test_terraform_alone_still_writes_terraform_alone(tmp_path: Path) -> None:
    tree = render(tmp_path, small(["orders"]), (TERRAFORM,))
    assert tree.engines == (TERRAFORM,)
    assert not [path for path in tree.files if path.startswith(f"{CLOUDFORMATION}/")]


def test_templates_without_tables_say_what_fills_them(tmp_path: Path) -> None:
    backups = ", ".join(
        f"b{number}: {{vault: v{number}, schedule: 'cron(0 3 * * ? *)', delete_after_days: 35}}"
        for number in range(10)
    )
    vaults = ", ".join(f"v{number}: {{}}" for number in range(10))
    more = f"protections: {{wide: {{backups: {{{backups}}}}}}}\nvaults: {{{vaults}}}\n"
    rows = "".join(
        f"  {name}: {{partition_key: {{name: id, type: S}}, stack: {name}, protection: wide}}\n"
        for name in numbered(45)
    )
    mistake = refusal(tmp_path, f"{HEAD}{more}tables:\n{rows}")
    assert "the template backup would have " in mistake.cause
    assert "Most of them: 450 AWS::Backup::BackupSelection" in mistake.cause
    assert mistake.fix.startswith("have fewer of what makes them")


def test_five_hundred_scaled_tables_fit(tmp_path: Path) -> None:
    more = "defaults: {alarms: {throttling: true, system_errors: true}}\n"
    tree = render(tmp_path, environment(500, more=more), (CLOUDFORMATION,))
    kinds: Counter[str] = Counter()
    for part in tree.parts:
        assert part.cloudformation is not None
        resources = part.cloudformation.template["Resources"]
        assert len(resources) <= MOST_RESOURCES
        assert len(part.cloudformation.text.encode()) <= MOST_BYTES
        kinds.update(resource["Type"] for resource in resources.values())
        for resource in resources.values():
            if resource["Type"] == "AWS::Backup::BackupSelection":
                assert len(resource["Properties"]["BackupSelection"]["Resources"]) <= 500
    assert kinds["AWS::DynamoDB::Table"] == 500
    assert kinds["AWS::ApplicationAutoScaling::ScalableTarget"] == 3000
    assert kinds["AWS::ApplicationAutoScaling::ScalingPolicy"] == 3000
    assert kinds["AWS::CloudWatch::Alarm"] >= 500 * 7


def test_more_tables_than_a_selection_takes_are_parted(tmp_path: Path) -> None:
    names = (f"  t{number:03}: {{existing: true}}\n" for number in range(501))
    tree = pipeline.render(render(tmp_path, "".join((HEAD, "tables:\n", *names))).environment)
    lists = [
        resource["Properties"]["BackupSelection"]["Resources"]
        for part in tree.parts
        if part.cloudformation is not None
        for resource in part.cloudformation.template["Resources"].values()
        if resource["Type"] == "AWS::Backup::BackupSelection"
    ]
    assert len(lists) == 2
    assert sorted(arn for arns in lists for arn in arns) == sorted({a for b in lists for a in b})
    assert sum(map(len, lists)) == 501
    assert all(len(arns) <= 500 for arns in lists)
