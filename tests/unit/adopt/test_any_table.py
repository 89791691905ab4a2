"""Whatever a table is like: it is defined as it is or left alone, and every loss is named."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.unit.adopt.rendering import entries, loaded, rendered, text_of
from tests.unit.adopt.samples import (
    KEY_ARN,
    STREAM_ARN,
    Answer,
    account,
    answered,
    backups,
    capacity,
    index,
    insights,
    key_metadata,
    keys,
    kinesis,
    policy,
    scaling_policy,
    table,
    table_arn,
    target,
    time_to_live,
)
from tests.unit.adopt.template import template_of

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)
NAME = st.from_regex(r"[A-Za-z0-9_.-]{3,20}", fullmatch=True)
UNITS = st.integers(min_value=1, max_value=40_000)
TAG_TEXT = st.from_regex(r"[\w +\-=.:/@]{1,12}", fullmatch=True).map(str.strip).filter(bool)
VIEWS = st.sampled_from(["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"])
STATUS = st.sampled_from(["ENABLED", "ENABLING", "DISABLED", "DISABLING"])
PROJECTIONS = st.one_of(
    st.sampled_from([{"ProjectionType": "ALL"}, {"ProjectionType": "KEYS_ONLY"}]),
    st.lists(TEXT, min_size=1, max_size=4, unique=True).map(
        lambda names: {"ProjectionType": "INCLUDE", "NonKeyAttributes": names}
    ),
)
RECOVERY_IS_OFF = "point-in-time recovery is off today"
# What may be lost beside a description, and how a note on it begins.
LOSSES: dict[str, tuple[dict[str, Any], str]] = {
    "warm": (
        {"WarmThroughput": {"ReadUnitsPerSecond": 99_000, "WriteUnitsPerSecond": 1}},
        "lost: warm throughput, 99000 read units",
    ),
    "new": ({"Quantum": {"On": True}}, "lost: Quantum of the table"),
    "global": ({"Replicas": [{"RegionName": "us-east-1"}]}, "existing: it is a global table"),
    "status": ({"TableStatus": "UPDATING"}, "its status is UPDATING"),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Answer], list[str]]:
    """Draw the answers about one table, and how the notes on it must begin."""
    name, on_demand = draw(NAME), draw(st.booleans())
    names = draw(st.lists(TEXT, min_size=2, max_size=5, unique=True))
    types = {each: draw(st.sampled_from("SNB")) for each in names}
    schema = keys(*names[: draw(st.integers(1, 2))])
    lost = draw(st.lists(st.sampled_from(sorted(LOSSES)), max_size=2, unique=True))
    members = draw(_settings()) | {"KeySchema": schema}
    indexes = _indexes(draw, names, schema, on_demand=on_demand)
    used = {key["AttributeName"] for owner in (members, *indexes) for key in owner["KeySchema"]}
    globals_ = [each for each in indexes if "IndexStatus" in each]
    members |= {
        "AttributeDefinitions": [
            {"AttributeName": each, "AttributeType": types[each]} for each in names if each in used
        ],
        "GlobalSecondaryIndexes": globals_,
        "LocalSecondaryIndexes": [each for each in indexes if "IndexStatus" not in each],
        **_paid(draw, on_demand=on_demand),
    }
    for each in lost:
        members |= LOSSES[each][0]
    described = table(name, **members)
    scaling = [] if on_demand else _scaling(draw, described["Table"])
    answers = answered(described, *draw(_beside(name)), *_insights(draw, name, globals_), *scaling)
    return answers, [LOSSES[each][1] for each in lost]


def _paid(draw: st.DrawFn, *, on_demand: bool) -> Answer:
    if not on_demand:
        return {
            "BillingModeSummary": {"BillingMode": "PROVISIONED"},
            "ProvisionedThroughput": capacity(draw(UNITS), draw(UNITS)),
        }
    cap = st.one_of(st.just(-1), UNITS)
    return {
        "OnDemandThroughput": {
            "MaxReadRequestUnits": draw(cap),
            "MaxWriteRequestUnits": draw(cap),
        }
    }


@st.composite
def _settings(draw: st.DrawFn) -> Answer:
    encrypted = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY_ARN}
    return {
        "DeletionProtectionEnabled": draw(st.booleans()),
        "TableClassSummary": {
            "TableClass": draw(st.sampled_from(["STANDARD", "STANDARD_INFREQUENT_ACCESS"]))
        },
        "SSEDescription": draw(st.sampled_from([{}, {"Status": "DISABLED"}, encrypted])),
        "StreamSpecification": draw(
            st.one_of(
                st.just({"StreamEnabled": False}),
                VIEWS.map(lambda view: {"StreamEnabled": True, "StreamViewType": view}),
            )
        ),
    }


def _indexes(
    draw: st.DrawFn, names: list[str], schema: list[Answer], *, on_demand: bool
) -> list[Answer]:
    found = []
    for number in range(draw(st.integers(0, 3))):
        picked = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
        found.append(
            index(
                f"global{number}",
                keys(*picked),
                Projection=draw(PROJECTIONS),
                **_paid(draw, on_demand=on_demand),
            )
        )
        del found[-1]["BillingModeSummary" if not on_demand else "IndexArn"]
    if len(schema) > 1:
        for number in range(draw(st.integers(0, 2))):
            sort_key = draw(st.sampled_from(names[1:]))
            local = keys(names[0], sort_key)
            projection = draw(PROJECTIONS)
            found.append(
                {"IndexName": f"local{number}", "KeySchema": local, "Projection": projection}
            )
    return found


def _scaling(draw: st.DrawFn, described: Answer) -> list[Answer]:
    """Draw auto scaling that keeps every capacity within its bounds."""
    targets, policies = [], []
    owners = [(f"table/{described['TableName']}", described)]
    owners += [
        (f"{owners[0][0]}/index/{each['IndexName']}", each)
        for each in described["GlobalSecondaryIndexes"]
    ]
    for resource_id, owner in owners:
        for operation in ("Read", "Write"):
            units = owner["ProvisionedThroughput"][f"{operation}CapacityUnits"]
            if draw(st.booleans()):
                low, high = draw(st.integers(1, units)), draw(st.integers(units, 50_000))
                targets.append(target(resource_id, operation, low, high))
                tracking = draw(
                    st.fixed_dictionaries(
                        {"TargetValue": st.integers(20, 90).map(float)},
                        optional={
                            "ScaleInCooldown": st.integers(0, 3600),
                            "ScaleOutCooldown": st.integers(0, 3600),
                            "DisableScaleIn": st.just(False),
                        },
                    )
                )
                policies.append(scaling_policy(resource_id, operation, draw(TEXT), **tracking))
    return account(targets, policies)


def _insights(draw: st.DrawFn, name: str, globals_: list[Answer]) -> list[Answer]:
    return [
        insights(name, enabled=draw(st.booleans()), **({"IndexName": each} if each else {}))
        for each in (None, *(one["IndexName"] for one in globals_))
    ]


@st.composite
def _beside(draw: st.DrawFn, name: str) -> list[Answer]:
    own = draw(st.dictionaries(TAG_TEXT, st.one_of(st.just(""), TAG_TEXT), max_size=4))
    own = {key: value for key, value in own.items() if not key.lower().startswith("aws:")}
    stream = {"StreamArn": STREAM_ARN, "DestinationStatus": "ACTIVE"}
    statement = {"Effect": "Deny", "Principal": "*", "Action": "dynamodb:*"}
    condition = {"aws:PrincipalTag/team": draw(TEXT)}
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                **statement,
                "Resource": table_arn(name),
                "Condition": {"StringLike": condition},
            }
        ],
    }
    return [
        key_metadata(draw(st.sampled_from(["AWS", "CUSTOMER"]))),
        draw(st.one_of(st.just(backups(None)), st.integers(1, 35).map(backups))),
        draw(st.one_of(st.just(time_to_live()), st.builds(time_to_live, TEXT, STATUS))),
        {"Tags": [{"Key": key, "Value": value} for key, value in own.items()]},
        kinesis(name, *draw(st.sampled_from([(), (stream,)]))),
        *draw(st.sampled_from([[], [policy(document)]])),
    ]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=tables())
def test_any_table_is_described_as_it_was_or_left_alone(
    drawn: tuple[list[Answer], list[str]],
) -> None:
    answers, beginnings = drawn
    (entry,) = entries(*answers)
    text = text_of([entry])
    note(text)
    said = [str(each) for each in entry.notes]
    for beginning in beginnings:
        if entry.defined or beginning.startswith("existing"):
            assert any(each.startswith(beginning) for each in said)
    with tempfile.TemporaryDirectory() as folder:
        environment = loaded(Path(folder), text)
    if entry.defined:
        assert rendered(environment) == template_of(*answers)
        assert not [each for each in said if not each.startswith((*beginnings, RECOVERY_IS_OFF))]
    else:
        assert any(each.startswith("existing: ") for each in said)
        assert environment.tables[0].existing
        assert rendered(environment) == {}
