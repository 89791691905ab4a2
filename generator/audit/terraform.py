"""Reads plans and states of Terraform: every resource in CloudFormation's terms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from generator.audit.files import Plan
from generator.audit.identity import Place, identity
from generator.audit.model import TABLE, UNTOLD, VAULT, Gap, Resource, property_of
from generator.audit.references import Configuration, Module, unknown_until_apply
from generator.audit.translation import LOCK, POLICY_OF_VAULT, TRANSLATED, Read
from generator.audit.values import NO, Hole, Text, all_of, equal, fields, hole, text, truth_of
from generator.audit.world import World

_REGION, _ACCOUNT, _RESOURCE = 3, 4, 5
# Not configured, these are whatever AWS or the provider chooses.
_COMPUTED = frozenset(
    {
        "arn",
        "backup_vault_arn",
        "condition",
        "deletion_protection_enabled",
        "id",
        "kms_key_arn",
        "not_resources",
        "point_in_time_recovery",
        "tags_all",
    }
)
_REPLICA_TYPE = "aws_dynamodb_table_replica"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Planned:
    """A resource of a plan with all that the plan says of it."""

    address: str
    type: str
    module: Module
    values: Mapping[str, Any]
    unknowns: Mapping[str, Any]
    configured: Mapping[str, Any]


class Root:
    """One plan or state."""

    def __init__(self, world: World, plan: Plan) -> None:
        self.world = world
        self.plan = plan
        document = plan.document
        state = document.get("planned_values", document.get("values")) or {}
        found = list(_nested(state.get("root_module", {}), ""))
        addresses = [resource["address"] for _, resource in found]
        self.configuration = Configuration(document, addresses)
        changes = {
            each["address"]: each.get("change", {}).get("after_unknown", {})
            for each in document.get("resource_changes", ())
        }
        self.planned = {
            resource["address"]: self._planned(module, resource, changes)
            for module, resource in found
            if resource.get("mode") == "managed" and resource["type"] in TRANSLATED
        }
        self._resources: dict[str, Resource] = {}

    def read(self) -> None:
        """Put every resource into the world's reading."""
        beside: dict[str, list[Resource]] = {LOCK: [], POLICY_OF_VAULT: []}
        found: list[Resource] = []
        for address in self.planned:
            resource = self.resource(address)
            beside.get(resource.type, found).append(resource)
            found += self._replicas(resource)
        self.world.reading.resources += [
            _joined(each, beside) if each.type == VAULT else each for each in found
        ]
        if self.plan.document.get("errored"):
            self.world.reading.gaps.append(
                Gap(
                    place=f"{self.plan.name}:1:1",
                    address=self.plan.name,
                    reason="planning ended with an error, so resources are missing",
                    fix="plan again",
                )
            )

    def resource(self, address: str) -> Resource:
        """Return a resource in CloudFormation's terms."""
        if address not in self._resources:
            self._resources[address] = self._translated(self.planned[address])
        return self._resources[address]

    def _planned(
        self, module: str, resource: Mapping[str, Any], changes: Mapping[str, Any]
    ) -> Planned:
        inside = self.configuration.module(module)
        return Planned(
            address=resource["address"],
            type=resource["type"],
            module=inside,
            values=resource.get("values", {}),
            unknowns=changes.get(resource["address"]) or {},
            configured=self.configuration.resource(inside, resource["type"], resource["name"]),
        )

    def _translated(self, planned: Planned) -> Resource:
        type_, named_by, translate = TRANSLATED[planned.type]
        value = self._reader(planned)
        place = self._place(planned, value("arn") or value("backup_vault_arn"))
        name = value(named_by) if named_by else None
        if planned.type == _REPLICA_TYPE:
            name = _replicated(value("global_table_arn"))
        found = identity(
            type_,
            name if isinstance(name, Text) else None,
            lambda what, why: hole(f"{self.plan.name}:#{planned.address}.{what}", why),
            place,
        )
        own_id, own_arn = planned.values.get("id"), planned.values.get("arn")
        return Resource(
            type=type_,
            address=planned.address,
            place=self._line(planned.address),
            properties=translate(value),
            region=place.region,
            account=place.account,
            name=found.name,
            arn=text(own_arn) if isinstance(own_arn, str) else found.arn,
            id=text(own_id) if isinstance(own_id, str) else found.id,
            kept=UNTOLD,
        )

    def _replicas(self, table: Resource) -> Iterator[Resource]:
        """Yield what the `replica` blocks of a table make; only some of it is in the block."""
        hidden = hole(f"{table.address}.replica", "the replica block does not tell it")
        for block in table.properties.get("Replicas", ()):
            region = property_of(block, "Region") or hidden
            pieces = fields(table.arn)
            arn = table.arn
            if len(pieces) > _RESOURCE:
                pieces[_REGION] = region
                arn = text(*(p for n, piece in enumerate(pieces) for p in (":" * (n > 0), piece)))
            copied = truth_of(property_of(block, "PropagateTags"), NO).truth
            tags = table.properties.get("Tags") if copied else hidden if copied is None else None
            yield replace(
                table,
                type=TABLE,
                address=f'{table.address}.replica["{region}"]',
                region=region,
                arn=arn,
                properties={
                    "PointInTimeRecoverySpecification": {
                        "PointInTimeRecoveryEnabled": property_of(block, "Recovery")
                        or text("false")
                    },
                    "DeletionProtectionEnabled": hidden,
                    "Tags": tags,
                },
            )

    def _reader(self, planned: Planned) -> Read:
        expressions = planned.configured.get("expressions", {})

        def read(attribute: str) -> Any:
            if (
                planned.unknowns.get(attribute) is True
                and attribute not in expressions
                and attribute in _COMPUTED
            ):
                return None
            return self._value(
                planned,
                attribute,
                planned.values.get(attribute),
                planned.unknowns.get(attribute),
                expressions.get(attribute),
            )

        return read

    def _value(
        self, planned: Planned, path: str, value: Any, unknowns: Any, expression: Any
    ) -> Any:
        if unknowns is True:
            return self._after_apply(planned, path, expression)
        if isinstance(value, dict):
            inner = unknowns if isinstance(unknowns, dict) else {}
            written = expression if isinstance(expression, dict) else {}
            pairs = (
                (key, value.get(key), inner.get(key), written.get(key))
                for key in dict.fromkeys((*value, *(key for key in inner if inner[key])))
            )
            read = {
                key: self._value(planned, f"{path}.{key}", given, inside, how)
                for key, given, inside, how in pairs
            }
            return {key: each for key, each in read.items() if each is not None}
        if isinstance(value, list):
            blocks = expression if isinstance(expression, list) else []
            inside = unknowns if isinstance(unknowns, list) else []
            return [
                self._value(
                    planned,
                    f"{path}.{number}",
                    each,
                    inside[number] if number < len(inside) else None,
                    _block(each, blocks),
                )
                for number, each in enumerate(value)
            ]
        return known(value)

    def _after_apply(self, planned: Planned, path: str, expression: Any) -> Any:
        """Return what an expression certainly is: attributes of named resources, else a hole."""
        key = f"{self.plan.name}:#{planned.address}.{path}"
        if not isinstance(expression, dict):
            return hole(key, "known only after apply")
        traced = self.configuration.trace(expression, planned.module)
        found = [self._referred(address, name) for address, name in traced.attributes]
        if traced.hidden or not found or None in found:
            return unknown_until_apply(key, traced)
        assumed = "by the references of its expression"
        texts = [Text(each.parts, each.assumed | {assumed}) for each in found if each is not None]
        return texts if path in ("resources", "not_resources") or len(texts) > 1 else texts[0]

    def _referred(self, address: str, name: str) -> Text | None:
        if address not in self.planned:
            return None
        resource = self.resource(address)
        attributes = {"arn": resource.arn, "id": resource.id, "name": resource.name}
        attributes |= {"key_id": resource.id} if "KMS" in resource.type else {}
        return attributes.get(name)

    def _place(self, planned: Planned, arn: Any) -> Place:
        options = self.world.options
        if isinstance(arn, Text) and arn.literal is not None:
            parts = fields(arn)
            if len(parts) > _RESOURCE:
                return Place(region=parts[_REGION], account=parts[_ACCOUNT], partition=parts[1])
        key = str(planned.configured.get("provider_config_key", "aws")).rpartition(":")[2]
        provider = self.configuration.providers.get(key, {}).get("expressions", {})
        region = planned.values.get("region") or self.configuration.constant(provider.get("region"))
        account = options.account
        if provider.get("assume_role"):
            role = self.configuration.constant(provider["assume_role"][0].get("role_arn"))
            role_parts = role.split(":") if role else []
            account = (
                text(role_parts[_ACCOUNT])
                if len(role_parts) > _ACCOUNT
                else hole(f"{self.plan.name}:#account of provider {key}", f"provider {key}'s role")
            )
        elif "." in key and _elsewhere(provider, self.configuration.providers.get("aws", {})):
            reason = f"provider {key} may belong to another account"
            account = hole(f"{self.plan.name}:#account of provider {key}", reason)
        home = text(region) if region else options.home
        return Place(region=home, account=account, partition=options.partition)

    def _line(self, address: str) -> str:
        at = self.plan.text.find(json.dumps(address))
        line = self.plan.text.count("\n", 0, at) + 1 if at >= 0 else 1
        return f"{self.plan.name}:{line}:1"


def known(value: Any) -> Any:
    """Return a value of JSON as texts; None for null."""
    if value is None:
        return None
    if isinstance(value, bool):
        return text("true" if value else "false")
    if isinstance(value, list):
        return [known(each) for each in value]
    if isinstance(value, dict):
        return {key: known(each) for key, each in value.items() if each is not None}
    return text(str(value))


def _nested(module: Mapping[str, Any], address: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for resource in module.get("resources", ()):
        yield address, resource
    for child in module.get("child_modules", ()):
        yield from _nested(child, child["address"])


def _block(value: Any, blocks: Sequence[Any]) -> Any:
    """Return how a block was written: sets come in another order, so by its constants."""
    if not isinstance(value, dict):
        return None
    fitting = [
        block
        for block in blocks
        if isinstance(block, dict)
        and all(
            value.get(key) == how["constant_value"]
            for key, how in block.items()
            if isinstance(how, dict) and "constant_value" in how
        )
    ]
    return fitting[0] if len(fitting) == 1 else None


def _elsewhere(provider: Mapping[str, Any], default: Mapping[str, Any]) -> bool:
    """Return whether a provider may log in to another account than the default one."""
    others = default.get("expressions", {})
    logins = ("access_key", "profile", "shared_credentials_files", "allowed_account_ids")
    return any(provider.get(each) != others.get(each) for each in logins)


def _replicated(arn: Any) -> Text | None:
    if not isinstance(arn, Text):
        return None
    pieces = fields(arn)
    if len(pieces) <= _RESOURCE or not pieces[_RESOURCE].parts:
        return None
    first, *rest = pieces[_RESOURCE].parts
    if not isinstance(first, str) or not first.startswith("table/"):
        return None
    return text(first.removeprefix("table/"), *rest, assumed=arn.assumed)


def _joined(vault: Resource, beside: Mapping[str, Sequence[Resource]]) -> Resource:
    """Return a vault with its lock and policy, which Terraform keeps as resources of their own."""
    properties = dict(vault.properties)
    for type_, key in ((LOCK, "LockConfiguration"), (POLICY_OF_VAULT, "AccessPolicy")):
        for each in beside[type_]:
            named = each.properties.get("VaultName", hole("?", "no name"))
            same = all_of(
                (
                    equal(named, vault.name),
                    equal(each.region, vault.region),
                    equal(each.account, vault.account),
                )
            )
            if same.truth is None:
                reason = "; ".join(same.why)
                properties.setdefault(key, Text((Hole(f"{each.address}.vault", reason),)))
            elif same.truth:
                properties[key] = each.properties.get("Value", {})
    return replace(vault, properties=properties)
