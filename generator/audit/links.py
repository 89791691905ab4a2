"""The chain that protects a table: selection → plan → rule → vault → lock → copy → key."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from generator.audit.model import (
    AIR_GAPPED,
    KEY,
    PLAN,
    SELECTION,
    VAULT,
    Reading,
    Resource,
    listed,
    property_of,
)
from generator.audit.tables import (
    Table,
    condition_met,
    tables_of,
    tag_entries,
    tag_listed,
)
from generator.audit.values import (
    NO,
    YES,
    Hole,
    Text,
    Verdict,
    all_of,
    any_of,
    equal,
    fields,
    negated,
    no,
    selected_by,
    unknown,
)

FOREVER = math.inf
_ACCOUNT, _REGION, _PARTS = 4, 3, 6
_OPTED_IN = "DynamoDB is opted in for AWS Backup here"
# Days, FOREVER, or an unknown verdict with its reason.
Days = float | Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One copy action; `elsewhere` answers whether another account holds the copy."""

    destination: Text
    delete_after: Days
    cold_after: Days
    has_lifecycle: bool
    elsewhere: Verdict
    vault: Resource | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a plan; `vault` is None where the files do not hold it."""

    plan: Resource
    name: str
    vault_name: Text
    vault: Resource | None
    delete_after: Days
    cold_after: Days
    continuous: Any
    copies: tuple[Copy, ...] | Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """That a selection takes a table into a plan, as far as it is so."""

    selection: Resource
    plan: Resource | None
    verdict: Verdict


class Chain:
    """Everything of one reading, linked."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.tables = tables_of(reading)
        self.vaults = reading.of(VAULT, AIR_GAPPED)
        self.plans = reading.of(PLAN)
        self.selections = [_Selection(each, self.plans) for each in reading.of(SELECTION)]
        names = {table.resource.name.parts for table in self.tables}
        arns = {table.arn.parts for table in self.tables if table.resource.exists.truth}
        for selection in self.selections:
            selection.names = names
            selection.taken = arns
        self.rules = {id(plan): self._rules(plan) for plan in self.plans}
        self.backups = {table.address: self._backups(table) for table in self.tables}

    def backed_up(self, table: Table) -> Verdict:
        """Return whether any plan backs a table up."""
        return any_of(each.verdict for each in self.backups[table.address])

    def rules_of(self, plan: Resource) -> tuple[Rule, ...] | Text:
        """Return a plan's rules, or the hole that stands for them."""
        return self.rules[id(plan)]

    def rules_for(self, table: Table) -> list[Rule]:
        """Return every rule that backs a table up, or may."""
        found: dict[int, Rule] = {}
        for backup in self.backups[table.address]:
            rules = () if backup.plan is None else self.rules_of(backup.plan)
            if backup.verdict.truth is not False and not isinstance(rules, Text):
                found |= {id(rule): rule for rule in rules}
        return list(found.values())

    @cached_property
    def rules_in_use(self) -> list[Rule]:
        """Every rule that backs some table up, or may."""
        found = {id(rule): rule for table in self.tables for rule in self.rules_for(table)}
        return list(found.values())

    def key_of(self, vault: Resource) -> Resource | None:
        """Return the key of a vault where the files hold it."""
        arn = property_of(vault.properties, "EncryptionKeyArn")
        if not isinstance(arn, Text):
            return None
        return next((key for key in self.reading.of(KEY) if equal(key.arn, arn).truth), None)

    def _backups(self, table: Table) -> list[Backup]:
        found = []
        for each in self.selections:
            verdict = each.takes(table)
            if verdict.truth is not False:
                verdict = all_of((verdict, each.resource.exists, self._ready(each)))
            found.append(Backup(selection=each.resource, plan=each.plan, verdict=verdict))
        return found

    def _ready(self, selection: _Selection) -> Verdict:
        if selection.plan is None:
            plan_id = property_of(selection.resource.properties, "BackupPlanId")
            return unknown(f"plan {plan_id} of {selection.resource.address} is not in these files")
        rules = self.rules_of(selection.plan)
        if isinstance(rules, Text):
            return unknown(*rules.reasons)
        exists = selection.plan.exists
        return exists if rules else no(f"plan {selection.plan.address} has no rule")

    def _rules(self, plan: Resource) -> tuple[Rule, ...] | Text:
        given = property_of(plan.properties, "BackupPlan", "BackupPlanRule")
        if isinstance(given, Text):
            return given
        rules = []
        for number, each in enumerate(listed(given)):
            if isinstance(each, Text):
                return each
            name = property_of(each, "RuleName")
            target = property_of(each, "TargetBackupVault")
            if not isinstance(target, Text):
                target = Text((Hole(f"{plan.address}.{number}", "the rule names no vault"),))
            copies = property_of(each, "CopyActions")
            rules.append(
                Rule(
                    plan=plan,
                    name=str(name) if isinstance(name, Text) else str(number + 1),
                    vault_name=target,
                    vault=self._named(target, plan),
                    delete_after=days(property_of(each, "Lifecycle", "DeleteAfterDays")),
                    cold_after=days(property_of(each, "Lifecycle", "MoveToColdStorageAfterDays")),
                    continuous=property_of(each, "EnableContinuousBackup"),
                    copies=copies
                    if isinstance(copies, Text)
                    else tuple(self._copy(copy, plan) for copy in listed(copies)),
                )
            )
        return tuple(rules)

    def _named(self, name: Text, plan: Resource) -> Resource | None:
        for vault in self.vaults:
            same = (
                equal(vault.name, name),
                equal(vault.region, plan.region),
                equal(vault.account, plan.account),
            )
            if all_of(same).truth:
                return vault
        return None

    def _copy(self, given: Any, plan: Resource) -> Copy:
        destination = property_of(given, "DestinationBackupVaultArn")
        if not isinstance(destination, Text):
            destination = Text((Hole(f"{plan.address}.copy", "the copy names no vault"),))
        vault = next((each for each in self.vaults if equal(each.arn, destination).truth), None)
        pieces = fields(destination)
        if vault is not None:
            elsewhere = negated(equal(vault.account, plan.account))
        elif len(pieces) == _PARTS:
            elsewhere = negated(equal(pieces[_ACCOUNT], plan.account))
        else:
            elsewhere = unknown(*destination.reasons)
        return Copy(
            destination=destination,
            delete_after=days(property_of(given, "Lifecycle", "DeleteAfterDays")),
            cold_after=days(property_of(given, "Lifecycle", "MoveToColdStorageAfterDays")),
            has_lifecycle=property_of(given, "Lifecycle") is not None,
            elsewhere=elsewhere,
            vault=vault,
        )


class _Selection:
    """A selection with its plan; it answers for many tables."""

    def __init__(self, resource: Resource, plans: Sequence[Resource]) -> None:
        self.resource = resource
        plan_id = property_of(resource.properties, "BackupPlanId")
        self.plan = next(
            (each for each in plans if isinstance(plan_id, Text) and equal(each.id, plan_id).truth),
            None,
        )
        body = property_of(resource.properties, "BackupSelection")
        self.hidden = body if isinstance(body, Text) else None
        self.arns = [a for a in listed(property_of(body, "Resources")) if isinstance(a, Text)]
        self.excluded = [
            a for a in listed(property_of(body, "NotResources")) if isinstance(a, Text)
        ]
        self.tags = listed(property_of(body, "ListOfTags"))
        self.conditions = list(tag_entries(property_of(body, "Conditions")))
        # Names and ARNs of the tables that there are.
        self.names: set[tuple[str | Hole, ...]] = set()
        self.taken: set[tuple[str | Hole, ...]] = set()
        self._exact = {arn.parts: arn for arn in self.arns}
        self._loose = [arn for arn in self.arns if arn.literal is None or "*" in arn.literal]

    def takes(self, table: Table) -> Verdict:
        """Return whether the selection takes a table."""
        if self.hidden is not None:
            return unknown(*self.hidden.reasons)
        base = self.plan or self.resource
        here = all_of(
            (equal(base.region, table.region), equal(base.account, table.resource.account))
        )
        if here.truth is False:
            return no(f"{self.resource.address} is in {base.region}, the table in {table.region}")
        conditions = [
            condition_met(table.tags, operator, entry) for operator, entry in self.conditions
        ]
        excluded = any_of(self._matches(table, arn) for arn in self.excluded)
        if excluded.truth:
            return no(f"{self.resource.address} leaves it out by NotResources")
        return all_of((here, self._included(table), *conditions, negated(excluded)))

    def _included(self, table: Table) -> Verdict:
        by_arn = self._by_arn(table)
        by_tag = any_of(tag_listed(table.tags, entry) for entry in self.tags)
        if self.arns and self.tags:
            if by_arn.truth == by_tag.truth:
                return all_of((by_arn, by_tag))
            # The guide says that tags filter the resources further, the API's page nothing.
            return unknown("it is not documented how Resources and ListOfTags combine")
        if self.arns:
            return by_arn
        opted_in = Verdict(truth=True, assumed=frozenset({_OPTED_IN}))
        return all_of((by_tag, opted_in)) if self.tags else opted_in

    def _by_arn(self, table: Table) -> Verdict:
        exact = self._exact.get(table.arn.parts)
        if exact is not None:
            return Verdict(truth=True, assumed=exact.assumed | table.arn.assumed)
        candidates = self._loose if table.arn.literal is not None else self.arns
        # An ARN that is another table's is not this one's, whatever the names will be.
        return any_of(
            self._matches(table, arn) for arn in candidates if arn.parts not in self.taken
        )

    def _matches(self, table: Table, pattern: Text) -> Verdict:
        if pattern.parts == table.resource.name.parts:
            return no(f"{self.resource.address} names the table instead of giving its ARN")
        return NO if pattern.parts in self.names else selected_by(table.arn, pattern)


def days(value: Any) -> Days:
    """Return days; FOREVER for what is absent or -1, which AWS Backup reads as always."""
    if value is None:
        return FOREVER
    if not isinstance(value, Text) or value.literal is None:
        return unknown(*(value.reasons if isinstance(value, Text) else ["it is no number"]))
    try:
        number = int(float(value.literal))
    except ValueError:
        return unknown(f"{value.literal} is no number")
    return FOREVER if number < 0 else number


def lock_of(vault: Resource) -> Any:
    """Return a vault's lock: a mapping, a hole, or None; an air-gapped vault is always locked."""
    if vault.type == AIR_GAPPED:
        return vault.properties
    return property_of(vault.properties, "LockConfiguration")


def locked(vault: Resource) -> Verdict:
    """Return whether a vault has a lock."""
    lock = lock_of(vault)
    if isinstance(lock, Text):
        return unknown(*lock.reasons)
    return YES if lock is not None else no("it has no lock")
