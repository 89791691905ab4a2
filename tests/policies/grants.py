"""What a role is granted, in a form from which cases follow: what is asked, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.policies.rendered import Caller, Place, document
from tests.policies.simulator import Case, Context, Document, Outcome

# What a catalogue keeps of a table of production, its own and that of any destination.
EMPLOYEE = "111111111111/eu-central-1/employee"
SETTINGS = f"catalog/settings/{EMPLOYEE}/20261120T023000Z.json"
RECORD = f"catalog/exports/{EMPLOYEE}/20261120T010000Z_20261120T010000Z_full.json"
ATTEMPT = f"catalog/attempts/{EMPLOYEE}/20261120T010000Z-incremental/1.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Actions of one service on resources; `wrong` are contexts in which they are not granted.

    `context` belongs to a request that is granted; `policies` are those of resources that have one.
    """

    service: str
    names: str
    on: Sequence[str] = ("*",)
    not_on: Sequence[str] = ()
    context: Context = field(default_factory=dict)
    wrong: Sequence[Context] = ()
    policies: Mapping[str, Document] = field(default_factory=dict)
    # Whose the buckets are, where they are not the environment's.
    owner: str | None = None

    def cases(self, me: Caller, place: Place) -> Iterator[Case]:
        """Yield each action on the first resource, and the first action on each.

        The others follow: a statement treats its actions alike.
        """
        actions = [f"{self.service}:{name}" for name in self.names.split()]
        for number, action in enumerate(actions):
            some = None if number == 0 else 1
            for resource in self.on[:some]:
                yield self._asks(me, place, (action, resource), "allow", {})
            for resource in self.not_on[:some]:
                yield self._asks(me, place, (action, resource), "deny", {})
            for context in self.wrong:
                yield self._asks(me, place, (action, self.on[0]), "deny", context)

    def _asks(
        self, me: Caller, place: Place, asked: tuple[str, str], expected: Outcome, other: Context
    ) -> Case:
        action, resource = asked
        return me.asks(
            action,
            resource,
            expected,
            self.policies.get(resource, next(iter(self.policies.values()), None)),
            context={**self.context, **other},
            resource_account=(self.owner or place.account) if self.service == "s3" else None,
        )


def judged(name: str, place: Place, what: str, grants: Sequence[Grant]) -> Iterator[Case]:
    """Yield the cases of a role with its inline policy alone, and what none of ours may do."""
    me = Caller(arn=place.role(what), why=f"{name},", rights=(document(f"{name}:policy"),))
    for grant in grants:
        yield from grant.cases(me, place)
    granted = {f"{each.service}:{action}" for each in grants for action in each.names.split()}
    for action, resource in _never(place):
        if action not in granted:
            account = place.account if action.startswith("s3:") else None
            yield me.asks(action, resource, "deny", None, resource_account=account)


def _never(place: Place) -> Iterator[tuple[str, str]]:
    table = place.arn("dynamodb", "table/employee")
    bucket = f"arn:aws:s3:::shop-{place.name}-catalog-{place.account}-{place.region}"
    yield "dynamodb:DeleteTable", table
    yield "dynamodb:DeleteBackup", f"{table}/backup/01489602797149-73d8d5bc"
    yield "dynamodb:UpdateContinuousBackups", table
    yield "dynamodb:PutItem", table
    yield "backup:DeleteRecoveryPoint", place.point
    yield "backup:UpdateRecoveryPointLifecycle", place.point
    yield "backup:StartRestoreJob", place.point
    yield "s3:DeleteObject", f"{bucket}/{SETTINGS}"
    yield "s3:PutBucketPolicy", bucket
    yield "lambda:UpdateFunctionCode", place.arn("lambda", f"function:shop-{place.name}-restore")
    yield "lambda:InvokeFunction", place.arn("lambda", f"function:shop-{place.name}-restore")
    yield "iam:PutRolePolicy", place.role("take-snapshots")


def logs(place: Place, what: str) -> Grant:
    """Return what a function writes its log with: its own group, and no other."""
    stream = "log-stream:2026/11/20/[1]a"
    log = place.arn("logs", f"log-group:/aws/lambda/shop-{place.name}-{what}:{stream}")
    return Grant(
        service="logs",
        names="CreateLogStream PutLogEvents",
        on=(log,),
        not_on=(log.replace(what, "other"), log.replace(place.region, "us-east-1")),
    )


def key_policy(place: Place) -> Document:
    """Return the policy of a key that leaves everything to the IAM policies of its account."""
    root = {"AWS": f"arn:aws:iam::{place.account}:root"}
    statement = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [{"Sid": "IamDecides", **statement}]}


def uses_key(
    place: Place, names: str, service: str | None, alias: str | None = None, **more: str
) -> Grant:
    """Return the use of keys by way of a service, if one is given; not of other Regions' keys.

    Of one alias or of any.
    """
    context: dict[str, Any] = {"kms:ResourceAliases": ["alias/of-no-concern"], **more}
    wrong: list[Context] = []
    if service is not None:
        context["kms:ViaService"] = f"{service}.{place.region}.amazonaws.com"
        other = f"ec2.{place.region}.amazonaws.com"
        wrong += [{"kms:ViaService": other}, {"kms:ViaService": None}]
    wrong += [{key: "false"} for key in more]
    if alias is not None:
        context["kms:ResourceAliases"] = [f"alias/shop-{place.name}-{alias}"]
        wrong.append({"kms:ResourceAliases": ["alias/other"]})
    return Grant(
        service="kms",
        names=names,
        on=(place.key,),
        not_on=(place.key.replace(place.region, "us-east-1"),),
        context=context,
        wrong=wrong,
        policies={place.key: key_policy(place)},
    )
