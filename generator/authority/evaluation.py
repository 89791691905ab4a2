"""Whether a request is allowed, and which statement decides: IAM's logic, as far as we use it.

Elements, operators and keys that our documents do not use make a statement unknown, and a request
that hangs on an unknown statement is unknown: neither allowed nor denied.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Literal

from generator.authority.conditions import Context, Value, arn_like, holds, like, listed

Document = Mapping[str, Any]
Outcome = Literal["allow", "deny", "explicit_deny", "unknown"]
# How far a statement of a resource reaches a principal: it names the principal (or everybody), or
# only the account, whose own IAM policies then have to allow the request as well.
Reach = Literal["no", "account", "principal"]

_ELEMENTS = frozenset({"Sid", "Effect", "Principal", "Action", "Resource", "Condition"})
_EMPTY: Document = {"Statement": ()}
_ANY_ARN = "*:*:*:*:*:*"
_SERVICE_LINKED = ":role/aws-service-role/"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A document with the name it goes by in a verdict; `document` is None where unknown."""

    name: str
    document: Document | None

    @cached_property
    def _about(self) -> dict[tuple[str, str], tuple[tuple[str, Mapping[str, Any]], ...]]:
        return {}

    def about(self, effect: str, action: str) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """Return the statements, by Sid, of this effect that may be about an action."""
        known = self._about.get((effect, action))
        if known is None:
            known = tuple(
                (statement.get("Sid", f"statement {number}"), statement)
                for number, statement in enumerate(statements(self.document or _EMPTY), 1)
                if statement.get("Effect") == effect and _fits_action(statement, action)
            )
            self._about[effect, action] = known
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request: who asks for what. `principal` is a role, user or root ARN, or a service.

    `account_id` owns `resource`. `context` holds what goes beyond what the principal implies; a
    key that a statement in reach asks for and that is in neither makes the statement unknown.
    """

    principal: str
    action: str
    resource: str
    account_id: str
    context: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What comes of a request; `by` names the policies and Sids that decided, as `NAME: SID`.

    For an explicit denial, `denying` are the names of all policies that deny, for an unknown one
    `unsure` those that may.
    """

    outcome: Outcome
    by: tuple[str, ...] = ()
    denying: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Match:
    policy: str
    sid: str
    certain: bool
    reach: Reach

    def __str__(self) -> str:
        return f"{self.policy}: {self.sid}"


def account_of(arn: str) -> str:
    """Return the account of a principal's ARN; "" for a service."""
    return arn.split(":")[4] if arn.startswith("arn:") else ""


def implied_context(request: Request) -> dict[str, Value]:
    """Return what follows from who asks; a service acting by itself has no ARN and no account."""
    service = not request.principal.startswith("arn:")
    implied: dict[str, Value] = {
        "aws:principalisawsservice": "true" if service else "false",
        "aws:principalarn": None if service else request.principal,
        "aws:principalaccount": None if service else account_of(request.principal),
        "aws:principalservicename": request.principal if service else None,
        "aws:resourceaccount": request.account_id,
        "aws:securetransport": "true",
    }
    if service:
        implied["aws:principalorgid"] = None
    else:
        implied |= dict.fromkeys(("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid"))
    return implied


def evaluate(
    request: Request,
    *,
    identity: Iterable[Policy] = (),
    resource: Policy | None = None,
    service_control: Iterable[Policy] = (),
) -> Verdict:
    """Return what comes of `request` under these policies.

    Service control policies stand beside FullAWSAccess, so only their denials count; the caller
    leaves them out for the organization's management account, and service-linked roles are
    exempt here. A key and a role's trust are reached only where their own policy allows; another
    account's resource only where both sides do.
    """
    context = implied_context(request) | {k.lower(): v for k, v in request.context.items()}
    bound = request.principal.startswith("arn:") and _SERVICE_LINKED not in request.principal
    sides = (
        ("scp", service_control if bound else ()),
        ("identity", identity),
        ("resource", () if resource is None else (resource,)),
    )
    denies: list[_Match] = []
    allows: dict[str, list[_Match]] = {"identity": [], "resource": []}
    for side, policies in sides:
        for policy in policies:
            denies += _matches(policy, "Deny", side, request, context)
            if side != "scp":
                allows[side] += _matches(policy, "Allow", side, request, context)
    certain = [match for match in denies if match.certain]
    if certain:
        return Verdict(
            outcome="explicit_deny",
            by=tuple(map(str, certain)),
            denying=tuple(dict.fromkeys(match.policy for match in certain)),
            unsure=_names(denies),
        )
    allowed, by = _allowed(request, allows["identity"], allows["resource"])
    if allowed is False:
        return Verdict(outcome="deny")
    if allowed is None or denies:
        unsure = [*denies, *allows["identity"], *allows["resource"]]
        return Verdict(outcome="unknown", by=by, unsure=_names(unsure))
    return Verdict(outcome="allow", by=by)


def _names(matches: Iterable[_Match]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(match.policy for match in matches if not match.certain))


def _allowed(
    request: Request, identity: list[_Match], resource: list[_Match]
) -> tuple[bool | None, tuple[str, ...]]:
    """Return whether the two sides together allow, and what does; None: unknown."""
    own = _any(identity)
    direct = _any([match for match in resource if match.reach == "principal"])
    reached = _any(resource)
    if account_of(request.principal) == request.account_id:
        both = _both(own, reached) if _is_closed(request) else own
        allowed = _either(direct, both)
    elif request.principal.startswith("arn:"):
        allowed = _both(own, reached)
    else:
        allowed = direct
    return allowed, tuple(str(match) for match in (*resource, *identity) if match.certain)


def _is_closed(request: Request) -> bool:
    """Whether the resource's own policy has to allow, within the account too.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
    """
    is_key = request.action.startswith("kms:") and ":key/" in request.resource
    return is_key or request.action.startswith("sts:Assume")


def _any(matches: list[_Match]) -> bool | None:
    if any(match.certain for match in matches):
        return True
    return None if matches else False


def _both(*sides: bool | None) -> bool | None:
    if False in sides:
        return False
    return None if None in sides else True


def _either(*sides: bool | None) -> bool | None:
    if True in sides:
        return True
    return None if None in sides else False


def _matches(
    policy: Policy, effect: str, side: str, request: Request, context: Context
) -> Iterator[_Match]:
    if policy.document is None:
        yield _Match(policy.name, "not known", certain=False, reach="principal")
        return
    for sid, statement in policy.about(effect, request.action):
        match = _match(statement, side, request, context)
        if match is not None:
            certain, reach = match
            yield _Match(policy.name, sid, certain=certain, reach=reach)


def statements(document: Document) -> tuple[Mapping[str, Any], ...]:
    """Return the statements of a document, which may hold one without a list."""
    written = document["Statement"]
    return (written,) if isinstance(written, Mapping) else tuple(written)


def _match(
    statement: Mapping[str, Any], side: str, request: Request, context: Context
) -> tuple[bool, Reach] | None:
    """Return whether the statement certainly applies, and its reach; None where it does not."""
    if not fits_resource(statement, request.resource):
        return None
    reach: Reach | None = "principal"
    if side == "resource":
        reach = _reach(statement.get("Principal"), request)
        if reach == "no":
            return None
    conditions = holds(statement.get("Condition", {}), context)
    if conditions is False:
        return None
    certain = bool(conditions) and reach is not None and statement.keys() <= _ELEMENTS
    certain = certain and not any("${" in one for one in listed(statement.get("Resource", "*")))
    return certain, reach or "principal"


def _fits_action(statement: Mapping[str, Any], action: str) -> bool:
    """Whether the statement may be about `action`; an element we do not read may be."""
    if "Action" not in statement:
        return True
    asked = action.lower()
    return any(like(one.lower(), asked) for one in listed(statement["Action"]))


def fits_resource(statement: Mapping[str, Any], resource: str) -> bool:
    """Return whether a statement may be about `resource`; trust policies name none."""
    if "Resource" not in statement or statement["Resource"] == "*":
        return True
    literals, patterns = _resources(listed(statement["Resource"]))
    return resource in literals or any(arn_like(one, resource) for one in patterns)


@lru_cache(maxsize=1024)
def _resources(written: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    literals, patterns = set(), []
    for one in written:
        if one == "*" or "${" in one:
            patterns.append(_ANY_ARN)
        elif "*" in one or "?" in one:
            patterns.append(one)
        else:
            literals.add(one)
    return frozenset(literals), tuple(patterns)


def _reach(principal: Any, request: Request) -> Reach | None:
    """Return how far a resource's statement reaches who asks; None: unknown."""
    if principal == "*":
        return "principal"
    if not isinstance(principal, Mapping):
        return None
    reaches = [
        _reach_of(kind, one, request)
        for kind, values in principal.items()
        for one in listed(values)
    ]
    order: tuple[Reach | None, ...] = ("principal", None, "account")
    return next((reach for reach in order if reach in reaches), "no")


def _reach_of(kind: str, principal: str, request: Request) -> Reach | None:
    if kind == "Service":
        return "principal" if principal == request.principal else "no"
    if kind != "AWS" or ":assumed-role/" in principal:
        return None  # a session, which requests here do not name
    if principal in ("*", request.principal) and not principal.endswith(":root"):
        return "principal"
    account = account_of(request.principal)
    whole = principal == account or (
        principal.endswith(":root") and account_of(principal) == account
    )
    return "account" if whole and account else "no"
