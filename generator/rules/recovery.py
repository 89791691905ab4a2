"""Buckets that refills read: what S3, KMS or IAM would refuse only on the day they are needed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from generator.rules.scope import plural
from generator.spec.base import partition_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.errors import Mistake, Path
    from generator.rules.scope import Scope
    from generator.spec import RefillSource

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_OLD_NAMES = "us-east-1"
# Of names and prefixes together: a role's inline policies may have 10,240 characters, name each
# twice, and name buckets of exports and tables beside them.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_MOST_CHARACTERS = 900
_FIELDS = ("bucket", "prefix", "account_id", "region", "kms_key_arn")


def check_recovery(scope: Scope) -> Iterator[Mistake]:
    """Yield what is wrong with the buckets of older dumps."""
    sources = scope.spec.recovery.refill_sources
    path: Path = ("recovery", "refill_sources")
    if sources and not scope.spec.recovery.enabled:
        yield scope.mistake(
            path,
            "without recovery there is no state machine that refills",
            "write `enabled: true`, or remove the sources",
        )
    for name, source in sources.items():
        yield from _place(scope, (*path, name), source)
    yield from _told_apart(scope, path)
    length = sum(len(source.bucket) + len(source.prefix) for source in sources.values())
    if length > _MOST_CHARACTERS:
        yield scope.mistake(
            path,
            f"buckets and prefixes have {plural(length, 'character')} together, and the policies "
            f"of the roles that read them have room for {_MOST_CHARACTERS}",
            "name one prefix for several, or remove those that are refilled from already",
        )


def _place(scope: Scope, path: Path, source: RefillSource) -> Iterator[Mistake]:
    """Find a bucket that cannot lie there, and a key that lies elsewhere."""
    here = scope.environment
    if not all(scope.sound(*at) for at in (("region",), *((*path, name) for name in _FIELDS))):
        return
    region = source.region or here.region
    if partition_of(region) != here.partition:
        yield scope.mistake(
            (*path, "region"),
            f"the bucket is in the partition {partition_of(region)}, and {here.region} is in "
            f"{here.partition}; nothing in AWS crosses partitions",
            f"copy what is needed into a bucket of {here.partition}, and name that one",
        )
        return
    if region != _OLD_NAMES and not _BUCKET.fullmatch(source.bucket):
        yield scope.mistake(
            (*path, "bucket"),
            f"only buckets of {_OLD_NAMES} from before March 2018 may be called so, and this one "
            f"is said to be in {region}",
            f"write `region: {_OLD_NAMES}`, or correct the name",
        )
    if source.kms_key_arn is not None:
        _, partition, _, of_key, _ = source.kms_key_arn.split(":", 4)
        if (partition, of_key) != (here.partition, region):
            yield scope.mistake(
                (*path, "kms_key_arn"),
                f"the key is in {of_key} ({partition}), and the bucket in {region} "
                f"({here.partition}); S3 encrypts with keys of the bucket's own Region",
                f"give the ARN of the key in {region}, or the Region of the bucket",
            )


def _told_apart(scope: Scope, path: Path) -> Iterator[Mistake]:
    """Find a bucket that is said to be in two places."""
    first: dict[str, tuple[str, tuple[str | None, str | None]]] = {}
    for name, source in scope.spec.recovery.refill_sources.items():
        here = scope.environment
        place = (source.account_id or here.account_id, source.region or here.region)
        before, there = first.setdefault(source.bucket, (name, place))
        if place != there:
            yield scope.mistake(
                (*path, name, "bucket"),
                f"`{source.bucket}` is said to be in another account or Region at "
                f"{scope.place(*path, before)}, and the name of a bucket is taken once only",
                "make account_id and region of both the same",
            )
