"""What it takes to read exports and dumps, to work in the catalogue, and to use keys of tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from os.path import commonprefix
from typing import Any

from blueprints.documents import (
    Statement,
    allow,
    decrypt_catalogue,
    encrypt_catalogue,
    keys_of,
)
from blueprints.names import (
    ExportPlace,
    catalogue_bucket_arn,
    exporting,
    readable_exports,
    service_of,
)
from blueprints.recovery.scope import fits
from generator.spec.resolved import Environment

# The functions that read exports; buckets in other accounts let their roles in.
READING = ("restore_table", "plan_refill", "load_file")
THAWING = ("restore_table", "plan_refill")


def in_catalogue(
    environment: Environment,
    *,
    reads: Iterable[str] = (),
    works: Iterable[str] = (),
    tells_missing: bool = False,
) -> Iterator[Statement]:
    """Yield what reads below some prefixes of the catalogue's bucket, and works below others.

    Whoever asks for objects that may be missing has to be allowed to list the bucket as a whole:
    else S3 says that they are forbidden, because a request for one object has no prefix.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    bucket = catalogue_bucket_arn(environment)
    read, worked = list(reads), list(works)
    below = [f"{each}*" for each in (*read, *worked)]
    within = {} if tells_missing else {"StringLike": {"s3:prefix": below}}
    yield allow("ListCatalogue", ["s3:ListBucket"], bucket, **within)
    yield allow("ReadCatalogue", ["s3:GetObject"], [f"{bucket}/{each}" for each in below])
    yield decrypt_catalogue(environment)
    if worked:
        yield allow("NoteWork", ["s3:PutObject"], [f"{bucket}/{each}*" for each in worked])
        yield encrypt_catalogue(environment)


def read_exports(environment: Environment, *, thaw: bool = True) -> Iterator[Statement]:
    """Yield what reads exports wherever they lie, and thaws those of tiers that need it."""
    places = readable_exports(environment)
    if not places:
        return
    objects = _objects((place, exporting(source)) for source, place in places)
    yield allow("ReadExports", ["s3:GetObject"], objects)
    # Without it S3 says of a file that is missing that it is forbidden.
    yield allow("ToldFromForbidden", ["s3:ListBucket"], _buckets(place for _, place in places))
    deep = [
        (place, [key for key, exports in exporting(source).items() if exports.thaws])
        for source, place in places
    ]
    frozen = [each for each in deep if each[1]]
    if thaw and frozen:
        yield allow("ThawExports", ["s3:RestoreObject"], _objects(frozen))
    yield from _decrypt(environment, [place for _, place in places])


def _objects(of: Iterable[tuple[ExportPlace, Iterable[str]]]) -> list[str]:
    """Return the objects of classes in buckets, or of all these buckets where they are too many."""
    places = [(place, list(classes)) for place, classes in of]
    named = [f"{place.arn}/{key}/*" for place, classes in places for key in classes]
    return named if fits(named) else [f"{each}*" for each in _beginnings(p for p, _ in places)]


def _buckets(of: Iterable[ExportPlace]) -> list[str]:
    places = list(of)
    named = [place.arn for place in places]
    return named if fits(named) else [f"{each}*" for each in _beginnings(places)]


def _beginnings(places: Iterable[ExportPlace]) -> list[str]:
    """Return what the ARNs of buckets of one account and Region begin with.

    A destination names those that it holds after itself.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for place in places:
        found.setdefault((place.account_id, place.region), []).append(place.arn)
    return [_beginning(arns) for arns in found.values()]


def _beginning(texts: list[str]) -> str:
    return commonprefix(texts)  # noqa: RUF071 - letter by letter is what is meant


def _decrypt(environment: Environment, places: list[ExportPlace]) -> Iterator[Statement]:
    """Yield what reads through the keys of buckets.

    Whether an alias of another account counts in a condition is unverified: there the policies of
    the keys name the roles.
    """
    here = (environment.account_id, environment.region)
    own = [place.key_alias for place in places if (place.account_id, place.region) == here]
    if own:
        many = not fits(own)
        aliases = [f"{_beginning(own)}*"] if many else own
        operator = f"ForAnyValue:{'StringLike' if many else 'StringEquals'}"
        yield _through_s3(
            "DecryptExports",
            keys_of(environment),
            [environment.region],
            environment,
            **{operator: {"kms:ResourceAliases": aliases}},
        )
    there = dict.fromkeys(
        (place.account_id, place.region)
        for place in places
        if (place.account_id, place.region) != here
    )
    if there:
        yield _through_s3(
            "DecryptExportsElsewhere",
            [
                f"arn:{environment.partition}:kms:{region}:{account}:key/*"
                for account, region in there
            ],
            sorted({region for _, region in there}),
            environment,
        )


def read_dumps(environment: Environment, *also: str) -> Iterator[Statement]:
    """Yield what reads the buckets of older dumps; lists of all keys tell what is missing."""
    sources = list(environment.spec.recovery.refill_sources.values())
    if not sources:
        return
    buckets = dict.fromkeys(source.bucket for source in sources)
    beginning = f"arn:{environment.partition}:s3:::"
    yield allow(
        "ReadDumps",
        ["s3:GetObject", *also],
        [f"{beginning}{source.bucket}/{source.prefix}*" for source in sources],
    )
    yield allow("ListDumps", ["s3:ListBucket"], [f"{beginning}{bucket}" for bucket in buckets])
    keys = {
        source.kms_key_arn: source.region or environment.region
        for source in sources
        if source.kms_key_arn is not None
    }
    if keys:
        yield _through_s3(
            "DecryptDumps", list(keys), sorted(dict.fromkeys(keys.values())), environment
        )


def _through_s3(
    sid: str, keys: Any, regions: list[str], environment: Environment, **condition: Any
) -> Statement:
    services = [service_of(environment, "s3", region) for region in regions]
    via = {"kms:ViaService": services[0] if len(services) == 1 else services}
    return allow(sid, ["kms:Decrypt"], keys, **condition, StringEquals=via)


def use_table_keys(environment: Environment, *also: str) -> Iterable[Statement]:
    """Yield what a restore needs of keys of tables; those of tables defined elsewhere are unknown.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    yield allow(
        "UseTableKeys",
        [
            "kms:Decrypt",
            *also,
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
        keys_of(environment),
        StringEquals={"kms:ViaService": service_of(environment, "dynamodb")},
    )


def grant_table_keys(environment: Environment) -> Statement:
    """Return what lets DynamoDB go on using the key of a new table."""
    return allow(
        "GrantTableKeys",
        ["kms:CreateGrant"],
        keys_of(environment),
        StringEquals={"kms:ViaService": service_of(environment, "dynamodb")},
        Bool={"kms:GrantIsForAWSResource": "true"},
    )


def use_for_reading(environment: Environment) -> Iterable[Statement]:
    """Yield what it takes to read items of tables with customer managed keys."""
    yield allow(
        "ReadThroughTableKeys",
        ["kms:Decrypt"],
        keys_of(environment),
        StringEquals={"kms:ViaService": service_of(environment, "dynamodb")},
    )
