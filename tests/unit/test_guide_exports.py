"""The part of the guide about exports: what goes where and for how long, and what to try first."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from blueprints.names import catalogue_bucket_name, export_place, export_replicas
from generator import pipeline, workspace
from generator.guide import guide
from generator.spec.retention import retention
from tests.conftest import ROOT
from tests.unit.command import environment, write
from tests.unit.test_guide import commands

if TYPE_CHECKING:
    from pathlib import Path

    from generator.spec.resolved import Environment

EXPORTS = (
    'exports: {full_schedule: "cron(0 1 ? * SUN *)", incremental_every_minutes: 90, '
    "delete_after_days: 400, tiers: {deep_archive_after_days: 40, accept_thaw_hours: 12}}"
)
RECOVERY = "point_in_time_recovery: {recovery_period_days: 35}"


@pytest.fixture(scope="module")
def examples() -> dict[str, Environment]:
    loaded = workspace.load((), ROOT / "environments")
    return {each.environment.name: each.environment for each in loaded}


@pytest.fixture(scope="module")
def texts(examples: dict[str, Environment]) -> dict[str, str]:
    return {name: guide(pipeline.render(each)) for name, each in examples.items()}


def test_the_source_says_where_exports_lie_and_how_long_they_are_kept(
    examples: dict[str, Environment], texts: dict[str, str]
) -> None:
    prod, text = examples["prod"], texts["prod"].partition("## Exports\n")[2]
    place = export_place(prod)
    assert place is not None
    for each in (place, *(replica for _, replica in export_replicas(prod).values())):
        assert f"| `{each.name}` (" in text
    (exports,) = prod.exports.values()
    days = retention(exports).keep_days
    (sum_,) = re.findall(rf"\| {days} days = ([\d +]+) \|", text)
    assert sum(map(int, sum_.split(" + "))) == days
    assert "`order_transaction`" in text
    assert "holdfast points prod order_transaction" in text
    assert (
        f"s3://{catalogue_bucket_name(prod)}/catalog/exports/111111111111/eu-central-1/order_transaction/"
        in text
    )


def test_an_export_is_started_with_what_the_schedule_gives(texts: dict[str, str]) -> None:
    (start,) = (
        words
        for words in commands(texts["prod"])
        if "start-execution" in words and words[-1].startswith('{"kind"')
    )
    assert json.loads(start[-1]) == {"kind": "incremental", "scheduled_at": "$NOW"}


def test_the_destination_comes_first_and_says_of_whom_it_holds_what(
    examples: dict[str, Environment], texts: dict[str, str]
) -> None:
    needs = "The template `exports` here needs the buckets that `exports` of `archive` makes."
    assert needs in texts["prod"]
    assert needs not in texts["archive"]
    assert "## Exports\n" not in texts["archive"]
    (replica,) = (each for _, each in export_replicas(examples["prod"]).values())
    row = f"| `{replica.name}` | shop prod, account `111111111111` | a replica |"
    assert row in texts["archive"]
    assert "## Exports" not in texts["dev"]


def test_what_is_looked_at_every_hour_is_listed(texts: dict[str, str]) -> None:
    looked_at = texts["prod"].partition("### Looked at every hour")[2].partition("\n## ")[0]
    assert "| `critical.exports.incremental` | the end of its chain of exports |" in looked_at
    assert "point-in-time recovery is on" in looked_at
    assert "### Looked at every hour" not in texts["archive"]
    assert "nobody is told of:\n\n- a single table" not in texts["prod"].lower()


def text_of(folder: Path, bucket: str = "{}", exports: str = EXPORTS) -> str:
    more = f"protections: {{standard: {{{RECOVERY}, {exports}}}}}\nexport_bucket: {bucket}\n"
    of_archive = "kind: destination\naccepts: [dev.yaml]\nvaults: {main: {}}\n"
    write(
        folder,
        dev=environment("dev", more=more),
        archive=environment("archive", account="2", tables="{}", more=of_archive),
    )
    (loaded,) = workspace.load([str(folder / "environments/dev.yaml")])
    return guide(pipeline.render(loaded.environment))


def test_minutes_and_what_has_to_be_thawed_are_said(tmp_path: Path) -> None:
    text = text_of(tmp_path)
    assert "every 90 minutes" in text
    assert "Standard, Glacier Deep Archive after 40 days (thaws in up to 12 hours)" in text
    assert "needs the buckets" not in text
    assert "Try the lock" not in text
    assert "Cannot be undone" not in text.partition("## Exports")[2]


def test_a_lock_on_what_takes_exports_is_tried_with_one_table(tmp_path: Path) -> None:
    lock = "{object_lock: {mode: governance, retention_days: 9}, object_lock_unverified: true}"
    text = text_of(tmp_path, lock)
    trial = text.partition("### Try the lock with one table first")[2].partition("\n## ")[0]
    inputs = [json.loads(words[-1]) for words in commands(trial) if "start-execution" in words]
    assert inputs[0]["kind"] == "full"
    assert "aws dynamodb describe-export" in trial
    assert "stateMachine:shop-dev-exports-trial" in trial


def test_a_lock_that_nobody_lifts_is_said_here_and_there(tmp_path: Path) -> None:
    lock = "{mode: compliance, retention_days: 365, i_understand_this_cannot_be_undone: true}"
    replicas = f"{{replicas: {{away: {{to: archive, object_lock: {lock}}}}}}}"
    text = text_of(tmp_path, replicas)
    assert "**Cannot be undone:** nobody, AWS included, deletes an object of `shop-arch" in text
    assert "within 365 days" in text


def test_a_bucket_in_a_destination_is_its_own(tmp_path: Path) -> None:
    text = text_of(tmp_path, "{to: archive}")
    assert "`shop-archive-exports-dev-222222222222-eu-central-1` (exports)" in text
    assert "that `exports` of `archive` makes" in text
