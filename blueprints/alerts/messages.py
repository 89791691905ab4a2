"""What a tripwire says: who did what, from where, whether it was refused, and what to do first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.spec.resolved import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one concern has to say; `{region}` and the like are filled in, `<name>` by EventBridge.

    `shows` is line → text, `paths` variable → where its value stands in the record.
    """

    what: str
    shows: Mapping[str, str]
    paths: Mapping[str, str]
    risk: str
    next: str


# Present in every record, or left empty. Texts take names, ARNs and addresses only: EventBridge
# does not escape what it puts into a text. The whole record follows as an object, which stays
# valid JSON whatever it holds, user agents and error messages included.
_PATHS = {
    "call": "$.detail.eventName",
    "kind": "$.detail.userIdentity.type",
    "who": "$.detail.userIdentity.arn",
    "service": "$.detail.userIdentity.invokedBy",
    "account": "$.detail.userIdentity.accountId",
    "address": "$.detail.sourceIPAddress",
    "time": "$.detail.eventTime",
    "place": "$.detail.awsRegion",
    "error": "$.detail.errorCode",
    "record": "$.detail",
}


def message(environment: Environment, key: str, *, loud: bool) -> tuple[dict[str, str], str]:
    """Return the input paths and the input template of the message about the concern `key`.

    A variable that the record lacks leaves an empty text.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    told = TOLD[key]
    place = f"{environment.project}-{environment.name}"
    first = f"{'TRIPWIRE' if loud else 'Change'} {place}: <call> {told.what}"
    lines = {
        "alert": first,
        "result": "error code [<error>] (empty brackets: it was carried out)",
        **told.shows,
        "who": "<kind> <who> <service>",
        "from": "<address>, account <account>",
        "when": "<time> in <place>",
        "risk": told.risk
        if loud
        else "None if it belongs to a deployment that you know of; if not, take it for an attack.",
        "next": _filled(environment, told.next),
    }
    texts = [f"{json.dumps(name)}: {json.dumps(text)}" for name, text in lines.items()]
    template = f"{{{', '.join([*texts, _RECORD])}}}"
    return {**_PATHS, **told.paths}, template


_RECORD = '"record": <record>'


def _filled(environment: Environment, text: str) -> str:
    return text.format(
        region=environment.region,
        ours=f"{environment.project}-{environment.name}-",
    )


def _parameter(name: str) -> str:
    return f"$.detail.requestParameters.{name}"


# The rest of such a record holds a part of the session's credentials, which belongs into no mail.
_SIGN_IN = {
    "role": _parameter("roleArn"),
    "session": _parameter("roleSessionName"),
    "record": "$.detail.userIdentity",
}
TOLD: Mapping[str, Told] = {
    "table": Told(
        what="deletes or weakens a table",
        shows={"table": "<table>"},
        paths={"table": _parameter("tableName")},
        risk="Unless it was refused, the table is gone or one step from it, or its points in time "
        "are. Backups of AWS Backup are not touched by this call.",
        next="aws dynamodb describe-table --region {region} --table-name <table>",
    ),
    "table_policy": Told(
        what="changes the resource policy of a table",
        shows={"table": "<table>"},
        paths={"table": _parameter("resourceArn")},
        risk="Others may now read, write or delete the table, or its owners no longer can.",
        next="aws dynamodb get-resource-policy --region {region} --resource-arn <table>",
    ),
    "native_backup": Told(
        what="deletes a backup of a table",
        shows={"backup": "<backup>"},
        paths={"backup": _parameter("backupArn")},
        risk="This recovery point is gone for ever unless the call was refused.",
        next="aws dynamodb describe-backup --region {region} --backup-arn <backup>",
    ),
    "vault": Told(
        what="weakens a backup vault, its lock or its policy",
        shows={"vault": "<vault>"},
        paths={"vault": _parameter("backupVaultName")},
        risk="What keeps the recovery points of this vault from being deleted may be off.",
        next="aws backup describe-backup-vault --region {region} --backup-vault-name <vault>",
    ),
    "recovery_point": Told(
        what="deletes a recovery point or makes it expire",
        shows={"recovery point": "<point>", "vault": "<vault>"},
        paths={"point": _parameter("recoveryPointArn"), "vault": _parameter("backupVaultName")},
        risk="This recovery point is gone for ever, or will be, unless the call was refused.",
        next="aws backup describe-recovery-point --region {region} --backup-vault-name <vault> "
        "--recovery-point-arn <point>",
    ),
    "plan": Told(
        what="stops or changes a backup plan, selection or job",
        shows={"plan": "<plan>", "job": "<job>"},
        paths={"plan": _parameter("backupPlanId"), "job": _parameter("backupJobId")},
        risk="Tables may get no backups from now on. The plan may be another team's: calls carry "
        "ids only, and every plan of the account and Region is watched.",
        next="aws backup list-backup-plans --region {region}",
    ),
    "region_settings": Told(
        what="changes AWS Backup's settings of the Region",
        shows={},
        paths={},
        risk="With DynamoDB switched off, backups are not taken, locked or copied any more.",
        next="aws backup describe-region-settings --region {region}",
    ),
    "refused_attempt": Told(
        what="was refused before it destroyed or weakened something",
        shows={"target": "not in the record: every table and vault of this Region is possible"},
        paths={},
        risk="Nothing is lost yet. Somebody tried, and may find another way.",
        next="aws cloudtrail lookup-events --region {region} --lookup-attributes "
        "AttributeKey=EventName,AttributeValue=<call>",
    ),
    "key": Told(
        what="puts an encryption key out of reach",
        shows={"key": "<key><alias>"},
        paths={"key": _parameter("keyId"), "alias": _parameter("aliasName")},
        risk="Without its key nothing encrypted under it can be read, backups included. The key "
        "may be another team's: calls carry ids only, and every key of the Region is watched.",
        next="aws kms describe-key --region {region} --key-id <key><alias>",
    ),
    "export_bucket": Told(
        what="weakens a bucket of exports, or the catalogue",
        shows={"bucket": "<bucket>"},
        paths={"bucket": _parameter("bucketName")},
        risk="Objects in this bucket may be deleted, overwritten or left to expire early.",
        next="aws s3api get-object-lock-configuration --region {region} --bucket <bucket>",
    ),
    "rule": Told(
        what="changes or stops a rule of ours",
        shows={"rule": "<name><rule>"},
        paths={"name": _parameter("name"), "rule": _parameter("rule")},
        risk="Failures, or tripwires such as this one, may be reported to nobody from now on.",
        next="aws events list-rules --region <place> --name-prefix {ours}",
    ),
    "schedule": Told(
        what="changes or stops a schedule of ours",
        shows={"schedule": "<name>"},
        paths={"name": _parameter("name")},
        risk="What it starts, exports for one, may not run any more.",
        next="aws scheduler list-schedules --region {region} --name-prefix {ours}",
    ),
    "function": Told(
        what="changes or stops a function of ours",
        shows={"function": "<function>"},
        paths={"function": _parameter("functionName")},
        risk="It may do nothing, or something else, with its rights to tables and backups.",
        next="aws lambda get-function --region {region} --function-name <function>",
    ),
    "state_machine": Told(
        what="changes or stops a state machine of ours",
        shows={"state machine": "<machine><execution>"},
        paths={
            "machine": _parameter("stateMachineArn"),
            "execution": _parameter("executionArn"),
        },
        risk="A restore or an export may be cut off or do something else.",
        next="aws stepfunctions list-state-machines --region {region}",
    ),
    "topic": Told(
        what="changes a topic of ours or takes a receiver off",
        shows={"topic": "<topic><subscription>"},
        paths={"topic": _parameter("topicArn"), "subscription": _parameter("subscriptionArn")},
        risk="Alerts may reach nobody from now on, this one included: it may be the last.",
        next="aws sns list-subscriptions --region {region}",
    ),
    "queue": Told(
        what="empties, changes or deletes the queue of undelivered alerts",
        shows={"queue": "<queue>"},
        paths={"queue": _parameter("queueUrl")},
        risk="Alerts that reached nobody are lost, and their loss goes unnoticed.",
        next="aws sqs get-queue-attributes --region {region} --queue-url <queue> "
        "--attribute-names All",
    ),
    "alarm": Told(
        what="changes, mutes or deletes an alarm of ours",
        shows={"alarm": "in requestParameters of the record"},
        paths={},
        risk="Missing backups or lost alerts may go unnoticed from now on.",
        next="aws cloudwatch describe-alarms --region {region} --alarm-name-prefix {ours}",
    ),
    "trail": Told(
        what="stops or changes a CloudTrail trail",
        shows={"trail": "<name><trail>"},
        paths={"name": _parameter("name"), "trail": _parameter("trailName")},
        risk="Without a trail no tripwire trips any more: this message may be the last.",
        next="aws cloudtrail get-trail-status --region <place> --name <name><trail>",
    ),
    "policy": Told(
        what="changes a policy of ours or takes it off",
        shows={"policy": "<policy>"},
        paths={"policy": _parameter("policyArn")},
        risk="What denies destroying backups may deny it no longer.",
        next="aws iam list-entities-for-policy --policy-arn <policy>",
    ),
    "role": Told(
        what="changes a role of ours or of break-glass",
        shows={"role": "<role>"},
        paths={"role": _parameter("roleName")},
        risk="Somebody may act as a role that no policy holds back, or backups may lose theirs.",
        next="aws iam get-role --role-name <role>",
    ),
    "organization": Told(
        what="changes the organization or its policies",
        shows={"policy": "<policy>"},
        paths={"policy": _parameter("policyId")},
        risk="A service control policy that keeps backups from being destroyed may be off, and "
        "copies between accounts need the organization.",
        next="aws organizations describe-organization",
    ),
    "region_disabled": Told(
        what="switches off the Region of this environment",
        shows={"region": "<region>"},
        paths={"region": _parameter("regionName")},
        risk="Tables, backups and alerts in a disabled Region can be reached by nobody.",
        next="aws account get-region-opt-status --region-name {region}",
    ),
    "break_glass": Told(
        what="assumes break-glass",
        shows={"role": "<role>", "session": "<session>"},
        paths=_SIGN_IN,
        risk="Whoever holds this session may destroy every backup. If nobody declared an "
        "emergency, this is one.",
        next="aws cloudtrail lookup-events --region {region} --lookup-attributes "
        "AttributeKey=Username,AttributeValue=<session>",
    ),
    "break_glass_sign_in": Told(
        what="signs in to break-glass",
        shows={"role": "<role>", "session": "<session>"},
        paths=_SIGN_IN,
        risk="Whoever holds this session may destroy every backup. If nobody declared an "
        "emergency, this is one.",
        next="aws cloudtrail lookup-events --region {region} --lookup-attributes "
        "AttributeKey=Username,AttributeValue=<session>",
    ),
    "break_glass_session": Told(
        what="is made by break-glass",
        shows={"role": "<role>"},
        paths={"role": "$.detail.userIdentity.sessionContext.sessionIssuer.userName"},
        risk="Whoever holds this session may destroy every backup. If nobody declared an "
        "emergency, this is one.",
        next="aws cloudtrail lookup-events --region <place> --lookup-attributes "
        "AttributeKey=EventName,AttributeValue=<call>",
    ),
}
