"""Worlds to damage: every denial of every document, taken out line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from generator import pipeline, workspace
from generator.authority.conditions import listed
from generator.authority.evaluation import Policy, statements
from generator.authority.gathering import worlds
from generator.authority.matrix import Matrix, matrix_of
from generator.authority.search import Move, identities, joined, moves_of
from generator.authority.step import Step
from generator.authority.steps import steps
from generator.authority.world import Identity, Role, Row, World
from tests.policies.simulator import Document

COMMON = """
project: shop
account_id: "111111111111"
region: eu-central-1
table_name_pattern: "{environment}-{table}"
principals: {break_glass: [{role: BreakGlass}], deploy: [{role: Deploy}]}
deploy: {terraform_backend: {s3: {bucket: state, region: eu-central-1}}}
guardrails:
  deny_destroy: {roles: [Deploy]}
  service_control_policy: {attached: true}
protections:
  standard:
    snapshots: {schedule: rate(1 day), keep_days: 7}
    exports: {full_schedule: rate(7 days), incremental_every_hours: 24, delete_after_days: 35}
export_bucket:
  object_lock: {mode: governance, retention_days: 35}
  object_lock_unverified: true
tables:
  orders: {partition_key: {name: id, type: S}, deletion_protection: true}
  ledger:
    partition_key: {name: id, type: S}
    deletion_protection: true
    encryption: {key: customer_managed}
  sessions: {partition_key: {name: id, type: S}, deletion_protection: false}
"""
LOCKS = {"locked": "{lock: {min_retention_days: 7, max_retention_days: 60}}", "open": "{}"}
# All rights but to make new principals, whom an identity policy does not bind.
NOBODY_NEW: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "EverythingButNewPrincipals",
            "Effect": "Allow",
            "Action": [
                *("account:*", "backup:*", "dynamodb:*", "kms:*", "organizations:*", "s3:*"),
                *("lambda:*", "states:*", "iam:PassRole"),
                *("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"),
                *("iam:Delete*", "iam:Detach*", "iam:UpdateAssumeRolePolicy", "sts:AssumeRole"),
            ],
            "Resource": "*",
        }
    ],
}


# What a resource says when somebody has opened it, so that other documents stand alone.
OPEN: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "IamDecides",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
            "Action": "*",
            "Resource": "*",
        }
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A world in which the documents whose names begin with one of `judged` stand alone."""

    world: World
    judged: tuple[str, ...]


@cache
def variants() -> tuple[Variant, ...]:
    """Return worlds in which each kind of document has to hold by itself, locked and unlocked.

    The policies of resources: without service control policies. These: where resources have been
    opened. Policies of people: there too, for holders of all rights but to make
    new principals.
    """
    found = []
    for world, facts in _rendered():
        few = replace(world, rows=tuple(row for row in world.rows if row.kind in _CONCERNED))
        opened = _each(few, _opened)
        held = _held(opened, facts)
        found += [
            Variant(world=replace(few, service_control={}), judged=("vault", "key", "bucket")),
            Variant(world=opened, judged=("service-control-policy",)),
            Variant(world=held, judged=("deny", "operator", "backup-administrator")),
        ]
    return tuple(found)


_CONCERNED = ("administrator", "account root", "deploy", "role")


def _opened(policy: Policy) -> Policy:
    of_resource = policy.name.startswith(("vault ", "key ", "bucket "))
    return replace(policy, document=OPEN) if of_resource else policy


def _rendered() -> Iterator[tuple[World, Any]]:
    with TemporaryDirectory() as folder:
        for name, lock in LOCKS.items():
            text = f"environment: {name}\n{COMMON}\nvaults: {{main: {lock}}}\n"
            Path(folder, f"{name}.yaml").write_text(text, encoding="utf-8")
        for each in workspace.load(directory=Path(folder)):
            tree = pipeline.render(each.environment, ("cloudformation",))
            (world,) = worlds([tree])
            (facts,) = [part.facts for part in tree.parts if part.facts.template == "guardrails"]
            yield world, facts


def _held(world: World, facts: Any) -> World:
    """Return a world of those who hold a policy of people beside all rights to make nobody new."""
    policies = {
        each.key.value: Policy(name=f"policy {each.name}", document=each.document)
        for each in facts.policies
    }
    denying = [key for key in policies if key.startswith("deny")]
    groups = {key: [key] for key in policies if key not in denying}
    groups |= {"Contractor": denying, "Deploy": denying}
    identities = [
        Identity(
            arn=f"arn:aws:iam::{world.account_id}:role/{name}",
            account_id=world.account_id,
            policies=(
                Policy(name="nobody new", document=NOBODY_NEW),
                *(policies[key] for key in keys),
            ),
        )
        for name, keys in groups.items()
    ]
    own = {each.arn for each in identities}
    roles = [role for role in world.roles if role.identity.arn not in own]
    trust = Policy(name="trust of nobody", document={"Version": "2012-10-17", "Statement": []})
    return replace(
        world,
        service_control={},
        rows=tuple(
            Row(kind="operator", title=each.arn, note="", identity=each) for each in identities
        ),
        roles=(*roles, *(Role(identity=each, trust=trust) for each in identities)),
    )


def cells(found: Matrix) -> dict[tuple[str, ...], Any]:
    """Return what a reader sees: mark and way of every cell."""
    return {
        (row.title, copy.kind, copy.arn): (
            found.cell(row, copy).mark,
            tuple(str(move.step) for move in found.cell(row, copy).path),
        )
        for row in found.rows
        for copy in found.copies
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One action of one denial, or (without action) the whole statement."""

    document: str
    sid: str
    action: str | None
    actions: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.document} {self.sid} {self.action or 'whole'}"


def lines(world: World) -> Iterator[Line]:
    """Yield every denial of every document in `world`."""
    for name, document in documents(world).items():
        for statement in statements(document):
            if statement["Effect"] == "Deny":
                actions = listed(statement["Action"])
                for action in (*actions, None):
                    yield Line(document=name, sid=statement["Sid"], action=action, actions=actions)


def documents(world: World) -> dict[str, Document]:
    """Return the documents by what they are, without the environment's name."""
    found: dict[str, Document] = {}
    _each(world, lambda policy: found.setdefault(_kind(policy, world), policy.document or {}))
    return found


def _kind(policy: Policy, world: World) -> str:
    name = policy.name
    if name.startswith(("vault ", "key ", "bucket ")):
        return name.split()[0]
    return (
        name.removeprefix("policy ")
        .removeprefix(f"shop-{world.environment}-")
        .removesuffix("-eu-central-1")
        .removesuffix(f" of {world.environment}")
    )


def _each(world: World, visit: Callable[[Policy], Any]) -> World:
    """Call `visit` with every policy; return the world with those that it returns."""

    def changed(policy: Policy) -> Policy:
        answer = visit(policy)
        return answer if isinstance(answer, Policy) else policy

    def of(identity: Identity) -> Identity:
        return replace(identity, policies=tuple(map(changed, identity.policies)))

    return replace(
        world,
        vaults={k: replace(v, policy=changed(v.policy)) for k, v in world.vaults.items()},
        keys={k: replace(v, policy=changed(v.policy)) for k, v in world.keys.items()},
        buckets=tuple(replace(b, policy=changed(b.policy)) for b in world.buckets),
        rows=tuple(replace(row, identity=of(row.identity)) for row in world.rows),
        roles=tuple(replace(role, identity=of(role.identity)) for role in world.roles),
        service_control={
            account: tuple(map(changed, policies))
            for account, policies in world.service_control.items()
        },
    )


def without(world: World, line: Line) -> World:
    """Return the world with one line taken out of every document of its kind."""

    def damaged(policy: Policy) -> Policy | None:
        if policy.document is None or _kind(policy, world) != line.document:
            return None
        left = []
        for statement in statements(policy.document):
            if statement.get("Sid") != line.sid or statement["Effect"] != "Deny":
                left.append(statement)
            elif line.action is not None:
                several = [one for one in line.actions if one != line.action]
                if several:
                    left.append({**statement, "Action": several})
        return Policy(name=policy.name, document={**policy.document, "Statement": left})

    return _each(world, damaged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intact:
    """A world as it was rendered: what each identity can do of each step, and the cells of that."""

    world: World
    steps: tuple[Step, ...]
    taken: dict[tuple[str, int], tuple[Move, ...]]
    cells: dict[tuple[str, ...], Any]

    @classmethod
    def of(cls, world: World) -> Intact:
        found = tuple(steps(world))
        taken = {
            (identity.arn, number): tuple(moves_of(step, identity, world))
            for identity in identities(world)
            for number, step in enumerate(found)
        }
        every = joined(world, found, chain.from_iterable(taken.values()))
        return cls(world=world, steps=found, taken=taken, cells=cells(matrix_of(every)))

    def notices(self, line: Line) -> bool:
        """Return whether a cell changes without a line of a document.

        Requests for other actions are answered as before, so their moves stand.
        """
        mine = {line.action} if line.action is not None else set(line.actions)
        concerned = [
            number for number, step in enumerate(self.steps) if mine & {a.action for a in step.asks}
        ]
        if not concerned:
            return False
        world = without(self.world, line)
        damaged = tuple(steps(world))
        assert [*map(str, damaged)] == [*map(str, self.steps)]
        changed = {
            (identity.arn, number): tuple(moves_of(damaged[number], identity, world))
            for identity in identities(world)
            for number in concerned
        }
        if all(_same(moves, self.taken[who]) for who, moves in changed.items()):
            return False
        taken = chain.from_iterable((self.taken | changed).values())
        return cells(matrix_of(joined(world, damaged, taken))) != self.cells


def _same(some: tuple[Move, ...], others: tuple[Move, ...]) -> bool:
    """Return whether moves of one step need and give the same."""
    return [(move.needs, move.gives, move.certain) for move in some] == [
        (move.needs, move.gives, move.certain) for move in others
    ]


@cache
def unnoticed() -> tuple[frozenset[str], frozenset[str]]:
    """Return the lines that change no cell of any world when they are gone, and those that do.

    A line whose action no step asks for cannot change one; nor can a whole statement of such.
    """
    found: dict[str, bool] = {}
    for variant in variants():
        intact = Intact.of(variant.world)
        for line in lines(variant.world):
            if not line.document.startswith(variant.judged):
                continue
            known = found.setdefault(str(line), False)
            if line.action is None:  # who notices a part of it notices the whole
                own = [f"{line.document} {line.sid} {one}" for one in line.actions]
                known = found[str(line)] = known or any(found[one] for one in own)
            if not known:
                found[str(line)] = intact.notices(line)
    changing = frozenset(line for line, changes in found.items() if changes)
    return frozenset(found) - changing, changing
