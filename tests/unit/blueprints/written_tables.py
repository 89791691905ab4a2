"""Tables as somebody writes them, and what the tables blueprint makes of them."""

from __future__ import annotations

from importlib import resources as package_resources
from typing import TYPE_CHECKING, Any, NamedTuple

from blueprints import tables
from blueprints.tables.cloudformation import comments, resources
from generator.render import cloudformation, terraform
from generator.spec import EnvironmentSpec
from generator.spec.resolved import Environment, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blueprints.tables.facts import TableFacts, TablesFacts

Written = dict[str, Any]

HERE = "eu-central-1:111111111111"
KEY_ARN = f"arn:aws:kms:{HERE}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
STREAM_ARN = f"arn:aws:kinesis:{HERE}:stream/orders"
CUSTOMER_KEY = {"key": "customer_managed"}
PLAIN: Written = {"partition_key": {"name": "id", "type": "S"}}
INDEX: Written = {"partition_key": {"name": "customer", "type": "S"}}
RANGE: Written = {"min_capacity_units": 5, "max_capacity_units": 50}
PROVISIONED: Written = {
    "mode": "provisioned",
    "read_capacity_units": 10,
    "write_capacity_units": 20,
}
SCALED: Written = {"mode": "provisioned", "auto_scaling": {"read": RANGE, "write": RANGE}}
RECOVERY = {"recovery_period_days": 35}
TEMPLATE = package_resources.files("blueprints.tables") / "terraform.tf.j2"


def environment(written: Mapping[str, Written], **more: Any) -> Environment:
    spec = {
        "project": "shop",
        "environment": "prod",
        "account_id": "111111111111",
        "region": "eu-central-1",
        "tags": {"owner": "payments"},
        "principals": {"break_glass": [{"role": "BreakGlass"}], "deploy": [{"role": "Deploy"}]},
        "protections": {"standard": {"point_in_time_recovery": RECOVERY}, "off": {}},
        "tables": written,
        **more,
    }
    return resolve(EnvironmentSpec.model_validate(spec), "prod.yaml")


def one_stack(written: Mapping[str, Written], **more: Any) -> TablesFacts:
    (facts,) = tables.decide(environment(written, **more))
    return facts


def one_table(written: Written) -> TableFacts:
    (table,) = one_stack({"orders": {**PLAIN, **written}}).tables
    return table


class Spelled(NamedTuple):
    cloudformation: cloudformation.Rendered
    terraform: terraform.Rendered


def spell(facts: TablesFacts) -> Spelled:
    return Spelled(
        cloudformation.render(
            resources(facts), description=facts.description, header="x", comments=comments(facts)
        ),
        terraform.render(TEMPLATE, facts, header="x"),
    )


def spelled(written: Written) -> Spelled:
    return spell(one_stack({"orders": {**PLAIN, **written}}))


def properties(written: Written) -> dict[str, Any]:
    bodies = spelled(written).cloudformation.template["Resources"]
    found: dict[str, Any] = bodies["TableOrders"]["Properties"]
    return found


ODD: Written = {
    "Odd.Name-1": {
        **PLAIN,
        "partition_key": {"name": 'quoted "key" \\ ${x} %{x} ünï', "type": "N"},
        "tags": {"aws-odd": "ünï: x", "empty": ""},
        "time_to_live": {"attribute_name": "Yes", "enabled": False},
    },
    "1": {**PLAIN, "name": "123", "encryption": {"key": "aws_managed"}, "protection": "off"},
}
FULL: Written = {
    "employee": {**PLAIN, "billing": PROVISIONED},
    "order_transaction": {
        "partition_key": {"name": "order_id", "type": "S"},
        "sort_key": {"name": "item_id", "type": "S"},
        "billing": SCALED,
        "deletion_protection": True,
        "encryption": CUSTOMER_KEY,
        "global_indexes": {
            "by_customer": {
                **INDEX,
                "sort_key": {"name": "at", "type": "N"},
                "projection": {"type": "INCLUDE", "non_key_attributes": ["total", "state"]},
                "auto_scaling": {"read": RANGE, "write": RANGE},
                "contributor_insights": True,
            }
        },
        "local_indexes": {
            "by_at": {
                "sort_key": {"name": "at"},
                "projection": {"type": "INCLUDE", "non_key_attributes": ["total"]},
            }
        },
        "time_to_live": {"attribute_name": "expires_at"},
        "stream": {"view_type": "NEW_AND_OLD_IMAGES"},
        "kinesis_destination": {"stream_arn": STREAM_ARN, "timestamp_precision": "MICROSECOND"},
        "contributor_insights": True,
        "table_class": "STANDARD_INFREQUENT_ACCESS",
        "resource_policy": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "ReadFromTheArchive",
                    "Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
                    "Action": ["dynamodb:GetItem"],
                    "Resource": f"arn:aws:dynamodb:{HERE}:table/order_transaction",
                }
            ],
        },
    },
    "capped": {
        **PLAIN,
        "stack": "orders",
        "billing": {"max_read_request_units": 100},
        "encryption": {**CUSTOMER_KEY, "kms_key_arn": KEY_ARN},
        "global_indexes": {
            "by.customer": {**INDEX, "max_read_request_units": 5, "max_write_request_units": 6}
        },
    },
}
ENVIRONMENTS = {
    "full": environment(FULL),
    "odd": environment(ODD, environment="odd"),
    "china": environment(
        {"a": {**PLAIN, "encryption": CUSTOMER_KEY}}, environment="china", region="cn-north-1"
    ),
    "government": environment(
        {"a": {**PLAIN, "encryption": CUSTOMER_KEY}},
        environment="government",
        region="us-gov-west-1",
    ),
}
