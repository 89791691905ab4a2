"""The coverage of every table in words: what protects it, link by link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.audit.checks import own_key
from generator.audit.documents import manual_deletion_denied
from generator.audit.links import FOREVER, Backup, Chain, Days, Rule, lock_of, locked
from generator.audit.model import Resource, property_of
from generator.audit.tables import Table
from generator.audit.values import Text, Verdict
from generator.audit.world import Choices, cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One link of a chain: `key` is its place in the chain, the same in every world."""

    key: str
    depth: int
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One table in one world."""

    place: str
    address: str
    shown: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All tables of one world."""

    choices: Choices
    tables: tuple[Coverage, ...]


def coverage(chain: Chain) -> tuple[Coverage, ...]:
    """Return what protects each table."""
    return tuple(
        Coverage(
            place=table.resource.place,
            address=table.address,
            shown=table.shown,
            lines=tuple(_lines(chain, table)),
        )
        for table in chain.tables
    )


def written(seen: Sequence[Seen]) -> str:
    """Return the tables of all worlds; a line that differs between them says where."""
    order: dict[tuple[str, str], list[tuple[Choices, Coverage]]] = {}
    for world in seen:
        for table in world.tables:
            order.setdefault((table.place, table.address), []).append((world.choices, table))
    blocks = []
    for (place, address), found in order.items():
        lines: dict[str, list[tuple[Choices, Line]]] = {}
        for choices, table in found:
            for line in table.lines:
                lines.setdefault(line.key, []).append((choices, line))
        shown = found[0][1].shown
        present = [choices for choices, _ in found]
        named = "" if shown == address else f" ({address})"
        head = f"{place}: table {shown}{named}"
        if len(found) < len(seen):
            head += f", only where {cases(present, [world.choices for world in seen])}"
        told = [text for each in lines.values() for text in _told(each, present)]
        blocks.append("\n".join([head, *told]) + "\n")
    return "\n".join(blocks)


def _told(given: list[tuple[Choices, Line]], present: list[Choices]) -> Iterator[str]:
    first = given[0][1]
    indent = "  " * (first.depth + 1)
    texts = dict.fromkeys(line.text for _, line in given)
    if len(texts) == 1 and len(given) == len(present):
        yield f"{indent}{first.label}: {first.text}"
        return
    yield f"{indent}{first.label}: depends"
    for text in texts:
        where = cases([choices for choices, line in given if line.text == text], present)
        yield f"{indent}    {text}, where {where}"


def _lines(chain: Chain, table: Table) -> Iterator[Line]:
    exists = table.resource.exists
    links = {
        **({} if exists.truth else {"exists": exists}),
        "point-in-time recovery": table.recovery,
        "deletion protection": table.protection,
        "kept when its definition goes": table.resource.kept,
        "backup": chain.backed_up(table),
    }
    for label, verdict in links.items():
        yield Line(key=label, depth=0, label=label, text=str(verdict))
    shown: set[str] = set()
    for backup in chain.backups[table.address]:
        if backup.verdict.truth is False:
            continue
        yield from _backup(chain, backup, with_rules=_plan_of(backup) not in shown)
        shown.add(_plan_of(backup))


def _plan_of(backup: Backup) -> str:
    return "a plan that is not here" if backup.plan is None else f"plan {backup.plan.address}"


def _backup(chain: Chain, backup: Backup, *, with_rules: bool) -> Iterator[Line]:
    plan, label = _plan_of(backup), f"selection {backup.selection.address}"
    yield Line(key=label, depth=0, label=label, text=f"{backup.verdict}; into {plan}")
    if backup.plan is None or not with_rules:
        return
    rules = chain.rules_of(backup.plan)
    if isinstance(rules, Text):
        text = f"unknown: {'; '.join(rules.reasons)}"
        yield Line(key=plan, depth=1, label=f"rules of {plan}", text=text)
        return
    for rule in rules:
        yield from _rule(chain, rule)


def _rule(chain: Chain, rule: Rule) -> Iterator[Line]:
    key = f"{rule.plan.address} {rule.name}"
    kept = kept_text(rule.delete_after, rule.cold_after)
    yield Line(key=key, depth=1, label=f"rule {rule.name}", text=kept)
    if rule.vault is None:
        reasons = "; ".join(rule.vault_name.reasons) or "it is not in these files"
        text = f"lock, policy and key unknown: {reasons}"
    else:
        text = vault_text(chain, rule.vault)
    yield Line(key=f"{key} vault", depth=2, label=f"vault {rule.vault_name}", text=text)
    if isinstance(rule.copies, Text):
        text = f"unknown: {'; '.join(rule.copies.reasons)}"
        yield Line(key=f"{key} copies", depth=2, label="copies", text=text)
        return
    for number, copy in enumerate(rule.copies):
        kept = kept_text(copy.delete_after, copy.cold_after)
        there = "lock unknown" if copy.vault is None else lock_text(copy.vault)
        yield Line(
            key=f"{key} copy {number}",
            depth=2,
            label=f"copy to {copy.destination}",
            text=f"{kept}; {there}; in another account: {copy.elsewhere}",
        )


def kept_text(delete: Days, cold: Days) -> str:
    """Return a lifecycle in words."""
    if isinstance(delete, Verdict):
        return f"kept for a time that is {delete}"
    kept = "kept for ever" if delete == FOREVER else f"kept {delete:.0f} days"
    if isinstance(cold, Verdict):
        return f"{kept}, cold storage {cold}"
    return kept if cold == FOREVER else f"{kept}, cold after {cold:.0f}"


def lock_text(vault: Resource) -> str:
    """Return a lock in words."""
    verdict = locked(vault)
    if verdict.truth is None:
        return f"lock {verdict}"
    lock = lock_of(vault)
    if not verdict.truth or not isinstance(lock, dict):
        return "not locked"
    most = property_of(lock, "MaxRetentionDays")
    least = property_of(lock, "MinRetentionDays")
    bounds = f"at least {least} days" if most is None else f"{least} to {most} days"
    compliance = property_of(lock, "ChangeableForDays") is not None
    return f"{'compliance' if compliance else 'governance'} lock, {bounds}"


def vault_text(chain: Chain, vault: Resource) -> str:
    """Return a vault with its lock, its policy and its key in words."""
    denied = manual_deletion_denied(vault)
    key = property_of(vault.properties, "EncryptionKeyArn")
    found = chain.key_of(vault)
    if own_key(vault).truth is False:
        encrypted = "AWS's own key"
    else:
        encrypted = f"key {key}"
        if found is not None:
            encrypted = f"key {found.address}, kept when its definition goes: {found.kept}"
    exists = "" if vault.exists.truth else f"exists {vault.exists}; "
    return f"{exists}{lock_text(vault)}; manual deletion denied: {denied}; {encrypted}"
