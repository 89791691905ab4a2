"""What each rule of an audit looks for in one reading of the files."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from generator.audit.documents import denies, documents_of, manual_deletion_denied, names
from generator.audit.links import FOREVER, Chain, Copy, Days, Rule, lock_of, locked
from generator.audit.links import days as days_of
from generator.audit.model import POLICIES, SELECTION, UNTOLD, Resource, listed, property_of
from generator.audit.results import Result, judged
from generator.audit.tables import Table
from generator.audit.values import (
    NO,
    Text,
    Verdict,
    all_of,
    any_of,
    fields,
    misplaced_wildcard,
    negated,
    selected_by,
    truth_of,
    unknown,
)

_COLD_DAYS = 90
_SERVICE = 2
# Denying these alone is what published sample policies do.
_HALF = frozenset(
    {
        "dynamodb:DeleteBackup",
        "backup:DeleteBackupSelection",
        "backup:DeleteBackupPlan",
        "backup:DeleteBackupVault",
    }
)


def check(chain: Chain) -> Iterator[Result]:
    """Yield everything that the rules find."""
    for gap in chain.reading.gaps:
        yield Result(
            rule="HF100",
            address=gap.address,
            place=gap.place,
            broken=False,
            message=gap.reason,
            fix=gap.fix,
        )
    for table in chain.tables:
        yield from _table(chain, table)
    for selection in chain.reading.of(SELECTION):
        yield from _selection(chain, selection)
    for rule in chain.rules_in_use:
        yield from _rule(rule)
    for vault in chain.vaults:
        yield from _vault(chain, vault)
    yield from _denials(chain)
    yield from _untold(chain)


def _table(chain: Chain, table: Table) -> Iterator[Result]:
    resource, item = table.resource, table.address
    name = f"table {table.shown}"
    yield from judged(
        "HF001",
        resource,
        table.recovery,
        (f"{name} has no point-in-time recovery", f"whether {name} has point-in-time recovery"),
        item,
    )
    yield from judged(
        "HF002",
        resource,
        chain.backed_up(table),
        (
            f"{name} is in no backup plan of these files",
            f"whether {name} is in a backup plan of these files",
        ),
        item,
    )
    yield from judged(
        "HF003",
        resource,
        table.protection,
        (f"{name} has no deletion protection", f"whether {name} has deletion protection"),
        item,
    )
    yield from judged(
        "HF005",
        resource,
        copied_elsewhere(chain, table),
        (f"{name} has no copy in another account", f"whether {name} has a copy in another account"),
        item,
    )
    if item == table.resource.address:
        yield from _kept(resource, name)


def _untold(chain: Chain) -> Iterator[Result]:
    """Yield, once for each plan, that it does not tell what is kept."""
    files: dict[str, list[str]] = {}
    for table in chain.tables:
        if table.resource.kept == UNTOLD and table.address == table.resource.address:
            file = table.resource.place.rpartition(":")[0].rpartition(":")[0]
            files.setdefault(file, []).append(table.shown)
    for file, shown in files.items():
        yield Result(
            rule="HF115",
            address=file,
            place=f"{file}:1:1",
            broken=True,
            message=f"whether destroying is prevented for {len(shown)} tables is not told",
        )


def _kept(resource: Resource, name: str) -> Iterator[Result]:
    if resource.kept == UNTOLD:
        return
    yield from judged(
        "HF109",
        resource,
        resource.kept,
        (
            f"{name} goes with its stack, or with its replacement",
            f"whether {name} outlives its definition",
        ),
    )


def copied_elsewhere(chain: Chain, table: Table) -> Verdict:
    """Return whether a copy of a table's backups lies in another account."""
    verdicts = []
    for backup in chain.backups[table.address]:
        if backup.plan is None or backup.verdict.truth is False:
            verdicts.append(backup.verdict)
            continue
        rules = chain.rules_of(backup.plan)
        if isinstance(rules, Text):
            verdicts.append(unknown(*rules.reasons))
            continue
        for rule in rules:
            copies = rule.copies
            each = (
                unknown(*copies.reasons)
                if isinstance(copies, Text)
                else any_of(copy.elsewhere for copy in copies)
            )
            verdicts.append(all_of((backup.verdict, each)))
    found = any_of(verdicts)
    return NO if found.truth is False else found


def _selection(chain: Chain, selection: Resource) -> Iterator[Result]:
    arns = [
        arn
        for arn in listed(property_of(selection.properties, "BackupSelection", "Resources"))
        if isinstance(arn, Text)
    ]
    names_of_tables = {table.resource.name.parts for table in chain.tables}
    known_arns = [table.arn.literal or "" for table in chain.tables]
    for arn in arns:
        first = arn.parts[0] if arn.parts else ""
        by_name = isinstance(first, str) and not first.startswith(("arn:", "*"))
        if arn.parts in names_of_tables or by_name:
            message = f"{arn} is no ARN, so selection {selection.address} does not select it"
            yield _found("HF101", selection, message, str(arn))
        elif misplaced_wildcard(arn):
            message = f"selection {selection.address} matches nothing by {arn}"
            yield _found("HF103", selection, message, str(arn))
        elif (
            (literal := arn.literal)
            and "*" not in literal
            and _is_table(arn)
            and all(selected_by(table.arn, arn).truth is False for table in chain.tables)
        ):
            near = difflib.get_close_matches(literal, known_arns, 1, 0.9)
            hint = f"; did you mean {near[0]}?" if near else ""
            message = f"no table of these files is {literal}{hint}"
            yield _found("HF102", selection, message, literal)
    by_tags = any(
        property_of(selection.properties, "BackupSelection", key)
        for key in ("ListOfTags", "Conditions")
    )
    if by_tags and chain.tables and _concerns_tables(arns):
        verdicts = [
            backup.verdict
            for backups in chain.backups.values()
            for backup in backups
            if backup.selection is selection
        ]
        found = any_of(verdicts)
        if found.truth is False:
            message = f"the tags of selection {selection.address} are those of no table"
            yield _found("HF104", selection, message)


def _is_table(arn: Text) -> bool:
    pieces = fields(arn)
    return len(pieces) > _SERVICE and pieces[_SERVICE].literal == "dynamodb"


def _concerns_tables(arns: list[Text]) -> bool:
    return not arns or any(arn.literal == "*" or _is_table(arn) or arn.holes for arn in arns)


def _found(rule: str, resource: Resource, message: str, item: str = "") -> Result:
    return Result(
        rule=rule,
        address=resource.address,
        place=resource.place,
        item=item,
        broken=resource.exists.truth is True,
        message=message,
    )


def _rule(rule: Rule) -> Iterator[Result]:
    name = f"rule {rule.name} of plan {rule.plan.address}"
    yield from judged(
        "HF105",
        rule.plan,
        negated(truth_of(rule.continuous, NO)),
        (f"{name} asks for continuous backups", f"whether {name} asks for continuous backups"),
        rule.name,
    )
    yield from _lifecycle(rule.plan, name, rule.name, rule.delete_after, rule.cold_after)
    if rule.vault is None:
        yield Result(
            rule="HF004",
            address=rule.plan.address,
            place=rule.plan.place,
            item=rule.name,
            broken=False,
            message=f"whether vault {rule.vault_name} of {name} is locked: "
            + ("; ".join(rule.vault_name.reasons) or "it is not in these files"),
        )
    else:
        yield from _bounds(rule.plan, name, rule.name, rule.delete_after, rule.vault)
    if isinstance(rule.copies, Text):
        reasons = "; ".join(rule.copies.reasons)
        message = f"where {name} copies to, and how long copies are kept: {reasons}"
        yield _open("HF108", rule.plan, message, rule.name)
        return
    for number, copy in enumerate(rule.copies):
        yield from _copy(rule, f"copy {number + 1} of {name}", f"{rule.name}.{number}", copy)


def _open(rule: str, resource: Resource, message: str, item: str) -> Result:
    return Result(
        rule=rule,
        address=resource.address,
        place=resource.place,
        item=item,
        broken=False,
        message=message,
    )


def _copy(rule: Rule, name: str, item: str, copy: Copy) -> Iterator[Result]:
    yield from _lifecycle(rule.plan, name, item, copy.delete_after, copy.cold_after)
    if copy.vault is not None:
        yield from _bounds(rule.plan, name, item, copy.delete_after, copy.vault)
    cold = copy.cold_after
    stays_warm = cold if isinstance(cold, Verdict) else Verdict(cold == FOREVER)
    yield from judged(
        "HF007",
        rule.plan,
        any_of((stays_warm, negated(copy.elsewhere))),
        (
            f"{name} moves to cold storage in another account and cannot be copied back from there",
            f"whether {name} can be copied back",
        ),
        item,
    )
    if rule.vault is not None:
        yield from judged(
            "HF110",
            rule.plan,
            any_of((own_key(rule.vault), negated(copy.elsewhere))),
            (
                f"{name} leaves the account from vault {rule.vault.shown}, which has AWS's own key",
                f"whether {name} leaves the account encrypted with AWS's own key",
            ),
            item,
        )


def own_key(vault: Resource) -> Verdict:
    """Return whether a vault is encrypted with a customer managed key, as far as its file says."""
    key = property_of(vault.properties, "EncryptionKeyArn")
    if key is None:
        return NO
    if not isinstance(key, Text):
        return unknown("its key is no text")
    if "alias/aws/backup" in str(key):
        return Verdict(truth=False)
    # A hole is somebody's key: a template has no way to name AWS's own but its alias.
    return Verdict(truth=True)


def _lifecycle(plan: Resource, name: str, item: str, delete: Days, cold: Days) -> Iterator[Result]:
    if isinstance(delete, Verdict):
        yield from judged("HF108", plan, delete, ("", f"how long {name} is kept"), item)
        return
    if delete == FOREVER:
        yield _found("HF108", plan, f"{name} is kept for ever", item)
    if isinstance(cold, Verdict):
        yield from judged("HF106", plan, cold, ("", f"how long {name} lies in cold storage"), item)
    elif cold != FOREVER and delete - cold < _COLD_DAYS:
        message = f"{name} is deleted {delete - cold:.0f} days after it moves to cold storage"
        yield _found("HF106", plan, message, item)


def _bounds(
    plan: Resource, name: str, item: str, delete: Days, vault: Resource
) -> Iterator[Result]:
    lock = lock_of(vault)
    if not isinstance(lock, dict) or isinstance(delete, Verdict):
        return
    given = property_of(lock, "MinRetentionDays")
    least: Days = 0 if given is None else days_of(given)
    most = days_of(property_of(lock, "MaxRetentionDays"))
    for bound in (least, most):
        if isinstance(bound, Verdict):
            message = f"whether {name} is kept within the lock of vault {vault.shown}"
            yield from judged("HF107", plan, bound, ("", message), item)
            return
    if isinstance(least, Verdict) or isinstance(most, Verdict) or least <= delete <= most:
        return
    kept = "for ever" if delete == FOREVER else f"{delete:.0f} days"
    bounds = f"{least:.0f} to {most:.0f}" if most != FOREVER else f"at least {least:.0f}"
    message = f"{name} is kept {kept}, vault {vault.shown} takes {bounds} days only"
    yield _found("HF107", plan, message, item)


def _vault(chain: Chain, vault: Resource) -> Iterator[Result]:
    name = f"vault {vault.shown}"
    yield from judged(
        "HF004",
        vault,
        locked(vault),
        (f"{name} is not locked", f"whether {name} is locked"),
    )
    lock = lock_of(vault)
    if isinstance(lock, dict) and property_of(lock, "ChangeableForDays") is not None:
        grace = property_of(lock, "ChangeableForDays")
        yield _found("HF111", vault, f"{name} is locked for good {grace} days after deployment")
    yield from judged(
        "HF112",
        vault,
        manual_deletion_denied(vault),
        (
            f"recovery points in {name} can be deleted by hand",
            f"whether recovery points in {name} can be deleted by hand",
        ),
    )
    yield from judged(
        "HF113",
        vault,
        negated(truth_of(property_of(vault.properties, "ForceDestroy"), NO)),
        (
            f"{name} is emptied when it is destroyed",
            f"whether {name} is emptied when it is destroyed",
        ),
    )
    key = chain.key_of(vault)
    if key is not None:
        yield from _kept(key, f"key {key.address} of {name}")


def _denials(chain: Chain) -> Iterator[Result]:
    policies = [
        (resource, document)
        for resource in chain.reading.of(*sorted(POLICIES))
        for document in documents_of(resource)
    ]
    kept = any_of(denies(document, "backup:DeleteRecoveryPoint") for _, document in policies)
    for number, (resource, document) in enumerate(policies):
        if names(document, _HALF):
            yield from judged(
                "HF114",
                resource,
                Verdict(kept.truth, kept.why if kept.truth is None else ()),
                (
                    f"{resource.address} denies to delete backups, but not recovery points",
                    f"whether {resource.address} denies to delete recovery points",
                ),
                str(number),
            )
