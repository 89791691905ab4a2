"""What roles that read exports and older dumps are granted, wherever these lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.policies.exports_grants import FILE, OF_NO_NAME, TEAM, open_to_all
from tests.policies.grants import Grant, uses_key
from tests.policies.rendered import STRANGER, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """Exports of a class in a bucket of `owner`; `alias` is of a key in the reader's account."""

    bucket_name: str
    owner: Place
    protection: str
    alias: str | None = None
    frozen: bool = False

    @property
    def bucket(self) -> str:
        return f"arn:aws:s3:::{self.bucket_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dumps:
    """Older dumps below a prefix of a bucket, of another account if one is named."""

    bucket_name: str
    prefix: str
    account: str | None = None
    key: str | None = None

    @property
    def bucket(self) -> str:
        return f"arn:aws:s3:::{self.bucket_name}"


def reads_exports(place: Place, exported: Sequence[Exported], *, thaws: bool) -> Iterator[Grant]:
    """Yield what reads exports, of deep tiers after thawing them where that is its part."""
    for each in exported:
        file = f"{each.bucket}/{each.protection}/{FILE}"
        yield _of_bucket(
            "GetObject RestoreObject" if thaws and each.frozen else "GetObject",
            file,
            (f"{each.bucket}/other/{FILE}", f"{TEAM}/{each.protection}/{FILE}"),
            None if each.alias else each.owner.account,
        )
        yield _lists(each.bucket, None if each.alias else each.owner.account)
        if each.alias is not None:
            yield uses_key(place, "Decrypt", "s3", each.alias)
        else:
            yield _decrypts(each.owner.key, each.owner.key.replace(each.owner.account, STRANGER))


def reads_dumps(dumps: Sequence[Dumps], *, thaws: bool) -> Iterator[Grant]:
    """Yield what reads older dumps; they may have grown cold."""
    for each in dumps:
        part = "2019-01-01/part-00000"
        yield _of_bucket(
            "GetObject RestoreObject" if thaws else "GetObject",
            f"{each.bucket}/{each.prefix}{part}",
            (f"{each.bucket}/other/{part}", f"{TEAM}/{each.prefix}{part}"),
            each.account,
        )
        yield _lists(each.bucket, each.account)
        if each.key is not None:
            yield _decrypts(each.key, each.key.replace(":key/", ":key/0"))


def _lists(bucket: str, account: str | None) -> Grant:
    return Grant(
        service="s3",
        names="ListBucket",
        on=(bucket,),
        not_on=(TEAM,),
        context={"s3:prefix": None},
        policies=_letting_in(bucket, account),
        owner=account,
    )


def _of_bucket(names: str, file: str, others: tuple[str, ...], account: str | None) -> Grant:
    return Grant(
        service="s3",
        names=names,
        on=(file,),
        not_on=others,
        policies=_letting_in(file, account),
        owner=account,
    )


def _letting_in(resource: str, account: str | None) -> dict[str, object]:
    return {} if account is None else {resource: open_to_all("s3:*")}


def _decrypts(key: str, other: str) -> Grant:
    """Return the use of a key whose own policy lets the reader in, by way of S3 alone."""
    region = key.split(":")[3]
    return Grant(
        service="kms",
        names="Decrypt",
        on=(key,),
        not_on=(other,),
        context={"kms:ViaService": f"s3.{region}.amazonaws.com", **OF_NO_NAME},
        wrong=({"kms:ViaService": f"ec2.{region}.amazonaws.com"}, {"kms:ViaService": None}),
        policies={key: open_to_all("kms:*")},
    )
