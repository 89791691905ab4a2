"""Tripwires as rules: lengths, how they split, where they stand, and who may publish."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from blueprints import alerts
from blueprints.alerts.patterns import PATTERN_LENGTH, parts_of
from tests.parity.rendering import all_names, loaded
from tests.tripwires.bus import delivered, rules_of
from tests.tripwires.calls import CALLS
from tests.tripwires.calls_beyond import CALLS_BEYOND
from tests.tripwires.records import ACTORS, record
from tests.unit.blueprints.alerts_samples import as_template, as_terraform, destination, environment

if TYPE_CHECKING:
    from blueprints.alerts.facts import AlertsFacts
    from generator.spec.resolved import Environment

RECEIVER = {"mail": {"email": "oncall@example.com"}}
TOLD = {"subscriptions": RECEIVER, "tripwires": {"change_subscriptions": RECEIVER}}
KEY = {"partition_key": {"name": "id", "type": "S"}}
# What a bus takes, and a template of CloudFormation.
RULES_OF_A_BUS, RESOURCES, BYTES = 300, 450, 900_000
UPLOAD_FREE_BYTES = 51_200
# The longest names there are: project and environment of 20, tables of 255, vaults of 50.
LONGEST: dict[str, Any] = {
    "project": "p" * 20,
    "environment": "e" * 20,
    "region": "ap-northeast-1",
    "alerts": TOLD,
    "tables": {f"{'t' * 250}_{number:03}": KEY for number in range(20)},
    "principals": {
        "break_glass": [{"role": "B" * 64}, {"permission_set": "S" * 32}],
        "deploy": [
            *({"role": f"path/{letter * 64}"} for letter in "DEF"),
            *({"permission_set": letter * 32} for letter in "XYZ"),
        ],
    },
}


def parts(place: Environment) -> dict[str, AlertsFacts]:
    return {facts.template: facts for facts in alerts.decide(place)}


def here(place: Environment) -> list[AlertsFacts]:
    """Return the templates of tripwires in the environment's own Region."""
    found = alerts.decide(place)
    return [facts for facts in found if facts.tripwires and facts.elsewhere is None]


def many(count: int, pattern: str = "{table}", **changes: Any) -> Environment:
    tables = {f"customer_order_events_{number:03}": KEY for number in range(count)}
    return environment(tables=tables, table_name_pattern=pattern, alerts=TOLD, **changes)


def every_environment() -> list[Environment]:
    known = [loaded(name).environment for name in all_names()]
    return [
        *known,
        environment(**LONGEST),
        destination(),
        many(500),
        many(500, "{project}-{table}"),
    ]


@pytest.mark.parametrize("place", every_environment(), ids=lambda each: each.name)
def test_patterns_and_names_are_as_long_as_eventbridge_takes(place: Environment) -> None:
    found = [rule for facts in parts(place).values() for rule in facts.tripwires]
    for rule in found:
        assert len(json.dumps(rule.event_pattern)) <= PATTERN_LENGTH
        assert len(rule.name) <= 64
        assert len(rule.description) <= 512
        assert rule.name.startswith(f"{place.project}-{place.name}-")
        assert len(rule.input_template or "") <= 8192
    names = Counter((rule.name, rule.role is None) for rule in found)
    assert set(names.values()) <= {1}


@pytest.mark.parametrize(
    ("pattern", "most", "templates"),
    [("{table}", RULES_OF_A_BUS, 2), ("{project}-{environment}-{table}", 40, 1)],
)
def test_500_tables_fit_into_one_bus_and_few_templates(
    pattern: str, most: int, templates: int
) -> None:
    found = here(many(500, pattern))
    assert sum(len(facts.tripwires) for facts in found) <= most
    assert len(found) == templates
    for facts in found:
        assert len(as_template(facts).template["Resources"]) <= RESOURCES
        assert len(as_template(facts).text) < BYTES


def test_many_tags_make_more_templates_and_none_too_long() -> None:
    place = many(500, tags={f"tag-{number}": "v" * 256 for number in range(40)})
    found = here(place)
    assert len(found) > 4
    assert max(len(as_template(facts).text) for facts in found) < BYTES
    alarms = [alarm.name for facts in found for alarm in facts.alarms]
    labels = {alarm.label for facts in found for alarm in facts.alarms}
    assert len(set(alarms)) == len(labels) == len(alarms)


def test_each_of_500_tables_is_in_exactly_one_part() -> None:
    place = many(500)
    given = rules_of(place)
    (call,) = (
        each for each in CALLS if each.event == "DeleteTable" and "/" not in str(each.request)
    )
    (backup,) = (each for each in CALLS if each.event == "DeleteBackup")
    for table in place.tables[::25]:
        event = record(call, ACTORS["root"], requestParameters={"tableName": table.name})
        assert len(delivered(event, given)) == 1
        arn = {"backupArn": f"{table.arn}/backup/0148"}
        assert len(delivered(record(backup, ACTORS["root"], requestParameters=arn), given)) == 1
    other = record(call, ACTORS["root"], requestParameters={"tableName": "customer_order"})
    assert delivered(other, given) == []


def test_adding_a_table_changes_one_part_of_each_kind() -> None:
    before, after = (
        {
            rule.name: (facts.template, rule.event_pattern)
            for facts in here(many(count))
            for rule in facts.tripwires
        }
        for count in (499, 500)
    )
    assert before.keys() == after.keys()
    changed = [name.rpartition("-")[0] for name in before if before[name] != after[name]]
    assert sorted(changed) == [
        "shop-prod-change-table",
        "shop-prod-tripwire-native-backup",
        "shop-prod-tripwire-table",
        "shop-prod-tripwire-table-policy",
    ]


def test_one_prefix_stands_for_all_tables_that_have_it() -> None:
    tables = {"orders": KEY, "legacy": {"existing": True, "name": "Legacy"}}
    place = environment(tables=tables, table_name_pattern="shop-{table}")
    (rule,) = (rule for rule in parts(place)["tripwires"].tripwires if rule.name.endswith("-table"))
    assert rule.event_pattern["detail"]["requestParameters"]["tableName"] == [
        {"prefix": "arn:aws:dynamodb:eu-central-1:111111111111:table/"},
        {"prefix": "shop-"},
        "Legacy",
    ]


def test_parts_do_not_depend_on_the_order() -> None:
    names = [f"table-{number}" for number in range(100)]
    forward = parts_of(names, lambda part: len(part) <= 9)
    backward = parts_of(reversed(names), lambda part: len(part) <= 9)
    assert {key: set(part) for key, part in forward.items()} == {
        key: set(part) for key, part in backward.items()
    }
    assert len(forward) > 8
    assert parts_of(names, lambda _: True) == {"": tuple(names)}
    with pytest.raises(ValueError, match="too long"):
        parts_of(names, lambda _: False)


@pytest.mark.parametrize(
    ("region", "there"),
    [
        ("eu-central-1", "us-east-1"),
        ("us-east-1", None),
        ("us-gov-east-1", "us-gov-west-1"),
        ("us-gov-west-1", None),
        ("cn-northwest-1", "cn-north-1"),
        ("cn-north-1", None),
    ],
)
def test_global_services_are_watched_where_they_report(region: str, there: str | None) -> None:
    found = parts(environment(region=region, tables={}))
    elsewhere = {facts.elsewhere.region for facts in found.values() if facts.elsewhere is not None}
    assert elsewhere == ({there} if there else set())
    if there is None:
        (role,) = (r for r in found["tripwires"].tripwires if r.name.endswith("tripwire-role"))
        assert role.event_pattern["region"] == [region]
        return
    facts = found[f"tripwires-{there}"]
    template = as_template(facts)
    assert len(template.text.encode()) < UPLOAD_FREE_BYTES  # no bucket lies in that Region
    assert facts.role is not None
    partition = template.template["Resources"]["RoleForTripwires"]["Properties"]["Policies"]
    assert f":events:{region}:111111111111:event-bus/default" in json.dumps(partition)
    text = as_terraform(facts).text
    alias = f"= aws.{there.replace('-', '_')}\n"
    assert text.count(alias) == text.count('\nresource "')
    assert alias not in as_terraform(found["tripwires"]).text


def test_in_china_both_spellings_of_the_detail_type_count() -> None:
    found = parts(environment(region="cn-north-1", tables={}))["tripwires"].tripwires
    assert found[0].event_pattern["detail-type"] == [
        "AWS API Call via CloudTrail",
        "Amazon API Call via CloudTrail",
    ]


def test_off_means_no_rule_no_topic_and_no_right() -> None:
    place = environment(
        alerts={
            "subscriptions": RECEIVER,
            "tripwires": {"enabled": False, "change_subscriptions": RECEIVER},
        }
    )
    found = parts(place)
    assert set(found) == {"alerts"}
    assert len(found["alerts"].topics) == 2
    assert "tripwire" not in as_template(found["alerts"]).text
    assert not alerts.watches(place)


def test_changes_of_deployments_are_told_only_where_somebody_asked() -> None:
    without, told = parts(environment()), parts(environment(alerts=TOLD))
    assert [rule for rule in without["tripwires"].tripwires if "-change-" in rule.name] == []
    assert len(without["alerts"].topics) == 2
    assert len(told["alerts"].topics) == 3
    changes = [rule for rule in told["tripwires"].tripwires if "-change-" in rule.name]
    assert {rule.target_arn.rpartition(":")[2] for rule in changes} == {"shop-prod-changes"}
    nobody = environment(alerts=TOLD, principals={"break_glass": [{"role": "BreakGlass"}]})
    assert "-change-" not in as_template(parts(nobody)["tripwires"]).text
    assert "anything-but" not in json.dumps(
        [r.event_pattern for r in parts(nobody)["tripwires"].tripwires if "vault" in r.name]
    )


def test_rules_may_publish_to_their_topic_and_queue_and_no_other_may() -> None:
    facts = parts(environment(alerts=TOLD))["alerts"]
    topics = {topic.name: json.dumps(topic.policy) for topic in facts.topics}
    rule = "arn:aws:events:eu-central-1:111111111111:rule/shop-prod"
    assert f"{rule}-tripwire-*" in topics["shop-prod-alerts"]
    assert f"{rule}-change-*" in topics["shop-prod-changes"]
    assert "rule/" not in topics["shop-prod-watchdog"]
    assert f"{rule}-tripwire-*" not in topics["shop-prod-changes"]
    assert facts.queue is not None
    assert f"{rule}-change-*" in json.dumps(facts.queue.policy)


def test_lost_messages_are_watched_ten_rules_to_an_alarm() -> None:
    facts = parts(environment(alerts=TOLD))["tripwires"]
    watched = [
        part.metric.dimensions["RuleName"]
        for alarm in facts.alarms
        if alarm.total is not None
        for part in alarm.total.parts
    ]
    assert watched == [rule.name for rule in facts.tripwires]
    assert all(alarm.total and len(alarm.total.parts) <= 10 for alarm in facts.alarms)


def test_a_break_glass_role_of_ours_is_reported_once() -> None:
    principals = {
        "break_glass": [{"role": "shop-prod-break-glass-eu-central-1"}],
        "deploy": [{"role": "Deploy"}],
    }
    given = rules_of(environment(alerts=TOLD, principals=principals))
    (call, *_) = (each for each in CALLS_BEYOND if each.event == "CreateRole")
    event = record(
        call,
        ACTORS["who deploys"],
        requestParameters={"roleName": "shop-prod-break-glass-eu-central-1"},
    )
    assert [rule.name for rule in delivered(event, given)] == ["shop-prod-tripwire-role"]
