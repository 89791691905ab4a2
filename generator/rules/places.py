"""What the file names by ARN has to live where AWS can use it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.errors import Path
from generator.rules.people import receivers

if TYPE_CHECKING:
    from generator.errors import Mistake
    from generator.rules.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """A kind of thing, and what it has to share with what uses it; the partition in any case."""

    what: str
    service: str
    region: bool = False
    account: bool = False


_TABLE_KEY = _Kind(what="the key", service="DynamoDB", region=True)
_STREAM = _Kind(what="the stream", service="DynamoDB", region=True, account=True)
_VAULT_KEY = _Kind(what="the key", service="AWS Backup", region=True, account=True)
_VAULT_TOPIC = _Kind(what="the topic", service="AWS Backup", region=True, account=True)
_BOUNDARY = _Kind(what="the policy", service="IAM", account=True)
_ROLE = _Kind(what="the role", service="IAM")
# SNS delivers to other Regions and accounts:
# https://docs.aws.amazon.com/sns/latest/dg/sns-cross-region-delivery.html
_FUNCTION = _Kind(what="the function", service="SNS")
_QUEUE = _Kind(what="the queue", service="SNS")
_OF_AWS = "aws"  # stands for the account in the ARN of a policy that AWS manages


def check_places(scope: Scope) -> Iterator[Mistake]:
    """Yield every ARN of another partition, Region or account than AWS allows there."""
    for path, arn, kind in (*_tables(scope), *_vaults(scope), *_roles(scope), *_receivers(scope)):
        if arn is not None:
            yield from _near(scope, path, arn, kind)


_Found = Iterator[tuple[Path, str | None, _Kind]]


def _tables(scope: Scope) -> _Found:
    default = scope.spec.defaults.encryption.kms_key_arn
    yield ("defaults", "encryption", "kms_key_arn"), default, _TABLE_KEY
    for table in scope.created_tables:
        path = ("tables", table.key)
        if table.spec.encryption is not None:
            arn = table.spec.encryption.kms_key_arn
            yield (*path, "encryption", "kms_key_arn"), arn, _TABLE_KEY
        if table.spec.kinesis_destination is not None:
            arn = table.spec.kinesis_destination.stream_arn
            yield (*path, "kinesis_destination", "stream_arn"), arn, _STREAM


def _vaults(scope: Scope) -> _Found:
    for key, vault in scope.spec.vaults.items():
        path = ("vaults", key)
        yield (*path, "kms_key_arn"), vault.kms_key_arn, _VAULT_KEY
        if vault.notifications is not None:
            arn = vault.notifications.sns_topic_arn
            yield (*path, "notifications", "sns_topic_arn"), arn, _VAULT_TOPIC


def _roles(scope: Scope) -> _Found:
    yield ("permissions_boundary_arn",), scope.spec.permissions_boundary_arn, _BOUNDARY
    principals = scope.spec.principals
    for kind, listed in (("break_glass", principals.break_glass), ("deploy", principals.deploy)):
        for number, principal in enumerate(listed):
            arn = principal.role if (principal.role or "").startswith("arn:") else None
            yield ("principals", kind, number, "role"), arn, _ROLE


def _receivers(scope: Scope) -> _Found:
    for path, subscriptions in receivers(scope):
        for name, subscription in subscriptions.items():
            yield (*path, name, "lambda_arn"), subscription.lambda_arn, _FUNCTION
            yield (*path, name, "sqs_arn"), subscription.sqs_arn, _QUEUE


def _near(scope: Scope, path: Path, arn: str, kind: _Kind) -> Iterator[Mistake]:
    here = scope.environment
    _, partition, _, region, account, _ = arn.split(":", 5)
    if partition != here.partition:
        if scope.sound("region"):
            yield scope.mistake(
                path,
                f"{kind.what} is in the partition {partition}, and {here.region} is in "
                f"{here.partition}; nothing in AWS crosses partitions",
                f"give an ARN that starts with arn:{here.partition}:",
            )
    elif kind.region and region != here.region and scope.sound("region"):
        yield scope.mistake(
            path,
            f"{kind.what} is in {region}, and the environment in {here.region}; {kind.service} "
            "wants both in one Region",
            f"give the ARN of one in {here.region}",
        )
    elif kind.account and account not in {here.account_id, _OF_AWS} and scope.sound("account_id"):
        yield scope.mistake(
            path,
            f"{kind.what} belongs to account {account}, and the environment is account "
            f"{here.account_id}; {kind.service} wants both in one account",
            f"give the ARN of one in account {here.account_id}",
        )
