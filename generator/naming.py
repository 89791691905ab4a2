"""Every name Holdfast chooses: physical names, ARNs, and the labels of resources in templates.

Names are frozen: changing a rule here means replacing resources that hold data. See decision 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Protocol

# Shortest maximum of the kinds that carry each sort of name.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (role names: 64)
# https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html (vaults: 50)
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (buckets: 63)
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
LOGICAL_ID_LENGTH = 255
IAM_LENGTH, BACKUP_LENGTH, BUCKET_LENGTH, NAME_LENGTH = 64, 50, 63, 64
_HASH_LENGTH = 8


class Place(Protocol):
    """What decides names: the project, the environment, and where it lives."""

    @property
    def project(self) -> str:
        """The project's name."""

    @property
    def name(self) -> str:
        """The environment's name."""

    @property
    def account_id(self) -> str:
        """The account, twelve digits."""

    @property
    def region(self) -> str:
        """The Region code."""

    @property
    def partition(self) -> str:
        """The partition of the Region."""


@dataclass(frozen=True, slots=True)
class Label:
    """One label, two cases: `BackupVault` in CloudFormation, `backup_vault` in Terraform."""

    logical_id: str
    terraform: str


def shortened(name: str, length: int) -> str:
    """Return `name`, or its beginning with an 8-hex hash of the whole when it is too long."""
    if len(name) <= length:
        return name
    return f"{name[: length - _HASH_LENGTH - 1].rstrip('-_.')}-{_digest(name, _HASH_LENGTH)}"


def physical(place: Place, *what: str, length: int = NAME_LENGTH) -> str:
    """Return `{project}-{environment}-{what}`; several parts of `what` are joined by a dot.

    A dot cannot stand in a key, so `a-b` + `c` and `a` + `b-c` stay two names.
    """
    return shortened("-".join((place.project, place.name, ".".join(what))), length)


def vault_name(place: Place, what: str) -> str:
    """Return the name of a backup vault: 2 to 50 of `[A-Za-z0-9_-]`."""
    return physical(place, what, length=BACKUP_LENGTH)


def iam_name(place: Place, what: str) -> str:
    """Return the name of an IAM role or policy; IAM is global, so it carries the Region."""
    return physical(place, f"{what}-{place.region}", length=IAM_LENGTH)


def bucket_name(place: Place, what: str) -> str:
    """Return the name of an S3 bucket; buckets are global, so it carries account and Region."""
    return physical(place, f"{what}-{place.account_id}-{place.region}", length=BUCKET_LENGTH)


def arn(place: Place, service: str, resource: str, *, regional: bool = True) -> str:
    """Return the ARN of a resource in the environment's account, and Region unless IAM's."""
    region = place.region if regional else ""
    return f"arn:{place.partition}:{service}:{region}:{place.account_id}:{resource}"


def root_arn(partition: str, account_id: str) -> str:
    """Return the ARN that stands for a whole account as a principal."""
    return f"arn:{partition}:iam::{account_id}:root"


def provider_alias(region: str) -> str:
    """Return the alias of Terraform's provider for another Region."""
    return region.replace("-", "_")


# A key that its PascalCase form gives back: no two of these share a label.
_CANONICAL = re.compile(r"[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*")
_BETWEEN_WORDS = re.compile(r"[^A-Za-z0-9]+")


@lru_cache(maxsize=65536)
def label(kind: str, *keys: str) -> Label:
    """Return the label of the resource of `kind` for `keys`, the same in every environment file.

    `label("table", "order_transaction")` is `TableOrderTransaction`. Where the PascalCase form
    would not give the keys back (other characters than `a_z0`, or several keys of which one has
    several words), four hex digits of a hash of the keys follow. So a label depends on its own
    keys alone: neither the order nor the presence of other entries changes it.
    """
    words = kind.split("_")
    for key in keys:
        words += [word for word in _BETWEEN_WORDS.split(key) if word]
    plain = all(_CANONICAL.fullmatch(key) for key in keys)
    if not plain or (len(keys) > 1 and any("_" in key for key in keys)):
        digest = _digest("/".join(keys), 4)
        logical_id, terraform = _pascal(words) + digest.upper(), "_".join([*words, digest]).lower()
    else:
        logical_id, terraform = _pascal(words), "_".join(words)
    if len(logical_id) > LOGICAL_ID_LENGTH:
        whole = _digest("/".join((kind, *keys)), _HASH_LENGTH)
        logical_id = logical_id[: LOGICAL_ID_LENGTH - _HASH_LENGTH] + whole.upper()
    return Label(logical_id, terraform)


def hashed_parts(keys: Iterable[str], limit: int) -> Mapping[str, tuple[str, ...]]:
    """Return `keys` in parts of at most `limit`, by part name; one part has the name "".

    A key's part depends on its own hash and on how many parts there are (a power of two), never on
    its position: adding a key moves no other until the parts double.
    """
    ordered = tuple(keys)
    hashes = [int(_digest(key, 8), 16) for key in ordered]
    count = 1
    while True:
        parts: dict[int, list[str]] = {}
        for number, key in zip(hashes, ordered, strict=True):
            parts.setdefault(number % count, []).append(key)
        if all(len(part) <= limit for part in parts.values()):
            break
        count *= 2
    if count == 1:
        return {"": ordered}
    return {f"{number + 1}of{count}": tuple(parts[number]) for number in sorted(parts)}


def _pascal(words: list[str]) -> str:
    return "".join([word[:1].upper() + word[1:] for word in words])


def _digest(text: str, length: int) -> str:
    return sha256(text.encode()).hexdigest()[:length]
