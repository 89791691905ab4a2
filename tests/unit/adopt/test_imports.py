"""The folder that brings adopted tables under either engine, with the labels of the blueprint."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
import yaml
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from click.testing import CliRunner, Result

from blueprints.tables import decide
from blueprints.tables.cloudformation import resources
from generator import workspace
from generator.cli import main
from generator.pipeline import render
from generator.recovery.imports import MOST_RESOURCES_OF_IMPORT
from generator.render import cloudformation
from tests.unit.adopt.samples import (
    ACCOUNT_ID,
    ENVIRONMENT,
    STREAM_ARN,
    account,
    answered,
    printed,
    provisioned,
    scaling_policy,
    table,
    table_arn,
    tags,
    target,
)
from tests.unit.adopt.test_round_trip import BY_CUSTOMER, EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.pipeline import Tree
    from tests.unit.adopt.samples import Answer

ALERTS = {"subscriptions": {"oncall": {"email": "oncall@example.com"}}}
OURS = {
    f"DynamoDB{operation}CapacityUtilization:{resource}": f"shop-prod-{name}.{operation.lower()}"
    for resource, name in (("table/orders", "orders"), (BY_CUSTOMER, "orders.by_customer"))
    for operation in ("Read", "Write")
}
FILES = ["README.md", "imports.tf", "resources-to-import.json", "template.yaml"]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def adopt(*answers: Answer, **more: Any) -> Result:
    """Adopt into an environment that includes what is adopted from then on."""
    Path("environments").mkdir()
    written = {**ENVIRONMENT, "alerts": ALERTS, **more}
    Path("environments/prod.yaml").write_text(yaml.safe_dump(written))
    done = CliRunner().invoke(
        main,
        [
            *("adopt", "-", "--define", "--environment", "prod", "--import-into", "import"),
            *("--output", "environments/tables.yaml"),
        ],
        input=printed(*answers),
        catch_exceptions=False,
    )
    if done.exit_code == 0:
        Path("environments/prod.yaml").write_text(
            yaml.safe_dump({**written, "include": ["tables.yaml"]})
        )
    return done


def tree() -> Tree:
    (loaded,) = workspace.load(["prod"])
    return render(loaded.environment)


def with_our_policy_names(answers: list[Answer]) -> list[Answer]:
    text = json.dumps(answers)
    for theirs, ours in sorted(OURS.items(), reverse=True):  # the longer of two comes first
        text = text.replace(theirs, ours)
    renamed: list[Answer] = json.loads(text)
    return renamed


def blocks() -> Iterator[tuple[str, str]]:
    text = Path("import/imports.tf").read_text()
    return ((to, json.loads(id_)) for to, id_ in re.findall(r"to = (\S+)\n  id = (.+)\n", text))


def test_every_resource_of_the_tables_is_imported_into_terraform() -> None:
    assert adopt(*EVERYTHING).exit_code == 0
    rendered = tree().files["terraform/tables.tf"]
    addresses = [".".join(found) for found in re.findall(r'resource "(\w+)" "(\w+)"', rendered)]
    imported = dict(blocks())
    assert sorted(imported) == sorted(addresses)
    arn = table_arn("orders")
    scaled, index = "dynamodb/table/orders", f"dynamodb/{BY_CUSTOMER}"
    read, write = "dynamodb:table:ReadCapacityUnits", "dynamodb:table:WriteCapacityUnits"
    of_index = "dynamodb:index:WriteCapacityUnits"
    mine = "DynamoDB{}CapacityUtilization:{}".format
    both = f"orders_by_customer_{_digits(imported)}"
    assert imported == {
        "aws_dynamodb_table.table_orders": "orders",
        "aws_dynamodb_kinesis_streaming_destination.table_orders": f"orders,{STREAM_ARN}",
        "aws_dynamodb_resource_policy.table_orders": arn,
        "aws_dynamodb_contributor_insights.table_orders": f"name:orders/index:/{ACCOUNT_ID}",
        f"aws_dynamodb_contributor_insights.index_insights_{both}": (
            f"name:orders/index:by_customer/{ACCOUNT_ID}"
        ),
        "aws_appautoscaling_target.read_target_orders": f"{scaled}/{read}",
        "aws_appautoscaling_policy.read_policy_orders": (
            f"{scaled}/{read}/{mine('Read', 'table/orders')}"
        ),
        "aws_appautoscaling_target.write_target_orders": f"{scaled}/{write}",
        "aws_appautoscaling_policy.write_policy_orders": (
            f"{scaled}/{write}/{mine('Write', 'table/orders')}"
        ),
        f"aws_appautoscaling_target.index_write_target_{both}": f"{index}/{of_index}",
        f"aws_appautoscaling_policy.index_write_policy_{both}": (
            f"{index}/{of_index}/{mine('Write', BY_CUSTOMER)}"
        ),
    }


def _digits(imported: dict[str, str]) -> str:
    """The four hex digits of a label of two keys (decision 1)."""
    (found,) = {
        match[1] for each in imported if (match := re.search(r"by_customer_([0-9a-f]{4})$", each))
    }
    return found


def test_cloudformation_imports_by_primary_identifiers() -> None:
    answers = with_our_policy_names(EVERYTHING)
    assert adopt(*answers).exit_code == 0
    listed = json.loads(Path("import/resources-to-import.json").read_text())
    for each in listed:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(
            "us-east-1", each["ResourceType"]
        ).schema
        wanted = {path.rpartition("/")[2] for path in schema["primaryIdentifier"]}
        assert set(each["ResourceIdentifier"]) == wanted
    policies = [policy for each in answers for policy in each.get("ScalingPolicies", ())]
    arns = [
        each["ResourceIdentifier"]["Arn"] for each in listed if "Policy" in each["ResourceType"]
    ]
    assert arns == [policy["PolicyARN"] for policy in policies]
    (stack,) = decide(workspace.load(["prod"])[0].environment)
    assert [each["LogicalResourceId"] for each in listed] == [
        resource.title for resource in resources(stack)
    ]


def test_the_list_is_one_that_cloudformation_takes() -> None:
    adopt(*EVERYTHING)
    listed = json.loads(Path("import/resources-to-import.json").read_text())
    client = botocore.session.get_session().create_client("cloudformation", region_name="us-east-1")
    shape = client.meta.service_model.operation_model("CreateChangeSet").input_shape
    assert shape is not None
    from botocore.validate import ParamValidator

    request = {"StackName": "x", "ChangeSetName": "x", "ResourcesToImport": listed}
    assert not ParamValidator().validate(request, shape).has_errors()


def test_the_import_template_is_what_exists_and_nothing_else() -> None:
    adopt(*with_our_policy_names(EVERYTHING))
    template = yaml.load(Path("import/template.yaml").read_text(), Loader=_WithCalls)
    listed = json.loads(Path("import/resources-to-import.json").read_text())
    found = template["Resources"]
    assert list(found) == [each["LogicalResourceId"] for each in listed]
    assert {each["DeletionPolicy"] for each in found.values()} == {"Retain"}
    assert found["TableOrders"]["Properties"]["Tags"] == [{"Key": "team", "Value": "payments"}]
    assert all("Tags" not in each["Properties"] for each in list(found.values())[1:])
    (stack,) = decide(workspace.load(["prod"])[0].environment)
    rendered = cloudformation.render(resources(stack), description="x", header="x").template
    for logical_id, resource in rendered["Resources"].items():
        ours, theirs = dict(resource["Properties"]), dict(found[logical_id]["Properties"])
        ours.pop("Tags", None), theirs.pop("Tags", None)
        assert json.loads(json.dumps(ours)) == theirs


class _WithCalls(yaml.SafeLoader):
    """Reads the short form of calls as the long one."""


_WithCalls.add_constructor("!Ref", lambda loader, node: {"Ref": loader.construct_scalar(node)})


def test_a_scaling_policy_of_another_name_is_replaced() -> None:
    """Terraform replaces it by itself; CloudFormation must neither import nor meet it."""
    scaled = account(
        [target("table/orders", "Read")], [scaling_policy("table/orders", "Read", "it's mine")]
    )
    assert adopt(*answered(provisioned(), *scaled)).exit_code == 0
    assert dict(blocks())["aws_appautoscaling_policy.read_policy_orders"].endswith("/it's mine")
    listed = json.loads(Path("import/resources-to-import.json").read_text())
    assert [each["LogicalResourceId"] for each in listed] == ["TableOrders", "ReadTargetOrders"]
    assert "ScalingPolicy" not in Path("import/template.yaml").read_text()
    guide = Path("import/README.md").read_text()
    assert (
        "aws application-autoscaling delete-scaling-policy \\\n"
        "  --region eu-central-1 \\\n"
        "  --service-namespace dynamodb \\\n"
        "  --resource-id table/orders \\\n"
        "  --scalable-dimension dynamodb:table:ReadCapacityUnits \\\n"
        "  --policy-name 'it'\"'\"'s mine'\n"
    ) in guide
    assert "**3 to import** and **1 to destroy (the renamed scaling policies)**" in guide
    assert "The scaling policy `it's mine` becomes `shop-prod-orders.read`" in guide


def test_the_guide_has_the_commands_in_their_order() -> None:
    owned = tags(**{"aws:cloudformation:stack-name": "legacy"})
    assert adopt(*answered(table(), owned)).exit_code == 0
    guide = Path("import/README.md").read_text()
    commands = re.findall(r"^(?:aws|terraform|cp|rm)\b[^\n]*(?:\n  [^\n]*)*", guide, re.MULTILINE)
    words = [" ".join(command.replace("\\\n", " ").split()) for command in commands]
    where = "--region eu-central-1 --stack-name shop-prod-tables"
    change = f"{where} --change-set-name holdfast-adopt"
    root = "terraform -chdir=output/prod/terraform"
    assert words == [
        f"aws cloudformation create-change-set {change} --change-set-type IMPORT "
        "--template-body file://import/template.yaml "
        "--resources-to-import file://import/resources-to-import.json",
        f"aws cloudformation wait change-set-create-complete {change}",
        f"aws cloudformation describe-change-set {change} "
        "--query 'Changes[].ResourceChange.[Action,LogicalResourceId]' --output text",
        f"aws cloudformation execute-change-set {change}",
        f"aws cloudformation wait stack-import-complete {where}",
        f"aws cloudformation detect-stack-drift {where}",
        f"aws cloudformation describe-stack-resource-drifts {where} "
        "--stack-resource-drift-status-filters MODIFIED DELETED",
        "cp import/imports.tf output/prod/terraform/imports.tf",
        f"{root} init",
        f"{root} plan -out=plan.tfplan",
        f"{root} apply plan.tfplan",
        "rm output/prod/terraform/imports.tf",
    ]
    assert "The stack `legacy` owns `orders`" in guide
    assert "**1 to import** and **0 to destroy**" in guide
    assert "gets `project`, `environment`, `owner`" in guide


def test_more_than_an_import_takes_is_done_in_steps() -> None:
    """CloudFormation takes 200 resources at a time; a table stays with its auto scaling."""
    many: list[Answer] = []
    targets, policies = [], []
    for number in range(90):
        name = f"table-{number:03}"
        many += [provisioned(name), tags(a="b")]
        targets.append(target(f"table/{name}", "Read"))
        policies.append(scaling_policy(f"table/{name}", "Read", f"shop-prod-{name}.read"))
    done = adopt(*many, *account(targets, policies))
    assert done.exit_code == 0
    assert "270 resources" not in done.stderr
    steps = [
        json.loads(Path(f"import/resources-to-import{suffix}.json").read_text())
        for suffix in ("", "-2")
    ]
    assert [len(step) for step in steps] == [198, 72]
    assert max(map(len, steps)) <= MOST_RESOURCES_OF_IMPORT
    templates = [
        yaml.load(Path(f"import/template{suffix}.yaml").read_text(), Loader=_WithCalls)["Resources"]
        for suffix in ("", "-2")
    ]
    assert [len(template) for template in templates] == [198, 270]
    assert list(templates[1])[:198] == list(templates[0])
    guide = Path("import/README.md").read_text()
    assert guide.index("resources-to-import.json") < guide.index("resources-to-import-2.json")
    bucket = "shop-prod-artifacts-111111111111-eu-central-1"
    upload = "aws s3 cp import/template-2.yaml s3://{}/holdfast-adopt/template-2.yaml"
    assert upload.format(bucket) in guide
    url = f"https://{bucket}.s3.eu-central-1.amazonaws.com/holdfast-adopt/template.yaml"
    assert f"--template-url {url}" in guide
    assert "--template-body" not in guide


def test_more_than_a_stack_takes_is_said() -> None:
    many = [table(f"table-{number:03}") for number in range(451)]
    done = adopt(*many)
    assert done.exit_code == 0
    assert (
        "the template tables will have 451 resources, and Holdfast stops at 450: adopt in parts, "
        "by --name and with another --stack each\n"
    ) in done.stderr


def test_what_the_stack_already_holds_stays_in_its_template() -> None:
    own = {"partition_key": {"name": "id", "type": "S"}}
    assert adopt(*answered(table()), tables={"users": own}).exit_code == 0
    found = yaml.safe_load(Path("import/template.yaml").read_text())["Resources"]
    assert list(found) == ["TableUsers", "TableOrders"]
    assert found["TableUsers"]["DeletionPolicy"] == "RetainExceptOnCreate"
    listed = json.loads(Path("import/resources-to-import.json").read_text())
    assert [each["LogicalResourceId"] for each in listed] == ["TableOrders"]
    assert [to for to, _ in blocks()] == ["aws_dynamodb_table.table_orders"]


def test_what_is_not_defined_is_not_imported() -> None:
    replicated = table("users", Replicas=[{"RegionName": "us-east-1"}])
    assert adopt(*answered(table()), *answered(replicated)).exit_code == 0
    assert sorted(path.name for path in Path("import").iterdir()) == [".holdfast.json", *FILES]
    assert [to for to, _ in blocks()] == ["aws_dynamodb_table.table_orders"]
    assert "TableUsers" not in Path("import/template.yaml").read_text()


def test_nothing_to_import_is_a_mistake_and_nothing_is_written() -> None:
    done = adopt(*answered(table(Replicas=[{"RegionName": "us-east-1"}])))
    assert done.exit_code == 2
    assert "no table can be defined, so there is nothing to import" in done.stderr
    assert not Path("environments/tables.yaml").exists()
    assert not Path("import").exists()


def test_a_strangers_file_in_the_way_stays_as_it_is() -> None:
    Path("import").mkdir()
    Path("import/README.md").write_text("mine")
    done = adopt(*answered(table()))
    assert done.exit_code == 2
    assert "import/README.md is in the way and was not written by Holdfast" in done.stderr
    assert Path("import/README.md").read_text() == "mine"
    assert not Path("environments/tables.yaml").exists()
