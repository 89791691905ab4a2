"""Each call that destroys or silences is exactly one message, and to the right people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import botocore.session
import pytest

from tests.tripwires.bus import BUS, Rule, delivered, rules, told, topic
from tests.tripwires.calls import CALLS, HERE, TABLE_ARN, THERE, Call
from tests.tripwires.calls_beyond import CALLS_BEYOND, SET_ROLE
from tests.tripwires.records import (
    ACTORS,
    AWS_BACKUP_EXPIRES,
    FIRST_CALLS,
    OF_ANOTHER_ACCOUNT,
    SIGNED_IN,
    Actor,
    first_call,
    record,
)

EVERY = (*CALLS, *CALLS_BEYOND)
Event = dict[str, Any]


def name(call: Call) -> str:
    return f"{call.region}-{call.event}-{'-'.join(call.request)}"


def expected(call: Call, actor: Actor) -> list[tuple[str, str]]:
    if actor.deploys and call.deploy == "change":
        return [("changes", f"shop-prod-change-{call.wire}")]
    return [("alerts", f"shop-prod-tripwire-{call.wire}")]


def got(event: Mapping[str, Any], given: tuple[Rule, ...] | None = None) -> list[tuple[str, str]]:
    return [(topic(rule), rule.name) for rule in delivered(event, given)]


def samples() -> Iterator[tuple[Event, list[tuple[str, str]]]]:
    """Yield every recorded event with the messages that it has to become."""
    for call in EVERY:
        for actor in ACTORS.values():
            yield record(call, actor), expected(call, actor)
        # The other table, vault and bucket of the environment.
        text = json.dumps(call.request).replace("order_transaction", "employee")
        text = text.replace("shop-prod-exports-", "shop-prod-catalog-")
        other = json.loads(text.replace("shop-prod-critical", "shop-prod-main"))
        for who in ("root", "who deploys"):
            event = record(call, ACTORS[who], requestParameters=other or None)
            yield event, expected(call, ACTORS[who])
        if call.event.startswith("AssumeRole"):
            for actor in (SIGNED_IN, OF_ANOTHER_ACCOUNT):
                yield record(call, actor), expected(call, actor)
    for region in (HERE, THERE):
        # What our services do is recorded in their Region.
        for source, event in FIRST_CALLS:
            yield (
                first_call(source, event, region),
                [("alerts", "shop-prod-tripwire-break-glass-session")],
            )
    for call in NAMELESS:
        for actor in REFUSED:
            yield (
                record(call, actor, requestParameters=None),
                [("alerts", "shop-prod-tripwire-refused-attempt")],
            )
    yield from ((event, []) for event in quiet())


@cache
def recorded() -> tuple[tuple[Event, list[tuple[str, str]]], ...]:
    """Return all of them, made once."""
    return tuple(samples())


NAMELESS = tuple(
    {
        call.event: call
        for call in CALLS
        if call.event
        in {
            "DeleteTable",
            "DeleteBackup",
            "DeleteRecoveryPoint",
            "UpdateRecoveryPointLifecycle",
            "DeleteBackupVault",
            "DeleteBackupVaultLockConfiguration",
            "DeleteBackupVaultAccessPolicy",
            "PutBackupVaultAccessPolicy",
        }
    }.values()
)
REFUSED = tuple(
    Actor(identity=ACTORS[who].identity, error=error)
    for who in ("an IAM user", "a role", "who deploys")
    for error in ("AccessDenied", "AccessDeniedException")
)


def quiet() -> Iterator[Event]:
    """Yield what has to trip nothing."""
    team = ACTORS["another team's deployment"]
    for call in CALLS:
        if call.event in ("DeleteRecoveryPoint", "DeleteBackup", "UpdateRecoveryPointLifecycle"):
            for actor in AWS_BACKUP_EXPIRES.values():
                yield record(call, actor)
        if call.event == "RevokeGrant":
            for service in ("dynamodb.amazonaws.com", "backup.amazonaws.com"):
                identity = {"type": "AWSService", "invokedBy": service}
                yield record(call, Actor(identity=identity, address=service))
        theirs = json.loads(
            json.dumps(call.request)
            .replace("shop-prod", "web-prod")
            .replace("order_transaction", "web_page")
        )
        # ARNs of tables count for every table where the names have nothing in common, and plans
        # have ids that tell nothing.
        known = not str(theirs.get("tableName")).startswith("arn:") and call.wire != "plan"
        if theirs != call.request and known:
            for actor in (team, ACTORS["who deploys"], ACTORS["root"]):
                yield record(call, actor, requestParameters=theirs)
    for call in CALLS_BEYOND:
        text = json.dumps(call.request)
        other = text.replace("shop-prod", "web-prod").replace("BreakGlass", "BreakGlassViewer")
        other = other.replace("EmergencyAdmin", "Developer").replace(HERE, "eu-west-3")
        theirs = json.loads(other)
        if theirs != call.request:
            yield record(call, team, requestParameters=theirs)
            yield record(call, SIGNED_IN, requestParameters=theirs)
    yield from _other_events()


def _other_events() -> Iterator[Event]:
    by_event = {call.event: call for call in EVERY}
    scaling = Actor(
        identity={
            "type": "AWSService",
            "invokedBy": "dynamodb.application-autoscaling.amazonaws.com",
        }
    )
    update = by_event["UpdateTable"]
    units = {"readCapacityUnits": 5, "writeCapacityUnits": 5}
    for actor in (scaling, ACTORS["who deploys"], ACTORS["a role"]):
        parameters = {"tableName": "order_transaction", "provisionedThroughput": units}
        yield record(update, actor, requestParameters=parameters)
        parameters = {"tableName": "order_transaction", "deletionProtectionEnabled": True}
        yield record(update, actor, requestParameters=parameters)
    expired = record(
        by_event["DeleteRecoveryPoint"],
        AWS_BACKUP_EXPIRES["as a service"],
        eventName="BackupDeleted",
        eventType="AwsServiceEvent",
        requestParameters=None,
    )
    yield {**expired, "detail-type": "AWS Service Event via CloudTrail"}
    for call in EVERY:
        elsewhere = record(call, ACTORS["root"])
        yield {**elsewhere, "region": "eu-west-3"}
        yield {**elsewhere, "account": "999999999999"}
        yield record(call, ACTORS["root"], eventSource="other.amazonaws.com")
    for source, event in FIRST_CALLS:
        yield first_call(source, event, HERE, "AWSReservedSSO_Developer_0123456789abcdef")
        yield first_call(source, event, "eu-west-3")
    session = first_call("dynamodb.amazonaws.com", "DescribeTable", HERE)
    yield session
    yield {**first_call("signin.amazonaws.com", "ConsoleLogin", HERE, "Admin")}


@pytest.mark.parametrize("call", EVERY, ids=name)
def test_a_call_is_one_message_whoever_makes_it(call: Call) -> None:
    for actor in ACTORS.values():
        assert got(record(call, actor)) == expected(call, actor)


def test_every_sample_becomes_what_it_has_to() -> None:
    wrong = [(event, got(event), wanted) for event, wanted in recorded() if got(event) != wanted]
    assert wrong[:3] == []


def test_there_are_samples_of_every_kind() -> None:
    found = recorded()
    assert len([1 for _, wanted in found if wanted]) > 1000
    assert len([1 for _, wanted in found if not wanted]) > 300
    tripped = {rule for _, wanted in found for _, rule in wanted}
    assert tripped == {rule.name for rule in rules() if rule.region == HERE}


def test_expiry_by_aws_backup_is_no_deletion_but_the_same_call_by_others_is() -> None:
    (call,) = (each for each in CALLS if each.event == "DeleteRecoveryPoint")
    for actor in AWS_BACKUP_EXPIRES.values():
        assert got(record(call, actor)) == []
    assert got(record(call, ACTORS["a service"])) == [
        ("alerts", "shop-prod-tripwire-recovery-point")
    ]


def test_what_deploys_weakens_is_loud() -> None:
    loud = {call.event for call in EVERY if call.deploy == "tripwire"}
    for event in (
        "PutBackupVaultAccessPolicy",
        "DeleteBackupVaultAccessPolicy",
        "PutBackupVaultLockConfiguration",
        "DeleteBackupVaultLockConfiguration",
        "UpdateContinuousBackups",
        "PutKeyPolicy",
        "PutBucketPolicy",
        "PutResourcePolicy",
        "CreatePolicyVersion",
    ):
        assert event in loud


@pytest.mark.parametrize("call", [call for call in EVERY if call.operation is not None], ids=name)
def test_calls_and_parameters_are_those_of_the_apis(call: Call) -> None:
    model = botocore.session.get_session().get_service_model(call.service)
    shape = model.operation_model(call.operation or call.event).input_shape
    members = {f"{member[0].lower()}{member[1:]}" for member in (shape.members if shape else {})}
    if call.service == "s3":  # CloudTrail names the bucket and its host
        members = {"bucketName", "Host"}
    assert set(call.request) <= members


def test_events_forwarded_keep_to_one_way() -> None:
    forwarding = [rule for rule in rules() if rule.region == THERE]
    assert forwarding
    for rule in rules():
        if rule.region == THERE:
            assert rule.target["Arn"] == BUS
            assert rule.pattern["region"] == [THERE]
            assert "RoleArn" in rule.target
            assert "DeadLetterConfig" not in rule.target
        else:
            assert rule.target["Arn"].startswith("arn:aws:sns:")
            assert rule.target["DeadLetterConfig"]["Arn"].endswith("shop-prod-alerts-undelivered")


def test_only_rules_for_reading_calls_take_reading_calls() -> None:
    reading = {rule.name for rule in rules() if rule.state != "ENABLED"}
    assert reading == {
        f"shop-prod-{kind}-break-glass{more}"
        for kind in ("tripwire", "forward")
        for more in ("", "-sign-in", "-session")
    }


# --- mutations ------------------------------------------------------------------------------------


def _without(pattern: Any, path: tuple[Any, ...]) -> Any:
    changed = deepcopy(pattern)
    *above, last = path
    at = changed
    for step in above:
        at = at[step]
    del at[last]
    return changed


def _members(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every entry of every list in a pattern: names, matchers, alternatives."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _members(value, (*path, key))
    elif isinstance(node, list) and len(node) > 1:
        for index, value in enumerate(node):
            yield (*path, index)
            yield from _members(value, (*path, index))
    elif isinstance(node, list):
        yield from _members(node[0], (*path, 0))


def _reach(rule: Rule, pattern: Any, events: list[Event]) -> list[bool]:
    changed = Rule(
        name=rule.name, region=rule.region, state=rule.state, pattern=pattern, target=rule.target
    )
    return [changed.takes(event) for event in events]


# Kept though no record shows them: how a boolean is written is unverified.
TEXTS = ("false", "true")


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: f"{rule.region}-{rule.name}")
def test_no_entry_of_a_pattern_can_be_dropped_unnoticed(rule: Rule) -> None:
    sources = rule.pattern["detail"]["eventSource"]
    events = [event for event, _ in recorded() if event["detail"]["eventSource"] in sources]
    before = _reach(rule, rule.pattern, events)
    spared = []
    for path in _members(rule.pattern):
        value: Any = rule.pattern
        for step in path:
            value = value[step]
        after = _reach(rule, _without(rule.pattern, path), events)
        if after == before and value not in TEXTS:
            spared.append((path, value))
    assert spared == []
    if rule.region == HERE:
        assert told(rule, next(e for e, hit in zip(events, before, strict=True) if hit))


def test_arns_of_tables_count_where_names_have_nothing_in_common() -> None:
    call = next(each for each in CALLS if each.request.get("tableName") == TABLE_ARN)
    other = {"tableName": TABLE_ARN.replace("order_transaction", "web_page")}
    event = record(call, ACTORS["root"], requestParameters=other)
    assert got(event) == [("alerts", "shop-prod-tripwire-table")]


def test_a_plan_of_another_team_counts() -> None:
    (call,) = (each for each in CALLS if each.event == "UpdateBackupPlan")
    event = record(call, ACTORS["another team's deployment"])
    event["detail"]["requestParameters"] = {"backupPlanId": "theirs"}
    assert got(event) == [("alerts", "shop-prod-tripwire-plan")]


def test_a_set_with_a_longer_name_counts_too() -> None:
    role = SET_ROLE.replace("EmergencyAdmin_", "EmergencyAdmin_Viewer_")
    event = first_call("sts.amazonaws.com", "GetCallerIdentity", HERE, role)
    assert got(event) == [("alerts", "shop-prod-tripwire-break-glass-session")]
