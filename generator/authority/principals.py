"""Who acts: the rows of the matrix, and the roles that can be taken over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from generator.authority.evaluation import Document, Policy, account_of
from generator.authority.members import Member
from generator.authority.world import ALL_RIGHTS, ANY_ADMINISTRATOR, Identity, Role, Row, RowKind
from generator.naming import root_arn

# Environment → role or permission set → policies attached to it.
Attached = Mapping[str, Mapping[str, tuple[Policy, ...]]]
_NOBODY: Document = {"Version": "2012-10-17", "Statement": []}
_STRANGERS = ("999999999999", "999999999998", "999999999997")


def _concrete(pattern: str) -> str:
    """Return an ARN that fits a pattern of `aws:PrincipalArn`."""
    return pattern.replace("*", "").replace("?", "0")


def _identity(pattern: str, attached: Mapping[str, tuple[Policy, ...]]) -> Identity:
    arn = _concrete(pattern)
    name = arn.rpartition("/")[2]
    sets = [each for each in attached if name.startswith(f"AWSReservedSSO_{each}_")]
    policies = [policy for each in (name, *sets) for policy in attached.get(each, ())]
    return Identity(arn=arn, account_id=account_of(arn), policies=(ALL_RIGHTS, *policies))


def rows(
    own: Member, members: Iterable[Member], attached: Attached, accounts: Iterable[str]
) -> Iterator[Row]:
    """Yield the principals of the matrix of `own`, break-glass first; `accounts` hold copies."""
    here, mine = own.environment, attached[own.environment.name]
    rendered = {role.identity.arn: role for role in own_roles(own)}
    break_glass = set(map(_concrete, here.break_glass_arns))
    for pattern in here.break_glass_arns:
        role = rendered.get(_concrete(pattern))
        identity = _identity(pattern, mine) if role is None else role.identity
        yield _row("break-glass", _short(pattern), "may destroy by design", identity)
    yield from _undescribed(own)
    for pattern in here.deploy_arns:
        identity = _identity(pattern, mine)
        yield _row("deploy", _short(pattern), "is meant to change, never to destroy", identity)
    yield from _holders(own)
    for role in rendered.values():
        if role.identity.arn not in break_glass:
            services = " and ".join(role.trusted_services)
            note = f"role of ours, assumed by {services or 'people'}"
            yield _row("role", role.name.removeprefix("role/"), note, role.identity)
    yield from _outsiders(own, members, accounts)


_EXACTLY: Mapping[str, RowKind] = {
    "operator": "operator",
    "backup-administrator": "backup administrator",
}


def _holders(own: Member) -> Iterator[Row]:
    policies = [policy for facts in own.guardrails for policy in facts.policies]
    for key, title in _EXACTLY.items():
        parts = tuple(
            Policy(name=f"policy {policy.name}", document=policy.document)
            for policy in policies
            if policy.key == key
        )
        if parts:
            identity = Identity(
                arn=own.iam(f"role/Any-{key}"),
                account_id=own.environment.account_id,
                policies=parts,
            )
            yield _row(title, title, f"holds exactly the {title} policy", identity)


def _outsiders(own: Member, members: Iterable[Member], accounts: Iterable[str]) -> Iterator[Row]:
    named = {each.environment.account_id: each.environment.name for each in members}
    linked = dict.fromkeys((*named, *accounts))
    for account in linked:
        if account == own.environment.account_id:
            continue
        rendered = "" if account in named else ", which is not rendered"
        yield _row(
            "linked account",
            f"administrator of {named.get(account, account)}",
            f"every right in {account}{rendered}",
            _administrator(own, account),
        )
    stranger = next(account for account in _STRANGERS if account not in linked)
    note = "every right, in an account that is not described"
    yield _row("other accounts", "other accounts", note, _administrator(own, stranger))


def _row(kind: RowKind, title: str, note: str, identity: Identity) -> Row:
    return Row(kind=kind, title=title, note=note, identity=identity)


def _short(pattern: str) -> str:
    """Return the role, or the permission set whose role fits a pattern, as the file names it."""
    name = pattern.split(":", 5)[5].removeprefix("role/")
    _, mark, rest = name.rpartition("AWSReservedSSO_")
    return rest.rstrip("?").removesuffix("_") if mark else name


def _administrator(member: Member, account: str | None = None) -> Identity:
    here = member.environment
    account = account or here.account_id
    arn = f"arn:{here.partition}:iam::{account}:role/{ANY_ADMINISTRATOR}"
    return Identity(arn=arn, account_id=account, policies=(ALL_RIGHTS,))


def _undescribed(own: Member) -> Iterator[Row]:
    yield _row(
        "administrator",
        "administrator",
        "any principal of the account that is not described: all rights",
        _administrator(own),
    )
    root = root_arn(own.environment.partition, own.environment.account_id)
    identity = Identity(arn=root, account_id=own.environment.account_id, policies=(ALL_RIGHTS,))
    yield _row("account root", "account root", "the account's root user", identity)


def own_roles(member: Member) -> Iterator[Role]:
    """Yield the roles of the templates."""
    for _, properties in member.of_type("AWS::IAM::Role"):
        path, name = properties.get("Path", "/"), properties["RoleName"]
        # What other managed policies say is not known here, so they may say anything.
        more = (ALL_RIGHTS,) if properties.get("ManagedPolicyArns") else ()
        arn = member.iam(f"role{path}{name}")
        yield Role(
            identity=Identity(
                arn=arn,
                account_id=member.environment.account_id,
                policies=(
                    *(
                        Policy(name=f"rights of {arn}", document=policy["PolicyDocument"])
                        for policy in properties.get("Policies", ())
                    ),
                    *more,
                ),
            ),
            trust=Policy(name=f"trust of {arn}", document=properties["AssumeRolePolicyDocument"]),
        )


def roles(members: Iterable[Member], attached: Attached) -> Iterator[Role]:
    """Yield every role that somebody could take over; IAM lets nobody edit permission sets' roles.

    Whom break-glass and deploy roles trust is theirs to say and taken to be nobody else.
    https://repost.aws/knowledge-center/identity-center-aws-reserved-sso
    """
    for member in members:
        here = member.environment
        rendered = {role.identity.arn: role for role in own_roles(member)}
        yield from rendered.values()
        for pattern in dict.fromkeys((*here.break_glass_arns, *here.deploy_arns)):
            if ":role/aws-reserved/" in pattern or account_of(pattern) != here.account_id:
                continue
            identity = _identity(pattern, attached[here.name])
            if identity.arn in rendered:
                continue
            trust = Policy(name=f"trust of {identity.arn}", document=_NOBODY)
            yield Role(identity=identity, trust=trust)
