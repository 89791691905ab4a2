from __future__ import annotations

from pathlib import Path

import pytest

from generator import rules
from generator.environment import Document, read
from generator.errors import Mistake
from generator.spec.presets import BUILT_IN
from generator.spec.resolved import Environment, resolve
from generator.validation import validate

HEAD = """\
project: shop
environment: {name}
account_id: "{account}"
region: {region}
principals:
  break_glass: [{{role: BreakGlass}}, {{permission_set: Emergency}}]
  deploy: [{{role: "arn:aws:iam::999999999999:role/Deploy"}}]
"""
KEY = "partition_key: {name: order_id, type: S}"


def head(name: str = "prod", account: str = "111111111111", region: str = "eu-central-1") -> str:
    return HEAD.format(name=name, account=account, region=region)


def load(folder: Path, text: str, file: str = "prod") -> tuple[Environment, Document]:
    path = folder / f"{file}.yaml"
    path.write_text(text, encoding="utf-8")
    document = read(path, built_in=BUILT_IN, relative_to=folder)
    spec, mistakes, _ = validate(document)
    assert mistakes == []
    assert spec is not None
    return resolve(spec, path.name), document


COPY = """\
protections:
  standard:
    backups: {{daily: {{copies: {{far: {{{copy}, delete_after_days: 35}}}}}}}}
tables: {{orders: {{partition_key: {{name: order_id, type: S}}}}}}
"""


def linked(folder: Path, copy: str, destination: str | None) -> list[Mistake]:
    environment, document = load(folder, head() + COPY.format(copy=copy))
    destinations = {}
    if destination is not None:
        destinations["far"] = load(folder, destination, "far")[0]
    return rules.check_links(environment.linked(destinations, ()), document, list(destinations))


FAR = head("far", "222222222222") + "kind: destination\naccepts: [prod.yaml]\n"


@pytest.mark.parametrize(
    "vaults",
    [
        "vaults: {archive: {}}",
        "vaults: {archive: {lock: {min_retention_days: 35, max_retention_days: 35}}}",
        "vaults: {archive: {lock: {min_retention_days: 7}}}",
    ],
)
def test_a_copy_that_its_destination_takes_is_no_mistake(vaults: str, tmp_path: Path) -> None:
    assert linked(tmp_path, "to: far", f"{FAR}{vaults}\n") == []


def test_a_copy_may_go_to_a_named_vault_of_several(tmp_path: Path) -> None:
    there = f"{FAR}vaults: {{two: {{}}, one: {{lock: {{min_retention_days: 90}}}}}}\n"
    assert linked(tmp_path, "to: far, vault: two", there) == []
    (mistake,) = linked(tmp_path, "to: far, vault: one", there)
    assert mistake.path[-1] == "delete_after_days"
    assert "the vault `one` of far (far.yaml) takes at least 90 days" in mistake.cause


def test_a_copy_to_another_region_of_the_account_is_no_mistake(tmp_path: Path) -> None:
    there = FAR.replace("222222222222", "111111111111").replace("eu-central-1", "eu-west-1")
    assert linked(tmp_path, "to: far", f"{there}vaults: {{archive: {{}}}}\n") == []


def test_copies_do_not_cross_partitions(tmp_path: Path) -> None:
    there = FAR.replace("eu-central-1", "cn-north-1") + "vaults: {archive: {}}\n"
    (mistake,) = linked(tmp_path, "to: far", there)
    assert mistake.path[-1] == "to"
    assert "partition aws-cn" in mistake.cause


def test_a_destination_that_does_not_exist_names_those_that_do(tmp_path: Path) -> None:
    (mistake,) = linked(tmp_path, "to: fra", f"{FAR}vaults: {{archive: {{}}}}\n")
    assert mistake.fix == "did you mean `far`?"
    (mistake,) = linked(tmp_path, "to: fra", None)
    assert mistake.fix == "write a file there with `kind: destination` and `environment: fra`"


def test_environments_apart_make_no_mistake_together(tmp_path: Path) -> None:
    tables = f"tables: {{orders: {{{KEY}}}}}\n"
    pairs = [
        load(tmp_path, head("prod") + tables, "prod"),
        load(tmp_path, head("dev", account="222222222222") + tables, "dev"),
        load(tmp_path, head("west", region="eu-west-1") + tables, "west"),
    ]
    assert rules.check_together(pairs) == []


def test_what_two_environments_claim_is_blamed_on_the_later(tmp_path: Path) -> None:
    tables = f"tables: {{orders: {{{KEY}}}}}\n"
    pairs = [
        load(tmp_path, head("prod") + tables, "prod"),
        load(tmp_path, head("dev") + tables, "dev"),
        load(tmp_path, head("prod", region="eu-west-1"), "west"),
    ]
    found = rules.check_together(pairs)
    assert [(str(mistake.mark), mistake.path) for mistake in found] == [
        ("dev.yaml:8:10", ("tables", "orders")),
        ("west.yaml:2:1", ("environment",)),
    ]
    assert "prod.yaml:8:10" in found[0].cause
    assert "output/prod" in found[1].cause
