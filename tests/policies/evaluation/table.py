"""The evaluation table: read from the text files beside this one, and judged by the simulator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from tests.policies.evaluation.people import (
    Person,
    arn_of,
    identity_policies,
    organization_of,
    person,
    session_of,
    thing,
)
from tests.policies.evaluation.world import World, worlds
from tests.policies.simulator import Case, Outcome, evaluate

HERE = Path(__file__).parent
COLUMNS = ("who", "does", "to", "with", "comes out", "why")
ALLOWED, NOT_ALLOWED = "allowed", "not allowed"
_SHORT = {
    "min": "backup:MinRetentionDays",
    "max": "backup:MaxRetentionDays",
    "cooling": "backup:ChangeableForDays",
    "policy": "iam:PolicyARN",
    "to": "iam:PassedToService",
    "namespace": "application-autoscaling:service-namespace",
    "mfa": "aws:MultiFactorAuthPresent",
    "grants": "kms:GrantIsForAWSResource",
    "via": "kms:ViaService",
    "tls": "aws:SecureTransport",
    "prefix": "s3:prefix",
    "metrics": "cloudwatch:namespace",
}
# Keys that only some of a line's actions carry, by how these begin.
_CARRIED_BY = {"policy": ("iam:Attach", "iam:Detach"), "to": ("iam:PassRole",)}
_LOCKING = "backup:PutBackupVaultLockConfiguration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: several actions make several cases."""

    place: str
    environment: str
    section: str
    who: str
    actions: tuple[str, ...]
    what: str
    context: str
    expected: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One case with the names of the documents in it, in the simulator's order."""

    row: Row
    case: Case
    identity: tuple[str, ...]
    service_control: tuple[str, ...]
    resource: str | None

    def label(self, statement: str) -> str:
        """Return `scp-data:Tables` for the simulator's `scp 2:Tables`."""
        document, _, sid = statement.partition(":")
        kind, _, number = document.partition(" ")
        if kind == "resource":
            return f"{self.resource}:{sid}"
        # FullAWSAccess comes before our service control policies.
        names = self.identity if kind == "identity" else ("FullAWSAccess", *self.service_control)
        return f"{names[int(number) - 1]}:{sid}"

    def __str__(self) -> str:
        row = self.row
        return f"{row.place}: {row.who} {self.case.action} on {row.what} ({row.why})"


@dataclass(frozen=True, slots=True)
class Result:
    """What came out: `allowed`, `not allowed`, or the statements that deny, in words and sorted."""

    outcome: Outcome
    words: str


@cache
def rows() -> tuple[Row, ...]:
    """Return the table's lines, in the order of the files and of their lines."""
    return tuple(row for path in sorted(HERE.glob("*.txt")) for row in _read(path))


@cache
def introductions() -> Mapping[str, str]:
    """Return section → the sentences before its lines."""
    found: dict[str, str] = {}
    for path in sorted(HERE.glob("*.txt")):
        section = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("=="):
                section = line.removeprefix("==").partition("|")[2].strip()
            elif line.startswith("#"):
                found[section] = (
                    f"{found.get(section, '')} {line.removeprefix('#').strip()}".strip()
                )
    return found


def _read(path: Path) -> Iterator[Row]:
    environment = section = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("=="):
            environment, _, section = (part.strip() for part in line[2:].partition("|"))
        elif line and not line.startswith("#"):
            cells = [cell.strip() for cell in line.split("|")]
            assert len(cells) == len(COLUMNS), f"{path.name}:{number}: {len(cells)} cells"
            who, does, what, context, expected, why = cells
            assert why, f"{path.name}:{number}: no reason"
            yield Row(
                place=f"{path.name}:{number}",
                environment=environment,
                section=section,
                who=who,
                actions=tuple(does.split()),
                what=what,
                context=context,
                expected=_in_order(expected),
                why=why,
            )


def _in_order(expected: str) -> str:
    return expected if expected in (ALLOWED, NOT_ALLOWED) else " ".join(sorted(expected.split()))


def asked(row: Row, world: World | None = None) -> Iterator[Asked]:
    """Yield the cases of a line, in its world or in another rendering of it."""
    world = world or worlds()[row.environment]
    one = person(row.who)
    elsewhere, _, there = row.what.rpartition("//")
    owner = worlds()[elsewhere] if elsewhere else world
    resource = thing(owner, there)
    identity = identity_policies(world, one)
    expected: Outcome = "explicit_deny"
    if row.expected == ALLOWED:
        expected = "allow"
    elif row.expected == NOT_ALLOWED:
        expected = "deny"
    for action in row.actions:
        case = Case(
            principal=session_of(world, one) if one.session else arn_of(world, one),
            action=action,
            resource=resource.arn,
            expected=expected,
            why=f"{row.place} {row.why}",
            context={**resource.context, **_context(world, row, action, one)},
            identity_policies=tuple(identity.values()),
            resource_policy=resource.document,
            service_control_policies=tuple(world.documents[name] for name in world.service_control),
            resource_account=owner.account if ":s3:::" in resource.arn else None,
        )
        if one.account not in (None, world.account):
            # Another organization's, or nobody's: ours binds its own accounts only.
            case = replace(case, service_control_policies=())
        yield Asked(
            row=row,
            case=case,
            identity=tuple(identity),
            service_control=world.service_control if case.service_control_policies else (),
            resource=resource.policy,
        )


def _context(world: World, row: Row, action: str, one: Person) -> dict[str, str | None]:
    found: dict[str, str | None] = {"aws:PrincipalOrgID": organization_of(one)}
    if action == _LOCKING:
        found |= dict.fromkeys((_SHORT["min"], _SHORT["max"], _SHORT["cooling"]))
    for pair in row.context.split():
        key, _, value = pair.partition("=")
        if not action.startswith(_CARRIED_BY.get(key, "")):
            continue
        if key == "policy" and "/" in value:
            value = world.arn("iam", value)
        elif key == "policy":
            value = world.arn("iam", f"policy/shop-{world.name}-{value}-{world.region}")
        elif key == "to":
            value = f"{value}.amazonaws.com"
        elif key == "via":
            regional = value if "." in value else f"{value}.{world.region}"
            value = f"{regional}.amazonaws.com"
        found[_SHORT[key]] = None if value == "-" else value
    if one.session:
        found["aws:PrincipalArn"] = arn_of(world, one)
    return found


def judge(cases: Sequence[Asked]) -> list[tuple[Asked, Result]]:
    """Return each case with what the simulator says to it, in order, from one run."""
    found = []
    for one, decision in zip(cases, evaluate([each.case for each in cases]), strict=True):
        words = {"allow": ALLOWED, "deny": NOT_ALLOWED}.get(decision.outcome)
        if words is None:
            words = " ".join(sorted(one.label(each) for each in decision.statements))
        found.append((one, Result(decision.outcome, words)))
    return found


def mismatches(results: Iterable[tuple[Asked, Result]]) -> list[str]:
    """Return one line per case that came out otherwise, or because of other statements."""
    return [
        f"{one}: expected {one.row.expected}, got {result.words}"
        for one, result in results
        if result.words != one.row.expected
    ]


@cache
def cases() -> tuple[Asked, ...]:
    """Return the cases of all lines."""
    return tuple(one for row in rows() for one in asked(row))


@cache
def results() -> tuple[tuple[Asked, Result], ...]:
    """Return all cases with what the simulator says to them."""
    return tuple(judge(cases()))
