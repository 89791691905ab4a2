"""The environments of the evaluation table: what is rendered for each, and by which names."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from blueprints import guardrails
from generator import pipeline, workspace
from tests.policies.rendered import ENVIRONMENTS, EXAMPLES, ONLY_EXPORTS, with_statements
from tests.policies.simulator import Document

# What the examples lack: other partitions, roles under paths, names with a prefix, more tables
# than a document can name, a key of tables, and an account whose organization attached nothing.
_PLAIN = """
project: shop
environment: {name}
account_id: "{account}"
region: {region}
principals:
  break_glass: [{break_glass}, {{permission_set: EmergencyAdmin}}]
  deploy: [{deploy}]
guardrails:
  operator: {{permission_sets: [Developer]}}
  deny_destroy: {{roles: [Contractor]}}
  service_control_policy: {{attached: {attached}}}
{more}
"""
_CRITICAL = "defaults: {protection: critical}\n"
_ONE_TABLE = f"{_CRITICAL}tables: {{employee: {{partition_key: {{name: id, type: S}}}}}}"


def _written(name: str, account: str, **changes: str) -> str:
    usual = {
        "region": "eu-central-1",
        "break_glass": "{role: BreakGlass}",
        "deploy": "{role: Deploy}",
        "attached": "true",
        "more": _ONE_TABLE,
    }
    return _PLAIN.format(name=name, account=account, **{**usual, **changes})


_SIXTY = "\n".join(
    f"  table_of_a_long_name_{number:02}: {{partition_key: {{name: id, type: S}}}}"
    for number in range(60)
)
WRITTEN: Mapping[str, str] = {
    "govern": _written("govern", "121212121212", region="us-gov-west-1"),
    "china": _written("china", "131313131313", region="cn-north-1"),
    "paths": _written(
        "paths",
        "141414141414",
        break_glass="{role: security/BreakGlass}",
        deploy="{role: ci/Deploy}",
    ),
    "prefix": _written(
        "prefix", "151515151515", more=f'table_name_pattern: "shop-prefix-{{table}}"\n{_ONE_TABLE}'
    ),
    "many": _written("many", "161616161616", more=f"{_CRITICAL}tables:\n{_SIXTY}"),
    # A destination in the same account, in another Region.
    "near": _written(
        "near",
        "191919191919",
        more="protections: {critical: {backups: {daily: {copies: {far: {to: far, "
        f"delete_after_days: 35}}}}}}}}}}}}\n{_ONE_TABLE}",
    ),
    "far": _written(
        "far",
        "191919191919",
        region="eu-west-1",
        more="kind: destination\naccepts: [near.yaml]\nvaults: {far: {}}",
    ),
    "alone": _written(
        "alone",
        "171717171717",
        attached="false",
        more=_CRITICAL + "tables: {page: {partition_key: {name: id, type: S}, encryption: {key: "
        "customer_managed}}}",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One environment as AWS sees it: its documents by short name, and who has which.

    `operator`, `deny-…` and `scp-…` are the files below `policies/`; the others go by logical ID.
    """

    name: str
    account: str
    region: str
    documents: Mapping[str, Document]
    roles: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, tuple[str, ...]]
    permission_sets: Mapping[str, tuple[str, ...]]
    service_control: tuple[str, ...]

    @property
    def partition(self) -> str:
        prefixes = {"us-gov": "aws-us-gov", "cn-": "aws-cn"}
        return next((p for start, p in prefixes.items() if self.region.startswith(start)), "aws")

    def arn(self, service: str, resource: str) -> str:
        region = "" if service in ("iam", "sts") else self.region
        return f"arn:{self.partition}:{service}:{region}:{self.account}:{resource}"


@cache
def worlds() -> Mapping[str, World]:
    """Return the worlds of the examples, of `ONLY_EXPORTS` and of `WRITTEN`, by name."""
    return {name: render(each) for name, each in environments().items()}


@cache
def environments() -> Mapping[str, Any]:
    """Return the environments themselves, by name."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in WRITTEN.items():
            Path(folder, f"{name}.yaml").write_text(text, encoding="utf-8")
        loaded = (*workspace.load(directory=EXAMPLES), *workspace.load(directory=Path(folder)))
    of_exports = workspace.load(ONLY_EXPORTS, directory=ENVIRONMENTS)
    loaded = (*loaded, *of_exports)
    return {each.environment.name: each.environment for each in loaded}


def render(environment: Any) -> World:
    """Return the world of an environment, rendered now."""
    tree = pipeline.render(environment, (pipeline.CLOUDFORMATION,))
    (own,) = (part.facts for part in tree.parts if part.facts.template == guardrails.NAME)
    given = ("roles", "groups", "permission_sets")
    documents = dict(_of_templates(tree)) | _files(tree)
    attached = environment.spec.guardrails.service_control_policy.attached
    return World(
        name=environment.name,
        account=environment.account_id,
        region=environment.region,
        documents=documents,
        service_control=tuple(one for one in documents if one.startswith("scp-") and attached),
        **{who: _attached(own.policies, who) for who in given},
    )


def _files(tree: pipeline.Tree) -> dict[str, Document]:
    return {
        path.removeprefix("policies/")
        .removesuffix(".json")
        .replace("service-control-policy", "scp"): json.loads(text)
        for path, text in tree.files.items()
        if path.startswith("policies/")
    }


def _of_templates(tree: pipeline.Tree) -> dict[str, Document]:
    found = {}
    for part in tree.parts:
        assert part.cloudformation is not None
        for logical_id, resource in part.cloudformation.template["Resources"].items():
            for path, document in with_statements(resource, ()):
                kind = ":trust" if "AssumeRolePolicyDocument" in path else ""
                kind = ":policy" if "Policies" in path else kind
                found[f"{logical_id}{kind}"] = document
    return found


def _attached(policies: Any, who: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for policy in policies:
        for one in getattr(policy, who):
            name = getattr(one, "name", one)
            found[name] = (*found.get(name, ()), policy.file)
    return found
