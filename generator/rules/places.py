"""What the file names by ARN has to live where AWS can use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.errors import Mistake, Path
    from generator.rules.scope import Scope


def check_places(scope: Scope) -> Iterator[Mistake]:
    """Yield every ARN of another partition, Region or account than AWS allows there."""
    yield from _tables(scope)
    yield from _vaults(scope)
    yield from _roles(scope)
    yield from _subscriptions(scope)


def _tables(scope: Scope) -> Iterator[Mistake]:
    encryptions = {
        ("tables", table.key, "encryption"): table.spec.encryption
        for table in scope.created_tables
    }
    encryptions["defaults", "encryption"] = scope.spec.defaults.encryption  # type: ignore[index]
    for path, encryption in encryptions.items():
        if encryption is not None:
            arn = encryption.kms_key_arn
            yield from _near(scope, (*path, "kms_key_arn"), arn, "the key", "DynamoDB", account=False)
    for table in scope.created_tables:
        kinesis = table.spec.kinesis_destination
        if kinesis is not None:
            path = ("tables", table.key, "kinesis_destination", "stream_arn")
            yield from _near(scope, path, kinesis.stream_arn, "the stream", "DynamoDB")


def _vaults(scope: Scope) -> Iterator[Mistake]:
    for key, vault in scope.spec.vaults.items():
        path = ("vaults", key)
        yield from _near(scope, (*path, "kms_key_arn"), vault.kms_key_arn, "the key", "AWS Backup")
        if vault.notifications is not None:
            arn = vault.notifications.sns_topic_arn
            topic = (*path, "notifications", "sns_topic_arn")
            yield from _near(scope, topic, arn, "the topic", "AWS Backup")


def _roles(scope: Scope) -> Iterator[Mistake]:
    boundary = scope.spec.permissions_boundary_arn
    path: Path = ("permissions_boundary_arn",)
    if boundary is not None and boundary.split(":")[4] == "aws":
        yield from _near(scope, path, boundary, "the policy", "IAM", region=False, account=False)
    else:
        yield from _near(scope, path, boundary, "the policy", "IAM", region=False)
    principals = scope.spec.principals
    for kind, listed in (("break_glass", principals.break_glass), ("deploy", principals.deploy)):
        for number, principal in enumerate(listed):
            arn = principal.role if (principal.role or "").startswith("arn:") else None
            path = ("principals", kind, number, "role")
            yield from _near(scope, path, arn, "the role", "IAM", region=False, account=False)


def _subscriptions(scope: Scope) -> Iterator[Mistake]:
    """Check the partition only: SNS delivers to functions and queues of other Regions and accounts.

    https://docs.aws.amazon.com/sns/latest/dg/sns-cross-region-delivery.html
    """
    if scope.spec.alerts is None:
        return
    for kind in ("subscriptions", "watchdog_subscriptions"):
        for name, subscription in getattr(scope.spec.alerts, kind).items():
            for key, what in (("lambda_arn", "the function"), ("sqs_arn", "the queue")):
                path = ("alerts", kind, name, key)
                arn = getattr(subscription, key)
                yield from _near(scope, path, arn, what, "SNS", region=False, account=False)


def _near(
    scope: Scope,
    path: Path,
    arn: str | None,
    what: str,
    service: str,
    *,
    region: bool = True,
    account: bool = True,
) -> Iterator[Mistake]:
    """Compare an ARN's partition, and its Region and account where `service` wants them equal."""
    if arn is None:
        return
    here = scope.environment
    _, partition, _, its_region, its_account, _ = arn.split(":", 5)
    if partition != here.partition:
        if scope.sound("region"):
            yield scope.mistake(
                path,
                f"{what} is in the partition {partition}, and {here.region} is in {here.partition};"
                " nothing crosses partitions",
                f"give an ARN that starts with arn:{here.partition}:",
            )
    elif region and its_region != here.region and scope.sound("region"):
        yield scope.mistake(
            path,
            f"{what} is in {its_region} and the environment in {here.region}; {service} wants both "
            "in one Region",
            f"give one of {here.region}",
        )
    elif account and its_account != here.account_id and scope.sound("account_id"):
        yield scope.mistake(
            path,
            f"{what} belongs to account {its_account} and the environment to {here.account_id}; "
            f"{service} wants both in one account",
            f"give one of account {here.account_id}",
        )
