"""Judges what roles called by the policies that are rendered for them, and finds idle grants."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tests.conftest import missing
from tests.policies import simulator
from tests.policies.simulator import Case
from tests.restores.asked import Asked, asked, asked_by_services, bucket_keys

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tests.restores.shop import Place

Document = dict[str, Any]
Statement = dict[str, Any]
# Lambda writes the log of a function with the function's role.
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
BUCKET, KEY = "arn:aws:s3:::", ":kms:"


@dataclass(frozen=True, kw_only=True)
class Judge:
    """The places whose roles are judged, and the roles that are: ARN → properties."""

    places: tuple[Place, ...]
    roles: Mapping[str, Document]

    @classmethod
    def of(cls, *places: Place, named: Collection[str] | None = None) -> Judge:
        """Return a judge of the roles that are for this, or of all."""
        roles = {arn: found for place in places for arn, found in _roles(place)}
        every = cls(places=places, roles=roles)
        wanted = {arn: each for arn, each in roles.items() if named and every.what(arn) in named}
        return replace(every, roles=wanted) if named else every

    def questions(self, calls: Iterable[Mapping[str, Any]]) -> list[Asked]:
        """Return what IAM and then KMS were asked, once each."""
        keys = bucket_keys(place.environment for place in self.places)
        found = {each.key: each for call in calls for each in asked(call)}
        for each in list(found.values()):
            then = asked_by_services(each, self.place_of(each.role_arn).environment, keys)
            found |= {other.key: other for other in then}
        return [each for each in found.values() if each.role_arn in self.roles]

    def place_of(self, arn: str) -> Place:
        """Return the place in whose account something is; bucket ARNs name none."""
        return next(each for each in self.places if f":{each.environment.account_id}:" in arn)

    def what(self, role_arn: str) -> str:
        """Return what a role is for: its name without project, environment and Region."""
        place = self.place_of(role_arn).environment
        name = role_arn.rpartition("/")[2].removesuffix(f"-{place.region}")
        return name.removeprefix(f"{place.project}-{place.name}-")

    # Cases

    def case(self, each: Asked) -> Case:
        """Return the case that is judged: the role's policies, and that of the resource."""
        resource, context = each.resource, dict(each.context)
        policy, account = None, None
        if each.action.startswith("kms:"):
            owner = self.place_of(resource) if KEY in resource else self.place_of(each.role_arn)
            key = self._key(owner, resource)
            resource, policy = key["Arn"], _key_policy(owner, key)
        elif each.action == "sts:AssumeRole":
            policy = trusting(self.roles[resource]["AssumeRolePolicyDocument"])
        elif resource.startswith(BUCKET):
            owner = self._owner(resource)
            account, policy = owner.environment.account_id, _bucket_policy(owner, resource)
            context["aws:SecureTransport"] = "true"
        return Case(
            principal=each.role_arn,
            action=each.action,
            resource=resource,
            expected="allow",
            why=f"{self.what(each.role_arn)} called it",
            context=context,
            identity_policies=policies(self.roles[each.role_arn]),
            resource_policy=policy,
            resource_account=account,
        )

    def _owner(self, bucket_arn: str) -> Place:
        name = bucket_arn.removeprefix(BUCKET).partition("/")[0]
        return next(
            place for place in self.places if f"-{place.environment.account_id}-" in f"{name}-"
        )

    def _key(self, owner: Place, resource: str) -> Document:
        named = resource.rpartition(":")[2] if ":alias/" in resource else resource
        found: Document = owner.client("kms").describe_key(KeyId=named)["KeyMetadata"]
        return found

    # Findings

    def mismatches(self, questions: Sequence[Asked]) -> list[str]:
        """Return what is not allowed though it was called; skips where nothing can judge."""
        try:
            simulator.install()
        except simulator.UnavailableError as error:
            missing(str(error))
        return simulator.mismatches([self.case(each) for each in questions])

    def idle(
        self, questions: Iterable[Asked], of_services: Collection[str] = ()
    ) -> dict[str, set[str]]:
        """Return role → actions that it may do and never did, logs apart."""
        used: dict[str, set[str]] = defaultdict(set)
        for each in questions:
            used[self.what(each.role_arn)].add(each.action)
        found: dict[str, set[str]] = defaultdict(set)
        for arn, properties in self.roles.items():
            if self.what(arn) not in of_services:
                found[self.what(arn)] |= granted(properties) - used[self.what(arn)] - LOGS
        return {name: actions for name, actions in found.items() if actions}

    def statements(self, questions: Iterable[Asked]) -> tuple[set[str], set[str]]:
        """Return the statements that were asked about, and those of them that are needed.

        Each is left out on its own: one without which nothing is denied is not needed. Roles of two
        environments that are for the same have the same statements.
        """
        simulator.install()
        cases: dict[str, list[Case]] = defaultdict(list)
        asked_for = [(each, self.case(each)) for each in questions]
        for arn, properties in self.roles.items():
            for statement, rest in without_one(policies(properties)):
                name = f"{self.what(arn)} {statement['Sid']}"
                cases[name] += [
                    replace(case, identity_policies=rest)
                    for each, case in asked_for
                    if each.role_arn == arn and each.action in actions_of(statement)
                ]
        return _needed(cases)

    def statements_of_resources(self, questions: Iterable[Asked]) -> tuple[set[str], set[str]]:
        """Return the same of what buckets and keys allow to roles of other accounts."""
        simulator.install()
        cases: dict[str, list[Case]] = defaultdict(list)
        for each in questions:
            case = self.case(each)
            if case.resource_policy is None:
                continue
            account = case.resource_account or case.resource.split(":")[4]
            if f":{account}:" in each.role_arn:
                continue
            service = each.action.partition(":")[0]
            for statement, rest in without_one([dict(case.resource_policy)]):
                if statement["Effect"] == "Allow" and each.action in actions_of(statement):
                    name = f"{service} {statement['Sid']}"
                    cases[name].append(replace(case, resource_policy=rest[0]))
        return _needed(cases)


def _needed(cases: Mapping[str, Sequence[Case]]) -> tuple[set[str], set[str]]:
    names = [name for name, of_it in cases.items() for _ in of_it]
    every = [case for of_it in cases.values() for case in of_it]
    decisions = zip(names, simulator.evaluate(every), strict=True)
    return set(names), {name for name, decision in decisions if decision.outcome != "allow"}


def _roles(place: Place) -> Iterator[tuple[str, Document]]:
    for part in place.tree.parts:
        if part.cloudformation is None:
            continue
        for resource in part.cloudformation.template["Resources"].values():
            if resource["Type"] == "AWS::IAM::Role":
                properties = json.loads(json.dumps(resource["Properties"]))
                name = f"{properties.get('Path', '/')}{properties['RoleName']}"
                yield f"arn:aws:iam::{place.environment.account_id}:role{name}", properties


def policies(properties: Document) -> list[Document]:
    return [each["PolicyDocument"] for each in properties["Policies"]]


def granted(properties: Document) -> set[str]:
    documents = policies(properties)
    return {action for each in documents for one in each["Statement"] for action in actions_of(one)}


def actions_of(statement: Statement) -> set[str]:
    actions = statement["Action"]
    return {actions} if isinstance(actions, str) else set(actions)


def _key_policy(place: Place, key: Document) -> Document:
    """Return the key's policy; that of AWS's own keys leaves DescribeKey to the account's."""
    if key["KeyManager"] == "AWS":
        root = {"AWS": f"arn:aws:iam::{place.environment.account_id}:root"}
        statement = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
        return {"Version": "2012-10-17", "Statement": [statement]}
    shown = place.client("kms").get_key_policy(KeyId=key["KeyId"], PolicyName="default")
    policy: Document = json.loads(shown["Policy"])
    return policy


def _bucket_policy(place: Place, arn: str) -> Document:
    bucket = arn.removeprefix(BUCKET).partition("/")[0]
    shown = place.client("s3").get_bucket_policy(Bucket=bucket)
    policy: Document = json.loads(shown["Policy"])
    return policy


def trusting(document: Document) -> Document:
    """Return a trust policy as the policy of a resource."""
    return {
        **document,
        "Statement": [{**each, "Resource": "*"} for each in document["Statement"]],
    }


def without_one(documents: Sequence[Document]) -> Iterator[tuple[Statement, list[Document]]]:
    """Yield each statement, and the documents without it."""
    for document in documents:
        for left_out in document["Statement"]:
            rest = [each for each in document["Statement"] if each is not left_out]
            others = [each for each in documents if each is not document]
            yield left_out, [*others, {**document, "Statement": rest}]
