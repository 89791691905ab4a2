"""What the tripwires watch beyond the environment's Region: identities, break-glass, the trail.

Events of IAM and of AWS Organizations exist in one Region of the partition only. Calls of STS and
sign-ins are recorded where their endpoint is, and global endpoints lie in that Region too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from blueprints.alerts.patterns import (
    API_CALL,
    CONSOLE_SIGN_IN,
    Case,
    Matcher,
    split,
)
from blueprints.alerts.watched import Concern, prefix, request
from generator.naming import arn

if TYPE_CHECKING:
    from generator.spec.resolved import Environment

# Whose Region carries the events of global services: as the endpoints of IAM in botocore.
_GLOBAL_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
# AssumeRole counts as reading, and rules skip management events that only read unless told.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html
READS_TOO = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def global_region(environment: Environment) -> str:
    """Return the Region in which events of IAM and AWS Organizations appear."""
    return _GLOBAL_REGIONS[environment.partition]


def beyond(environment: Environment) -> Iterator[Concern]:
    """Yield what happens in the Region of global services, or there as well."""
    yield _trail()
    yield _policies(environment)
    yield _roles(environment)
    yield Concern(
        key="organization",
        sources=("organizations",),
        place="global",
        # Seen in the account that calls: all but leaving, in the management account.
        cases=(
            Case(
                events=(
                    "LeaveOrganization",
                    "RemoveAccountFromOrganization",
                    "CloseAccount",
                    "DetachPolicy",
                    "UpdatePolicy",
                    "DeletePolicy",
                    "DisablePolicyType",
                ),
                where={},
            ),
        ),
    )
    yield Concern(
        key="region_disabled",
        sources=("account",),
        place="global",
        cases=(Case(events=("DisableRegion",), where=request(regionName=[environment.region])),),
    )
    yield from _break_glass(environment)


def _trail() -> Concern:
    """Return what stops CloudTrail, and every tripwire with it, in the home Region of a trail."""
    return Concern(
        key="trail",
        sources=("cloudtrail",),
        place="both",
        cases=(
            Case(
                events=("StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"),
                where={},
            ),
        ),
    )


def _ours(environment: Environment, kind: str) -> list[Any]:
    return [{"prefix": arn(environment, "iam", f"{kind}/{prefix(environment)}", regional=False)}]


def _policies(environment: Environment) -> Concern:
    return Concern(
        key="policy",
        sources=("iam",),
        place="global",
        cases=(
            Case(
                events=(
                    "CreatePolicyVersion",
                    "SetDefaultPolicyVersion",
                    "DeletePolicyVersion",
                    "DeletePolicy",
                    "DetachRolePolicy",
                    "DetachUserPolicy",
                    "DetachGroupPolicy",
                ),
                where=request(policyArn=_ours(environment, "policy")),
            ),
        ),
    )


def _roles(environment: Environment) -> Concern:
    """Return edits of our roles and of break-glass; taking off a policy of ours is `policy`."""
    roles, _ = split(environment.break_glass_arns)
    guarded = [role.rpartition("/")[2] for role in roles]
    ours: list[Any] = [{"prefix": prefix(environment)}]
    either = [*guarded, *ours]
    start = _ours(environment, "policy")[0]["prefix"]
    if any(name.startswith(prefix(environment)) for name in guarded):
        # A break-glass role that is ours cannot be told from the others by how its name begins.
        making = [Case(events=_MAKING, where=request(roleName=either))]
    else:
        making = [Case(events=_MAKING, where=request(roleName=ours), expected="deploy")]
        if guarded:
            making.append(Case(events=_MAKING, where=request(roleName=list(guarded))))
    return Concern(
        key="role",
        sources=("iam",),
        place="global",
        cases=(
            Case(
                events=(
                    "DeleteRole",
                    "UpdateAssumeRolePolicy",
                    "PutRolePolicy",
                    "DeleteRolePolicy",
                    "PutRolePermissionsBoundary",
                    "DeleteRolePermissionsBoundary",
                ),
                where=request(roleName=either),
            ),
            Case(
                events=("DetachRolePolicy",),
                where=request(roleName=either, policyArn=[{"anything-but": {"prefix": start}}]),
            ),
            *making,
        ),
    )


_MAKING: tuple[Matcher, ...] = ("CreateRole", "AttachRolePolicy")


def _break_glass(environment: Environment) -> Iterator[Concern]:
    roles, sets = split(environment.break_glass_arns)
    if roles:
        yield Concern(
            key="break_glass",
            sources=("sts",),
            place="both",
            state=READS_TOO,
            cases=(Case(events=("AssumeRole",), where=request(roleArn=roles)),),
        )
    if not sets:
        return
    # Nobody calls AssumeRole for a permission set: IAM Identity Center signs in with SAML, in its
    # own Region. The Region stands in the role's path, and a prefix could not step over it.
    # Published records have this form; no sign-in was watched: unverified.
    start = arn(environment, "iam", "role/aws-reserved/sso.amazonaws.com/", regional=False)
    yield Concern(
        key="break_glass_sign_in",
        sources=("sts",),
        place="both",
        state=READS_TOO,
        cases=(
            Case(
                events=("AssumeRoleWithSAML",),
                where=request(roleArn=[{"wildcard": f"{start}*{name}*"} for name in sets]),
            ),
        ),
    )
    # The sign-in may be recorded in a Region without a rule, so what a session does first counts
    # too. Which calls those are is a guess.
    yield Concern(
        key="break_glass_session",
        sources=("sts", "signin", "dynamodb", "backup"),
        place="both",
        state=READS_TOO,
        types=(API_CALL, CONSOLE_SIGN_IN),
        cases=(
            Case(
                events=("GetCallerIdentity", "ConsoleLogin", "ListTables", "ListBackupVaults"),
                where={
                    "userIdentity": {
                        "sessionContext": {
                            "sessionIssuer": {"userName": [{"prefix": name} for name in sets]}
                        }
                    }
                },
            ),
        ),
    )
