from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import rules
from generator.environment import Document, read
from generator.errors import Mark, Mistake, Mistakes
from generator.spec.presets import BUILT_IN
from generator.validation import blame, touches, validate

HEAD = """\
project: shop
environment: prod
account_id: "111111111111"
region: eu-central-1
principals: {break_glass: [{role: BreakGlass}]}
"""
EVERYTHING = (
    HEAD
    + """\
tags: {owner: payments}
permissions_boundary_arn: arn:aws:iam::111111111111:policy/Boundary
table_name_pattern: "{project}-{table}"
deploy:
  artifacts_bucket: shop-artifacts
  terraform_backend: {s3: {bucket: shop-tfstate, region: eu-central-1, use_lockfile: true}}
defaults:
  protection: gold
  billing: {mode: provisioned, read_capacity_units: 5, write_capacity_units: 5}
  encryption: {key: aws_managed}
  alarms: {throttling: true}
protections:
  gold:
    deletion_protection: true
    point_in_time_recovery: {enabled: true, recovery_period_days: 7}
    backups:
      daily:
        schedule: cron(0 3 * * ? *)
        schedule_timezone: Europe/Berlin
        start_window_minutes: 60
        completion_window_minutes: 600
        delete_after_days: 35
        recovery_point_tags: {kind: daily}
        copies:
          far:
            vault_arn: arn:aws:backup:eu-west-1:222222222222:backup-vault:far
            cold_storage_after_days: 10
            delete_after_days: 100
    select_by_tag: {key: backup, value: gold}
vaults:
  main:
    kms_key_arn: arn:aws:kms:eu-central-1:111111111111:key/1
    lock: {mode: governance, min_retention_days: 7, max_retention_days: 60}
    notifications:
      sns_topic_arn: arn:aws:sns:eu-central-1:111111111111:events
      events: [RECOVERY_POINT_MODIFIED]
    tags: {kind: vault}
tables:
  orders:
    name: shop-orders
    stack: orders
    protection: gold
    partition_key: {name: order_id, type: S}
    sort_key: {name: line, type: N}
    attributes: {customer_id: S}
    billing:
      mode: provisioned
      read_capacity_units: 5
      write_capacity_units: 5
      auto_scaling: {read: {min_capacity_units: 5, max_capacity_units: 50}}
    global_indexes:
      by_customer:
        partition_key: {name: customer_id}
        projection: {type: INCLUDE, non_key_attributes: [amount]}
        read_capacity_units: 5
        write_capacity_units: 5
    local_indexes: {by_amount: {sort_key: {name: amount, type: N}}}
    encryption: {key: aws_owned}
    point_in_time_recovery: {recovery_period_days: 3}
    deletion_protection: false
    time_to_live: {attribute_name: expires_at}
    stream: {view_type: NEW_IMAGE}
    kinesis_destination: {stream_arn: "arn:aws:kinesis:eu-central-1:111111111111:stream/orders"}
    table_class: STANDARD
    resource_policy: {Version: "2012-10-17", Statement: []}
    alarms: {system_errors: true}
    tags: {kind: table}
  sessions: {existing: true}
alerts:
  subscriptions: {oncall: {email: oncall@shop.example}}
  watchdog_subscriptions: {pager: {https: "https://pager.shop.example"}}
  freshness_alarms: true
lint: {accept: {HF001: for now}}
"""
)
_ONE_VALUE = "write one value; in quotes, if it begins with a bracket or a brace"
NONSENSE: tuple[Any, ...] = ("nonsense", 4711, -1, 1.5, True, [], [5], {}, {"odd": 5})


def document_of(text: str, folder: Path) -> Document:
    path = folder / "prod.yaml"
    path.write_text(text, encoding="utf-8")
    return read(path, built_in=BUILT_IN, relative_to=folder)


def every_path(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, item in entries:
        found.append((*path, key))
        if isinstance(item, dict | list):
            found += every_path(item, (*path, key))
    return found


def test_a_valid_document_gives_a_specification_and_nothing_else(tmp_path: Path) -> None:
    spec, mistakes, refused = validate(document_of(EVERYTHING, tmp_path))
    assert mistakes == []
    assert refused == frozenset()
    assert spec is not None
    assert list(spec.tables) == ["orders", "sessions"]
    assert "standard" in spec.protections  # a built-in class


def test_every_mistake_is_told_at_once_in_file_order(tmp_path: Path) -> None:
    text = (
        HEAD.replace("eu-central-1", "mars-1")
        + """\
protections:
  standard:
    backups:
      daily: {delete_after_days: 0}
      weekly: {schedule: rate(7 days)}
tabels: {}
tables:
  orders: {partition_key: {type: X}}
"""
    )
    _, mistakes, _ = validate(document_of(text, tmp_path))
    said = [(str(each.mark), each.path) for each in Mistakes(mistakes).mistakes]
    weekly = ("protections", "standard", "backups", "weekly")
    assert said == [
        ("prod.yaml:4:1", ("region",)),
        ("prod.yaml:9:15", ("protections", "standard", "backups", "daily", "delete_after_days")),
        ("prod.yaml:10:7", weekly),
        ("prod.yaml:10:16", (*weekly, "schedule")),
        ("prod.yaml:11:1", ()),
        ("prod.yaml:13:12", ("tables", "orders", "partition_key")),
        ("prod.yaml:13:28", ("tables", "orders", "partition_key", "type")),
    ]


def test_what_is_left_is_still_a_specification(tmp_path: Path) -> None:
    text = EVERYTHING.replace("region: eu-central-1\n", "region: 5\n", 1).replace(
        "sessions: {existing: true}", "sessions: {existing: perhaps}"
    )
    spec, mistakes, refused = validate(document_of(text, tmp_path))
    assert len(mistakes) == 2
    assert refused == {("region",), ("tables", "sessions", "existing")}
    assert spec is not None
    assert spec.tables["orders"].name == "shop-orders"
    assert spec.tables["sessions"].existing is False


def test_a_refused_item_takes_its_list_with_it_so_that_none_is_renumbered(tmp_path: Path) -> None:
    text = HEAD.replace("[{role: BreakGlass}]", "[{role: 5}, {role: BreakGlass}, {role: 6}]")
    _, mistakes, refused = validate(document_of(text, tmp_path))
    assert [each.path for each in mistakes] == [
        ("principals", "break_glass", 0, "role"),
        ("principals", "break_glass", 2, "role"),
    ]
    assert ("principals", "break_glass") in refused
    assert ("principals", "break_glass", 0, "role") not in refused


@pytest.mark.parametrize(
    "other",
    [
        "schedule: every day",
        "schedule: cron(0 3 1 * ? *)\n        schedule_timezone: 5",
        "schedule: cron(0 3 1 * ? *)\n        colour: red",
        "copies: [a]",
    ],
)
def test_two_mistakes_of_one_entry_are_both_told(other: str, tmp_path: Path) -> None:
    text = f"""\
{HEAD}protections:
  standard:
    backups:
      monthly:
        {other}
        cold_storage_after_days: 31
        delete_after_days: 60
"""
    _, mistakes, _ = validate(document_of(text, tmp_path))
    told = [each.path[4:] for each in mistakes]
    assert ("delete_after_days",) in told
    assert len(told) == (3 if "schedule:" not in other else 2)


def test_a_lock_with_two_mistakes_tells_both(tmp_path: Path) -> None:
    lock = "{mode: compliance, min_retention_days: 9, max_retention_days: 7, cooling_off_days: 3}"
    _, mistakes, _ = validate(document_of(f"{HEAD}vaults: {{main: {{lock: {lock}}}}}\n", tmp_path))
    assert [each.path[2:] for each in mistakes] == [("lock", "max_retention_days"), ("lock",)]


@pytest.mark.parametrize(
    "entry",
    [
        "protections: {standard: {backups: {daily: {copies: {far: {too: far, "
        "delete_after_days: 35}}}}}}",
        "principals: {deploy: [{roles: Deploy}]}",
        "alerts: {subscriptions: {oncall: {slack: '#oncall'}}}",
        "tables: {orders: {existing: true, encryption: {kee: customer_managed}}}",
    ],
)
def test_an_unknown_key_is_not_told_again_as_a_missing_one(entry: str, tmp_path: Path) -> None:
    head = HEAD.replace("principals: {", "principals: {deploy: [{roles: Deploy}], ")
    text = head if entry.startswith("principals") else f"{HEAD}{entry}\n"
    _, mistakes, _ = validate(document_of(text, tmp_path))
    assert [each.cause.partition(" `")[0] for each in mistakes] == ["unknown key"]


@pytest.mark.parametrize("name", ["schedule", "region", "principals", "[key]", "files"])
def test_names_that_mean_something_elsewhere_mean_nothing_as_names(
    name: str, tmp_path: Path
) -> None:
    text = f"{HEAD}tables: {{{name!r}: [a]}}\nprotections: {{standard: {{{name!r}: 5}}}}\n"
    spec, mistakes, _ = validate(document_of(text, tmp_path))
    assert spec is not None
    told = {each.path for each in mistakes}
    assert told == {("protections", "standard"), ("tables", name)}


@pytest.mark.parametrize("nonsense", NONSENSE, ids=repr)
def test_nonsense_anywhere_is_a_mistake_with_a_place_and_never_a_crash(
    nonsense: Any, tmp_path: Path
) -> None:
    document = document_of(EVERYTHING, tmp_path)
    assert len(every_path(document.data)) > 140
    for path in every_path(yaml.safe_load(EVERYTHING)):
        data = copy.deepcopy(document.data)
        container: Any = data
        for key in path[:-1]:
            container = container[key]
        container[path[-1]] = nonsense
        changed = Document(
            path=document.path,
            data=data,
            marks=document.marks,
            history=document.history,
            removed=document.removed,
            files=document.files,
        )
        spec, mistakes, refused = validate(changed)
        assert spec is not None, path
        assert all(each.cause and each.fix and each.mark for each in mistakes), path
        if mistakes:
            assert any(touches(each.path, [path[:-1]]) for each in mistakes), path
            echo = rules.check(spec, changed, refused)
            assert not any(touches(each.path, refused) for each in echo), path


ORDERS = "tables:\n  orders: {partition_key: {name: order_id, type: S}"
ECHOES = {
    "mode": f"{ORDERS}, billing: {{mode: FAST, read_capacity_units: 5}}}}",
    "class": f"protections: {{gold: [a]}}\n{ORDERS}, protection: gold}}",
    "vault": "protections: {standard: {backups: {daily: {vault: long}}}}\n"
    f"vaults: {{long: [a]}}\n{ORDERS}}}",
    "lock": "protections: {standard: {backups: {daily: {delete_after_days: 3}}}}\n"
    f"vaults: {{main: {{lock: {{min_retention_days: one}}}}}}\n{ORDERS}}}",
    "retention": "protections: {standard: {backups: {daily: {delete_after_days: x}}}}\n"
    f"vaults: {{main: {{lock: {{min_retention_days: 9}}}}}}\n{ORDERS}}}",
    "key": "tables: {orders: {partition_key: id, attributes: {id: S}}}",
    "misspelt key": "tables: {orders: {hash_key: id, attributes: {id: S}}}",
    "sort key": f"{ORDERS}, sort_key: 5, local_indexes: {{by_date: {{sort_key: {{name: date, "
    "type: N}}}}",
    "alerts": f"alerts: {{subscriptions: [a]}}\n{ORDERS}, alarms: {{throttling: true}}}}",
    "units": f"{ORDERS}, billing: {{mode: provisioned, read_capacity_units: 5, "
    "write_capacity_units: five}}",
    "kind": "kind: destinaton\naccepts: [dev.yaml]\nvaults: {archive: {}}",
    "backups": "protections: {gold: {backups: [], select_by_tag: {key: a, value: b}}}",
}


@pytest.mark.parametrize("text", ECHOES.values(), ids=ECHOES.keys())
def test_what_was_refused_has_no_echo_in_the_rules(text: str, tmp_path: Path) -> None:
    document = document_of(f"{HEAD}{text}\n", tmp_path)
    spec, mistakes, refused = validate(document)
    assert len(mistakes) == 1
    assert spec is not None
    assert rules.check(spec, document, refused) == []


@pytest.mark.parametrize("wrong", ["account_id: 5", "region: here"])
def test_places_are_not_compared_with_what_stands_in_for_the_refused(
    wrong: str, tmp_path: Path
) -> None:
    kept = [line for line in HEAD.splitlines() if not line.startswith(wrong.partition(":")[0])]
    text = "\n".join([*kept, wrong, EVERYTHING[EVERYTHING.index("vaults:") :]])
    document = document_of(text.replace("protection: gold", "protection: critical"), tmp_path)
    spec, mistakes, refused = validate(document)
    assert len(mistakes) == 1
    assert spec is not None
    found = [each for each in rules.check(spec, document, refused) if "arn" in str(each.path[-1])]
    assert found == []


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("hash_key", "partition_key"),
        ("GlobalSecondaryIndexes", "global_indexes"),
        ("billing_mode", "billing"),
        ("deletionProtection", "deletion_protection"),
        ("TTL", "time_to_live"),
        ("sort-key", "sort_key"),
    ],
)
def test_words_of_other_tools_are_understood(key: str, meant: str, tmp_path: Path) -> None:
    text = f"{HEAD}tables: {{orders: {{existing: true, {key}: 5}}}}\n"
    _, mistakes, _ = validate(document_of(text, tmp_path))
    assert [(each.cause, each.fix) for each in mistakes] == [
        (f"unknown key `{key}`", f"did you mean `{meant}`?")
    ]


@pytest.mark.parametrize(
    ("text", "cause", "fix"),
    [
        (
            "defaults: {billing: {read_capacity_units: many}}",
            'must be a whole number, is the text "many"',
            "write a whole number",
        ),
        (
            "protections: {a: {point_in_time_recovery: {recovery_period_days: 1.5}}}",
            "must be a whole number, is the number 1.5",
            "write 1 to 35",
        ),
        (
            "defaults: 5",
            "must be a mapping of keys to values, is the number 5",
            "write {protection: …}; the keys known here are protection, billing, encryption, "
            "alarms",
        ),
        ("accepts: true", "must be a list, is the word true", "write [true]"),
        ("table_name_pattern: {}", "must be text, is an empty mapping", _ONE_VALUE),
        ("kind: [workload]", "cannot be a list", "write workload or destination"),
    ],
)
def test_values_of_the_wrong_kind(text: str, cause: str, fix: str, tmp_path: Path) -> None:
    _, mistakes, _ = validate(document_of(f"{HEAD}{text}\n", tmp_path))
    assert [(each.cause, each.fix) for each in mistakes] == [(cause, fix)]


def test_a_wrong_value_is_told_beside_another_word_for_its_key(tmp_path: Path) -> None:
    text = f"{HEAD}tables: {{orders: {{partition_key: id, hash_key: id}}}}\n"
    _, mistakes, _ = validate(document_of(text, tmp_path))
    assert {each.path for each in mistakes} == {
        ("tables", "orders"),
        ("tables", "orders", "partition_key"),
    }


def test_an_unknown_key_without_a_likely_one_lists_what_there_is(tmp_path: Path) -> None:
    _, mistakes, _ = validate(document_of(f"{HEAD}defaults: {{colour: red}}\n", tmp_path))
    assert [each.fix for each in mistakes] == [
        "the keys known here are protection, billing, encryption, alarms"
    ]


def test_a_misspelt_required_key_is_one_mistake(tmp_path: Path) -> None:
    text = HEAD.replace("region:", "regoin:")
    _, mistakes, _ = validate(document_of(text, tmp_path))
    assert [each.fix for each in mistakes] == ["did you mean `region`?"]


def test_a_mistake_in_a_built_in_class_is_placed_where_a_person_wrote(tmp_path: Path) -> None:
    text = f"{HEAD}protections: {{critical: {{deletion_protection: false}}}}\n"
    document = document_of(text, tmp_path)
    path = ("protections", "critical", "backups", "daily", "delete_after_days")
    assert document.mark(path).line == 0
    assert blame(document, path, "cause", "fix") == Mistake(
        "cause", "fix", path, Mark("prod.yaml", 6, 15)
    )


def test_a_value_with_line_breaks_stays_on_one_line(tmp_path: Path) -> None:
    text = HEAD.replace("project: shop", 'project: "a\\nb' + "c" * 200 + '"')
    _, mistakes, _ = validate(document_of(text, tmp_path))
    assert len(mistakes) == 1
    assert "\n" not in mistakes[0].cause
    assert "`a\\nbccc" in mistakes[0].cause
    assert mistakes[0].cause.count("c") < 100
