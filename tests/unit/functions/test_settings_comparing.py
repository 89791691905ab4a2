"""Settings that mean the same are equal, and each that does not is told by its name."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.functions.common.settings import complete
from blueprints.functions.common.settings_comparing import (
    COMPARISONS,
    canonical,
    differences,
    tracking,
)
from tests.unit.functions import tables

OTHER_KEYS = [{"AttributeName": "other", "KeyType": "HASH"}]
INDEX = tables.settings()["global_indexes"]["by_customer"]
# Another value for each setting, and words that tell the difference.
CHANGES: dict[str, tuple[Any, str]] = {
    "key_schema": (OTHER_KEYS, "wanted [('HASH', 'other')]"),
    "attributes": ({"order_id": "B"}, "attribute order_id is of type S, wanted B"),
    "local_indexes": ({}, "index by_date is not wanted"),
    "encryption": ({"type": "KMS", "key": "arn"}, "wanted {'type': 'KMS', 'key': 'arn'}"),
    "deletion_protection": (False, "deletion_protection is True, wanted False"),
    "point_in_time_recovery": ({"enabled": True}, "days is 21, wanted 35"),
    "billing_mode": ("PAY_PER_REQUEST", "billing_mode is PROVISIONED, wanted PAY_PER_REQUEST"),
    "throughput": (
        {"ReadCapacityUnits": 45, "WriteCapacityUnits": 21},
        "WriteCapacityUnits is 20, wanted 21",
    ),
    "global_indexes": ({"new": INDEX, "by_customer": INDEX}, "index new is missing"),
    "table_class": ("STANDARD", "table_class is STANDARD_INFREQUENT_ACCESS, wanted STANDARD"),
    "stream_view_type": (None, "stream_view_type is NEW_IMAGE, wanted not set"),
    "time_to_live": ({"attribute_name": "x"}, "wanted {'attribute_name': 'x'}"),
    "tags": ({"owner": "me"}, "tag owner is payments, wanted me"),
    "resource_policy": (None, "wanted not set"),
    "contributor_insights": ({"table": False, "indexes": []}, "index by_customer is not wanted"),
    "kinesis_destinations": ([{"stream_arn": "arn"}], "stream arn is missing"),
    "scaling": ([], "dynamodb:table:ReadCapacityUnits scales, which is not wanted"),
    "alarms": ([{**tables.ALARM, "AlarmName": "new"}], "alarm new is missing"),
}


def on_demand(**caps: int) -> dict[str, Any]:
    return tables.settings(
        billing_mode="PAY_PER_REQUEST", throughput=None, scaling=[], on_demand_throughput=caps
    )


def test_every_setting_is_compared() -> None:
    names = tables.settings().keys() - {"version", "table_name", "table_arn", "table_id"}
    assert set(COMPARISONS) == names - {"taken_at"}
    assert set(COMPARISONS) == CHANGES.keys() | {"on_demand_throughput"}


@pytest.mark.parametrize("setting", CHANGES)
def test_a_difference_is_told_by_its_name(setting: str) -> None:
    value, words = CHANGES[setting]
    found = differences(tables.settings(**{setting: value}), tables.settings())
    # Without auto scaling, what it allowed is compared itself, and there it is equal.
    assert found.keys() == {setting}
    assert words in "; ".join(found[setting])


def test_caps_are_compared_where_both_are_on_demand() -> None:
    found = differences(on_demand(MaxReadRequestUnits=5), on_demand(MaxWriteRequestUnits=6))
    assert found == {
        "on_demand_throughput": [
            "MaxReadRequestUnits is not set, wanted 5",
            "MaxWriteRequestUnits is 6, wanted not set",
        ]
    }
    assert "on_demand_throughput" not in differences(on_demand(x=1), tables.settings())


def test_units_that_auto_scaling_moved_are_equal_within_its_bounds() -> None:
    present = tables.settings(throughput={"ReadCapacityUnits": 50, "WriteCapacityUnits": 20})
    present["global_indexes"] = {"by_customer": {**INDEX, "throughput": {**INDEX["throughput"]}}}
    present["global_indexes"]["by_customer"]["throughput"]["WriteCapacityUnits"] = 30
    assert differences(tables.settings(), present) == {}
    present["throughput"]["ReadCapacityUnits"] = 51
    present["global_indexes"]["by_customer"]["throughput"]["WriteCapacityUnits"] = 2
    assert differences(tables.settings(), present) == {
        "throughput": [
            "ReadCapacityUnits is 51, wanted 5 to 50",
            "index by_customer: WriteCapacityUnits is 2, wanted 3 to 30",
        ]
    }


def scaled(**changes: Any) -> dict[str, Any]:
    (first, second) = copy.deepcopy(tables.SCALING)
    return tables.settings(scaling=[{**first, **changes}, second])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"max_capacity": 60}, "max_capacity is 50, wanted 60"),
        ({"policies": []}, "policy orders-read is not wanted"),
        ({"scheduled_actions": []}, "scheduled action night is not wanted"),
        (
            {"policies": [{"name": "p", "configuration": tables.TRACKING}]},
            "policy p is missing",
        ),
        (
            {"policies": [{"name": "orders-read", "configuration": {"TargetValue": 1}}]},
            "policy orders-read is {'TargetValue': 70.0",
        ),
    ],
)
def test_scaling_is_compared_in_depth(changes: dict[str, Any], words: str) -> None:
    (found,) = differences(scaled(**changes), tables.settings()).values()
    assert words in "; ".join(found)


def test_scaling_that_means_the_same_is_equal() -> None:
    configuration = {**tables.TRACKING, "TargetValue": 70, "DisableScaleIn": False}
    action = {**tables.ACTION, "Timezone": "UTC", "StartTime": None}
    same = scaled(
        policies=[{"name": "orders-read", "configuration": configuration}],
        scheduled_actions=[action],
    )
    assert differences(same, tables.settings()) == {}
    assert tracking({"ScaleInCooldown": 0, "TargetValue": 1}) == {"TargetValue": 1}


def test_times_are_equal_however_they_are_written() -> None:
    one, two = "2026-12-01T00:00:00Z", "2026-12-01T01:00:00+01:00"
    actions = [[{**tables.ACTION, "EndTime": time}] for time in (one, two)]
    wanted, present = (scaled(scheduled_actions=each) for each in actions)
    assert differences(wanted, present) == {}


def test_policies_are_equal_in_any_order_and_with_lists_of_one() -> None:
    policy = tables.policy("arn")
    (statement,) = policy["Statement"]
    turned = {**statement, "Action": list(reversed(statement["Action"]))}
    same = {"Version": "2012-10-17", "Statement": turned}
    assert canonical(same) == canonical(policy)
    assert canonical({**statement, "Effect": "Deny"}) != canonical(statement)
    one = {"Statement": [{"Action": "a"}]}
    assert canonical(one) == canonical({"Statement": [{"Action": ["a"]}]})


def test_what_is_more_than_wanted_is_a_difference_but_for_tags_and_alarms() -> None:
    more = tables.settings(
        tags={"owner": "payments", "more": "x"},
        alarms=[tables.ALARM, {**tables.ALARM, "AlarmName": "more"}],
    )
    assert differences(tables.settings(), more) == {}
    changed = {**tables.ALARM, "Threshold": 5.0}
    assert differences(tables.settings(), tables.settings(alarms=[changed])) == {}


def test_what_a_document_leaves_out_is_not_set() -> None:
    bare = {name: tables.settings()[name] for name in ("key_schema", "attributes")}
    bare |= {"billing_mode": "PAY_PER_REQUEST"}
    assert differences(bare, complete(bare)) == {}
    assert differences(bare, {**bare, "tags": {"more": "x"}, "stream_view_type": None}) == {}
    empty = {**dict.fromkeys(COMPARISONS), **bare}
    assert differences(empty, bare) == differences(bare, empty) == {}


def test_keys_are_compared_by_arn_because_an_alias_does_not_say_which() -> None:
    wanted = tables.settings(encryption={"type": "KMS", "key": "alias/shop"})
    present = tables.settings(encryption={"type": "KMS", "key": "arn:aws:kms:x:1:key/1"})
    assert "encryption" in differences(wanted, present)


@given(st.sets(st.sampled_from(sorted(CHANGES)), max_size=4))
def test_only_what_changed_differs_and_json_changes_nothing(changed: set[str]) -> None:
    wanted = tables.settings(**{setting: CHANGES[setting][0] for setting in changed})
    found = differences(json.loads(json.dumps(wanted)), tables.settings())
    assert found.keys() <= changed
    # Units are not compared where the mode differs.
    told = changed - ({"throughput"} if "billing_mode" in changed else set())
    assert found.keys() >= told
    assert differences(wanted, wanted) == {}
    assert differences(tables.settings(), json.loads(json.dumps(tables.settings()))) == {}
