"""Folders of environment files: a workload, and the destinations it may copy to."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from hypothesis import strategies as st

from tests.property.exports import allow_exports, export_buckets
from tests.property.guardrails import guardrails
from tests.property.protections import alerts, class_maps, principals, recoveries, vault_maps
from tests.property.tables import alarms as table_alarms
from tests.property.tables import billings, encryptions, table_maps
from tests.property.texts import (
    PARTITIONS,
    Written,
    account_ids,
    odd_texts,
    partitions,
    project_names,
    some,
    tags,
)

# File name to what stands in it; the first is the workload.
Folder = dict[str, Written]
WORKLOAD = "workload.yaml"
REASON = "a test lives with it: ${really}"


def _boundaries(place: Written) -> st.SearchStrategy[str]:
    return st.sampled_from(
        [
            f"arn:{place['partition']}:iam::{place['account_id']}:policy/path/Boundary",
            f"arn:{place['partition']}:iam::aws:policy/PowerUserAccess",
        ]
    )


def _deployments(place: Written) -> st.SearchStrategy[Written]:
    backend = st.fixed_dictionaries(
        {"bucket": st.just("tfstate"), "region": st.just(place["region"])},
        optional={
            "key": odd_texts,
            "kms_key_id": st.just("alias/tfstate"),
            "dynamodb_table": st.just("tfstate-lock"),
            "use_lockfile": st.booleans(),
        },
    )
    return st.fixed_dictionaries(
        # The default pattern is too long for the longest names.
        {"artifacts_bucket": st.sampled_from(["shop-artifacts", "{account_id}.{region}"])},
        optional={"terraform_backend": backend.map(lambda s3: {"s3": s3})},
    )


@st.composite
def _shared(draw: st.DrawFn, place: Written) -> Written:
    """Draw what workloads and destinations alike say."""
    people = draw(principals(place))
    return {
        "project": draw(project_names),
        "account_id": place["account_id"],
        "region": place["region"],
        "principals": people,
        "deploy": draw(_deployments(place)),
        **draw(
            some(
                tags=tags(),
                alerts=alerts(place),
                guardrails=guardrails(place, people),
                permissions_boundary_arn=_boundaries(place),
                manage_region_settings=st.booleans(),
                recovery=recoveries(place),
                lint=st.sampled_from(["HF001", "HF004:vaults.main"]).map(
                    lambda rule: {"accept": {rule: REASON}}
                ),
            )
        ),
    }


@st.composite
def _destination(draw: st.DrawFn, number: int, place: Written) -> Written:
    return {
        "kind": "destination",
        "environment": f"archive-{number}",
        **draw(_shared(place)),
        "accepts": draw(st.sampled_from([[WORKLOAD], {"organization_id": "o-exampleorgid"}])),
        "vaults": draw(vault_maps(place, least=1)),
    }


@st.composite
def _defaults(draw: st.DrawFn, place: Written, classes: list[str], *, alerted: bool) -> Written:
    return draw(
        some(
            protection=st.sampled_from(classes),
            billing=billings(),
            encryption=encryptions(place["region"], place["partition"]),
            **({"alarms": table_alarms()} if alerted else {}),
        )
    )


@st.composite
def folders(draw: st.DrawFn, least_tables: int = 0) -> Folder:
    """Draw a workload with its destinations, each other account or Region than the workload."""
    partition = draw(partitions)
    places = draw(
        st.lists(
            st.tuples(account_ids, st.sampled_from(PARTITIONS[partition])),
            min_size=1,
            max_size=3,
            unique=True,
        )
    )
    here, *elsewhere = [
        {"partition": partition, "account_id": account, "region": region}
        for account, region in places
    ]
    destinations = [draw(_destination(number, place)) for number, place in enumerate(elsewhere)]
    workload: Written = {"environment": draw(project_names), **draw(_shared(here))}
    alerted = "alerts" in workload
    vaults = draw(vault_maps(here))
    protections = draw(class_maps(vaults, destinations, partition))
    classes = list(dict.fromkeys(["standard", "critical", *protections]))
    defaults = draw(_defaults(here, classes, alerted=alerted))
    tables = table_maps(
        here, classes, defaults.get("billing", {}), alerted=alerted, least=least_tables
    )
    workload |= {"vaults": vaults, "protections": protections, "defaults": defaults}
    workload["tables"] = draw(tables)
    workload |= draw(
        some(
            kind=st.just("workload"),
            table_name_pattern=st.sampled_from(
                ["{project}.{environment}_{table}", "{table}-v1", "x{table}"]
            ),
        )
    )
    exported = [name for name, written in protections.items() if "exports" in written]
    if exported:
        workload["export_bucket"] = draw(export_buckets(destinations))
        for table in [*workload["tables"].values()][:1]:
            table["protection"] = draw(st.sampled_from(exported))
    allow_exports(workload, destinations, WORKLOAD)
    return {
        WORKLOAD: workload,
        **{f"{there['environment']}.yaml": there for there in destinations},
    }


class _Dumper(yaml.SafeDumper):
    """Quotes every text, so that no YAML reader guesses at what it is."""


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')


_Dumper.add_representer(str, _quoted)
_Dumper.ignore_aliases = lambda *_: True  # type: ignore[method-assign]


# What a reviewer cannot see has to be written as an escape.
_UNSEEN = re.compile("[\u007f-\u009f\u200b\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]")


def text_of(written: Written) -> str:
    """Return a file's text."""
    text = yaml.dump(written, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def write(folder: Folder, directory: Path) -> Path:
    """Write the files and return the workload's path."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, written in folder.items():
        (directory / name).write_text(text_of(written), encoding="utf-8")
    return directory / WORKLOAD
