from __future__ import annotations

from pathlib import Path

import pytest

from generator import rules
from generator.environment import Document, read
from generator.errors import Mistake
from generator.spec import Exports
from generator.spec.presets import BUILT_IN
from generator.spec.resolved import Environment, resolve
from generator.spec.retention import Retention, retention
from generator.validation import validate

HEAD = """\
project: shop
environment: {name}
account_id: "{account}"
region: {region}
principals: {{break_glass: [{{role: BreakGlass}}]}}
"""
KEY = "partition_key: {name: order_id, type: S}"
WEEKLY = "full_schedule: cron(0 1 ? * SUN *), incremental_every_hours: 24, delete_after_days: 365"
STANDARD = f"protections: {{standard: {{exports: {{{WEEKLY}}}}}}}\n"
TABLES = f"tables: {{orders: {{{KEY}}}}}\n"


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


def check(folder: Path, text: str) -> list[Mistake]:
    environment, document = load(folder, head() + text)
    return rules.check(environment.spec, document)


ALLOWED = {
    "a class that exports": STANDARD + TABLES,
    "tables defined elsewhere, whoever switches recovery on": STANDARD
    + """\
tables:
  ours: {existing: true}
  theirs: {existing: true, point_in_time_recovery: {managed: false}}
""",
    "a table that switches on what its class has not": f"""\
protections: {{plain: {{exports: {{{WEEKLY}}}}}}}
tables: {{orders: {{{KEY}, protection: plain, point_in_time_recovery: {{}}}}}}
""",
    "a class that no table uses, whatever it says": """\
protections:
  spare:
    exports: {full_schedule: "cron(0 1 1 1 ? 2030)", incremental_every_hours: 1,
      delete_after_days: 36500, tiers: {glacier_ir_after_days: 36500}}
recovery: {enabled: false}
export_bucket: {to: nowhere}
"""
    + TABLES,
    "two classes in one bucket": f"""\
protections:
  standard: {{exports: {{{WEEKLY}}}}}
  critical: {{exports: {{{WEEKLY.replace("365", "30")}}}}}
export_bucket: {{object_lock_unverified: true, object_lock: {{retention_days: 380}}}}
tables: {{orders: {{{KEY}}}, sums: {{{KEY}, protection: critical}}}}
""",
    "the longest window, the last tier and the longest lock": f"""\
protections:
  standard:
    exports: {{{WEEKLY.replace("365", "36485")}, tiers: {{glacier_ir_after_days: 36499}}}}
export_bucket:
  replicas:
    far: {{to: archive, object_lock: {{retention_days: 36500}}}}
"""
    + TABLES,
}


@pytest.mark.parametrize("text", ALLOWED.values(), ids=ALLOWED)
def test_what_works_is_no_mistake(text: str, tmp_path: Path) -> None:
    assert check(tmp_path, text) == []


def test_a_class_without_recovery_is_blamed_once_and_a_table_for_itself(tmp_path: Path) -> None:
    found = check(
        tmp_path,
        f"""\
protections: {{plain: {{exports: {{{WEEKLY}}}}}}}
defaults: {{protection: plain}}
tables:
  orders: {{{KEY}}}
  sums: {{{KEY}}}
  old: {{existing: true, point_in_time_recovery: {{enabled: false}}}}
""",
    )
    assert [mistake.path for mistake in found] == [
        ("protections", "plain", "exports"),
        ("tables", "old", "point_in_time_recovery", "enabled"),
    ]


def test_what_validation_refused_is_not_told_again(tmp_path: Path) -> None:
    text = STANDARD.replace("cron(0 1 ? * SUN *)", "weekly").replace("365", "36500")
    path = tmp_path / "prod.yaml"
    lock = "export_bucket: {object_lock_unverified: true, object_lock: {retention_days: 400}}\n"
    path.write_text(head() + text + TABLES + lock, encoding="utf-8")
    document = read(path, built_in=BUILT_IN, relative_to=tmp_path)
    spec, mistakes, refused = validate(document)
    assert [mistake.path[-1] for mistake in mistakes] == ["full_schedule"]
    assert spec is not None
    assert rules.check(spec, document, refused) == []


# --- where exports go -----------------------------------------------------------------------------

ARCHIVE = "kind: destination\naccepts: [prod.yaml]\nvaults: {archive: {}}\n"


def linked(folder: Path, bucket: str, **destinations: str) -> list[Mistake]:
    environment, document = load(folder, f"{head()}{STANDARD}{TABLES}export_bucket: {{{bucket}}}\n")
    there = {name: load(folder, text, name)[0] for name, text in destinations.items()}
    return rules.check_links(environment.linked(there, ()), document, list(there))


@pytest.mark.parametrize("bucket", ["to: far", "replicas: {copy: {to: far}}"])
@pytest.mark.parametrize(
    ("account", "region"), [("222222222222", "eu-central-1"), ("111111111111", "eu-west-1")]
)
def test_a_destination_in_another_account_or_region_is_no_mistake(
    bucket: str, account: str, region: str, tmp_path: Path
) -> None:
    assert linked(tmp_path, bucket, far=head("far", account, region) + ARCHIVE) == []


def test_replicas_go_to_several_destinations(tmp_path: Path) -> None:
    bucket = "replicas: {one: {to: far}, two: {to: west}}"
    far = head("far", "222222222222") + ARCHIVE
    west = head("west", region="eu-west-1") + ARCHIVE
    assert linked(tmp_path, bucket, far=far, west=west) == []
    (mistake,) = linked(tmp_path, bucket, far=far)
    assert mistake.path == ("export_bucket", "replicas", "two", "to")


def test_a_bucket_that_nothing_is_exported_to_links_nothing(tmp_path: Path) -> None:
    environment, document = load(tmp_path, f"{head()}{TABLES}export_bucket: {{to: nowhere}}\n")
    assert rules.check_links(environment, document) == []


# --- how long exports are kept --------------------------------------------------------------------


def kept(schedule: str, days: int = 365) -> Retention:
    return retention(
        Exports(full_schedule=schedule, incremental_every_hours=24, delete_after_days=days)
    )


@pytest.mark.parametrize(
    ("schedule", "interval", "catch_up"),
    [
        ("rate(1 hour)", 1, 7),
        ("cron(0 1 * * ? *)", 1, 7),
        ("rate(25 hours)", 2, 7),
        ("cron(0 1 ? * SUN *)", 7, 7),
        ("cron(0 1 ? * SUN,WED *)", 4, 7),
        ("cron(0 1 1 * ? *)", 31, 31),
        ("cron(0 1 ? * 1#1 *)", 35, 35),
        ("cron(0 1 1 1,4,7,10 ? *)", 92, 92),
    ],
)
def test_retention_follows_from_the_longest_gap(
    schedule: str, interval: int, catch_up: int
) -> None:
    found = kept(schedule)
    assert (found.full_interval_days, found.catch_up_days) == (interval, catch_up)
    assert found.keep_days == 365 + interval + catch_up + 1
