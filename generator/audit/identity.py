"""Names, ARNs and ids of resources, as far as the files decide them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from generator.audit.model import (
    AIR_GAPPED,
    GLOBAL_TABLE,
    KEY,
    PLAN,
    SELECTION,
    SIMPLE_TABLE,
    TABLE,
    VAULT,
    arn_of,
)
from generator.audit.values import Text, text

NAMED_BY: Mapping[str, str] = {
    TABLE: "TableName",
    GLOBAL_TABLE: "TableName",
    SIMPLE_TABLE: "TableName",
    VAULT: "BackupVaultName",
    AIR_GAPPED: "BackupVaultName",
}
IDENTIFIED = frozenset({*NAMED_BY, PLAN, SELECTION, KEY})
_ATTRIBUTES: Mapping[str, str] = {
    "Arn": "arn",
    "BackupVaultArn": "arn",
    "BackupPlanArn": "arn",
    "BackupVaultName": "name",
    "BackupPlanId": "id",
    "KeyId": "id",
}
_SERVICES: Mapping[str, tuple[str, str]] = {
    TABLE: ("dynamodb", "table/"),
    GLOBAL_TABLE: ("dynamodb", "table/"),
    SIMPLE_TABLE: ("dynamodb", "table/"),
    VAULT: ("backup", "backup-vault:"),
    AIR_GAPPED: ("backup", "backup-vault:"),
    PLAN: ("backup", "backup-plan:"),
    KEY: ("kms", "key/"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a resource is deployed."""

    region: Text
    account: Text
    partition: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How a resource is referred to."""

    name: Text
    arn: Text
    id: Text

    def attribute(self, type_: str, name: str) -> Text | None:
        """Return an attribute that CloudFormation's Fn::GetAtt gives."""
        wanted = _ATTRIBUTES.get(name)
        if wanted is None or (type_ == SELECTION and wanted != "id"):
            return None
        found: Text = getattr(self, wanted)
        return found

    def reference(self, type_: str) -> Text:
        """Return what CloudFormation's Ref gives."""
        return self.name if type_ in NAMED_BY else self.id


def identity(
    type_: str, name: Text | None, made_up: Callable[[str, str], Text], place: Place
) -> Identity:
    """Return a resource's identity; `made_up` gives a hole for what AWS makes up."""
    if type_ in NAMED_BY:
        called = made_up("name", "its name is made up at deployment") if name is None else name
        identifier = called
    else:
        identifier = made_up("id", "AWS gives it an id at deployment")
        called = name or identifier
    service, prefix = _SERVICES.get(type_, ("", ""))
    return Identity(
        name=called,
        id=identifier,
        arn=arn_of(service, place.region, place.account, place.partition, text(prefix, identifier)),
    )
