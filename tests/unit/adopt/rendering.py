"""From answers of AWS, through `holdfast adopt` and an environment file, back to a template."""

from __future__ import annotations

from importlib import resources as package_resources
from typing import TYPE_CHECKING, Any

import yaml

from blueprints import tables
from blueprints.tables.cloudformation import comments, resources
from generator import workspace
from generator.adopt.documents import read_documents
from generator.adopt.entries import Choices, Entry, Setting, assumed_setting, entries_of
from generator.adopt.text import yaml_of
from generator.render import cloudformation, terraform
from tests.unit.adopt.samples import ACCOUNT_ID, ENVIRONMENT, OUR_TAGS, REGION, Answer, printed
from tests.unit.adopt.template import Properties, comparable

if TYPE_CHECKING:
    from pathlib import Path

    from generator.spec.resolved import Environment

TEMPLATE = package_resources.files("blueprints.tables") / "terraform.tf.j2"
DEFINE = Choices(define=True, stack=None, protection=None)
EXISTING = Choices(define=False, stack=None, protection=None)


def entries(
    *answers: Answer, choices: Choices = DEFINE, setting: Setting | None = None
) -> list[Entry]:
    tables_described = read_documents([("tables.json", printed(*answers))])
    return entries_of(tables_described, setting or assumed_setting(ACCOUNT_ID, REGION), choices)


def text_of(found: list[Entry]) -> str:
    return yaml_of(found, (ACCOUNT_ID, REGION))


def loaded(folder: Path, text: str, **more: Any) -> Environment:
    """Load an environment file that includes the text, as a person would write it."""
    (folder / "adopted.yaml").write_text(text, encoding="utf-8")
    file = folder / "prod.yaml"
    file.write_text(yaml.safe_dump({**ENVIRONMENT, "include": ["adopted.yaml"], **more}))
    (found,) = workspace.load([str(file)])
    return found.environment


def rendered(environment: Environment) -> dict[str, Properties]:
    """Return what the tables blueprint makes of it, in the terms of the oracle.

    It has to render for Terraform too, which takes less text than CloudFormation.
    """
    found: dict[str, Properties] = {}
    for facts in tables.decide(environment):
        assert terraform.render(TEMPLATE, facts, header="x").text
        template = cloudformation.render(
            resources(facts), description="x", header="x", comments=comments(facts)
        ).template
        for resource in template["Resources"].values():
            name, properties = _named(resource, template["Resources"])
            found[name] = properties
    return found


def _named(resource: Properties, others: Properties) -> tuple[str, Properties]:
    properties = dict(resource["Properties"])
    if resource["Type"] == "AWS::DynamoDB::Table":
        properties["Tags"] = [tag for tag in properties["Tags"] if tag["Key"] not in OUR_TAGS]
        return properties["TableName"], comparable(properties)
    if resource["Type"].endswith("ScalableTarget"):
        del properties["Tags"]
        return f"target {properties['ResourceId']} {properties['ScalableDimension']}", properties
    target = others[properties.pop("ScalingTargetId")["Ref"]]["Properties"]
    del properties["PolicyName"]
    return f"policy {target['ResourceId']} {target['ScalableDimension']}", properties
