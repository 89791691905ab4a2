"""The commands that mend what failed, and the one that exports again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from blueprints.functions.report_export.failure import Failure

Event = Mapping[str, Any]
Steps = Callable[[Event, Failure], Iterator[str]]
Rule = Callable[[Event, Failure], bool]


def steps_after(event: Event, failure: Failure) -> Iterator[str]:
    """Yield commands, and lines that begin with "# " and say what for."""
    _, steps = next(each for each in _RULES if each[0](event, failure))
    yield from steps(event, failure)
    request, place = event["state"]["request"], event["place"]
    asked = json.dumps({name: request[name] for name in ("kind", "scheduled_at")})
    yield "# when that is mended, export again; else the next scheduled run does"
    yield (
        f"aws stepfunctions start-execution --state-machine-arn {event['export']['machine_arn']} "
        f"--input {shlex.quote(asked)} --region {place['region']}"
    )


def _table(event: Event) -> str:
    return f"--table-name {event['state']['request']['table']['name']} {_here(event)}"


def _here(event: Event) -> str:
    return f"--region {event['place']['region']}"


def _recovery_is_off(event: Event, _failure: Failure) -> Iterator[str]:
    yield "# point-in-time recovery is off: CloudTrail says who did that (UpdateContinuousBackups)"
    yield (
        f"aws dynamodb update-continuous-backups {_table(event)} "
        "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true"
    )


def _not_verified(event: Event, _failure: Failure) -> Iterator[str]:
    exported, export = event["state"].get("exported") or {}, event["export"]
    yield (
        f"# see who deletes from or writes to bucket {export['bucket']}, and its lifecycle rules; "
        "files that were exported are not mended, but exported again"
    )
    arn = exported.get("export_arn", "EXPORT_ARN")
    yield f"aws dynamodb describe-export --export-arn {arn} {_here(event)}"


def _no_bucket(event: Event, _failure: Failure) -> Iterator[str]:
    export = event["export"]
    yield (
        f"# in account {export['bucket_owner']}: if the bucket is gone, deploy the template that "
        "has it"
    )
    yield (
        f"aws s3api head-bucket --bucket {export['bucket']} "
        f"--expected-bucket-owner {export['bucket_owner']} --region {export['bucket_region']}"
    )


def _key_refused(event: Event, _failure: Failure) -> Iterator[str]:
    export = event["export"]
    yield (
        f"# in account {export['bucket_owner']}: the key has to be enabled, and its policy has to "
        "allow kms:DescribeKey, kms:GenerateDataKey and kms:Decrypt to the roles of export_table "
        "and verify_export; the table's own key, if it has one, kms:Decrypt"
    )
    yield (
        f"aws kms describe-key --key-id {export['key_alias_arn']} "
        f"--region {export['bucket_region']}"
    )


def _denied(event: Event, _failure: Failure) -> Iterator[str]:
    export = event["export"]
    yield (
        "# DynamoDB writes with the rights of the role of export_table: its own policies and, from "
        "another account, the bucket's have to allow it s3:PutObject, s3:PutObjectAcl and "
        "s3:AbortMultipartUpload"
    )
    yield f"# in account {export['bucket_owner']}, whose bucket it is"
    yield (
        f"aws s3api get-bucket-policy --bucket {export['bucket']} --query Policy --output text "
        f"--region {export['bucket_region']}"
    )


def _no_such_time(event: Event, _failure: Failure) -> Iterator[str]:
    yield "# see since when and until when point-in-time recovery can give the table"
    yield f"aws dynamodb describe-continuous-backups {_table(event)}"


def _no_table(event: Event, _failure: Failure) -> Iterator[str]:
    yield "# if the table was deleted and is missed, restore it: see `holdfast restore`"
    yield f"aws dynamodb describe-table {_table(event)}"


def _too_many(event: Event, _failure: Failure) -> Iterator[str]:
    yield "# too many exports are under way in this account and Region: see which, and wait"
    yield f"aws dynamodb list-exports {_here(event)}"


def _conflict(_event: Event, _failure: Failure) -> Iterator[str]:
    yield "# the next attempt has another token; nothing has to be mended"


def _not_allowed(event: Event, _failure: Failure) -> Iterator[str]:
    yield (
        "# deploying the environment's templates allows what the message says, unless a policy of "
        "somebody else denies it; to see which step it was"
    )
    yield _history(event)


def _unknown(event: Event, _failure: Failure) -> Iterator[str]:
    yield "# see which step failed, and why"
    yield _history(event)


def _history(event: Event) -> str:
    return (
        f"aws stepfunctions get-execution-history --execution-arn {event['execution']['arn']} "
        f"--reverse-order --max-results 20 {_here(event)}"
    )


def _says(*words: str) -> Rule:
    """Return whether a failure is of one of these codes or types, or has them in its code."""
    return lambda _, failure: any(word in failure.code or word == failure.type for word in words)


def _is_of_key(_event: Event, failure: Failure) -> bool:
    return "kms" in f"{failure.code} {failure.message}".lower()


def _is_refused_elsewhere(event: Event, failure: Failure) -> bool:
    """Return whether a call of ours was denied that is not of the exports' bucket or its key."""
    ours = (event["export"][name] for name in ("bucket", "key_alias_arn"))
    denied = " is refused (" in failure.message
    return denied and not any(each in failure.message for each in ours)


# The first that applies. DynamoDB documents no list of the codes of failed exports: "AccessDenied"
# and "NoSuchBucket" stand in those that S3's errors become.
_RULES: tuple[tuple[Rule, Steps], ...] = (
    (_says("PointInTimeRecoveryUnavailableException"), _recovery_is_off),
    (_says("VerificationFailedError"), _not_verified),
    (_is_refused_elsewhere, _not_allowed),
    (_says("NoSuchBucket"), _no_bucket),
    (_is_of_key, _key_refused),
    (_says("AccessDenied", "403", "Forbidden"), _denied),
    (_says("InvalidExportTimeException"), _no_such_time),
    (_says("TableNotFoundException", "ResourceNotFoundException"), _no_table),
    (_says("LimitExceededException"), _too_many),
    (_says("ExportConflictException"), _conflict),
    (lambda _, __: True, _unknown),
)
