"""The tables blueprint: what it decides."""

from __future__ import annotations

import pytest

from blueprints import tables
from blueprints.documents import KEY_CHANGE_ACTIONS, KEY_DESTROY_ACTIONS
from blueprints.tables.cloudformation import resources
from generator.render import cloudformation
from tests.unit.blueprints.written_tables import (
    CUSTOMER_KEY,
    INDEX,
    KEY_ARN,
    PLAIN,
    PROVISIONED,
    RANGE,
    SCALED,
    Written,
    environment,
    one_stack,
    one_table,
    spelled,
)


def test_each_stack_is_a_template_and_existing_tables_are_left_alone() -> None:
    facts = tables.decide(
        environment(
            {
                "b": {**PLAIN, "stack": "orders"},
                "legacy": {"existing": True, "stack": "legacy"},
                "a": PLAIN,
                "c": {**PLAIN, "stack": "orders"},
            }
        )
    )
    assert [(each.template, [table.name for table in each.tables]) for each in facts] == [
        ("tables-orders", ["b", "c"]),
        ("tables", ["a"]),
    ]


def test_no_table_of_our_own_means_no_template() -> None:
    assert tables.decide(environment({"legacy": {"existing": True}})) == ()


def test_other_tables_do_not_change_what_a_table_becomes() -> None:
    alone = one_stack({"orders": {**PLAIN, "billing": SCALED}}).tables[0]
    among = one_stack({"a": PLAIN, "orders": {**PLAIN, "billing": SCALED}, "z": PLAIN}).tables[1]
    assert among == alone


def test_auto_scaling_starts_at_its_minimum_unless_told_otherwise() -> None:
    billing = {**SCALED, "read_capacity_units": 8}
    index = {**INDEX, "write_capacity_units": 9, "auto_scaling": {"read": RANGE}}
    table = one_table({"billing": billing, "global_indexes": {"by_customer": index}})
    assert table.throughput is not None
    assert (table.throughput.read_capacity_units, table.throughput.write_capacity_units) == (8, 5)
    scaled = table.global_indexes[0].throughput
    assert scaled is not None
    assert (scaled.read_capacity_units, scaled.write_capacity_units) == (5, 9)


def test_missing_capacity_is_a_bug_of_the_rules() -> None:
    with pytest.raises(ValueError, match="missing capacity units"):
        one_table({"billing": {"mode": "provisioned"}})


def test_capacity_of_the_other_billing_mode_is_not_carried() -> None:
    table = one_table(
        {
            "billing": {**PROVISIONED, "mode": "on_demand", "max_write_request_units": 7},
            "global_indexes": {"by_customer": {**INDEX, "auto_scaling": {"read": RANGE}}},
        }
    )
    assert (table.billing_mode, table.throughput, table.scaling) == ("PAY_PER_REQUEST", None, ())
    assert table.caps is not None
    assert (table.caps.max_read_request_units, table.caps.max_write_request_units) == (None, 7)
    assert table.global_indexes[0].caps is None
    assert table.ignored_changes is None


def test_every_scaled_dimension_has_its_own_target_and_policy() -> None:
    index = {**INDEX, "read_capacity_units": 1, "auto_scaling": {"write": RANGE}}
    scaling = one_table(
        {
            "billing": SCALED,
            "global_indexes": {"by_customer": index},
        }
    ).scaling
    assert [
        (each.resource_id, each.dimension, each.metric, each.policy_name) for each in scaling
    ] == [
        (
            "table/orders",
            "dynamodb:table:ReadCapacityUnits",
            "DynamoDBReadCapacityUtilization",
            "shop-prod-orders.read",
        ),
        (
            "table/orders",
            "dynamodb:table:WriteCapacityUnits",
            "DynamoDBWriteCapacityUtilization",
            "shop-prod-orders.write",
        ),
        (
            "table/orders/index/by_customer",
            "dynamodb:index:WriteCapacityUnits",
            "DynamoDBWriteCapacityUtilization",
            "shop-prod-orders.by_customer.write",
        ),
    ]
    labels = {each.label for each in scaling} | {each.policy_label for each in scaling}
    assert len(labels) == 6


@pytest.mark.parametrize(
    ("billing", "index", "ignored"),
    [
        (PROVISIONED, {"read_capacity_units": 1, "write_capacity_units": 1}, None),
        (
            {**PROVISIONED, "auto_scaling": {"write": RANGE}},
            {"read_capacity_units": 1, "write_capacity_units": 1},
            "[write_capacity]",
        ),
        (
            PROVISIONED,
            {"write_capacity_units": 1, "auto_scaling": {"read": RANGE}},
            "[global_secondary_index]",
        ),
        (
            SCALED,
            {"auto_scaling": {"read": RANGE, "write": RANGE}},
            "[read_capacity, write_capacity, global_secondary_index]",
        ),
    ],
)
def test_terraform_leaves_scaled_capacity_alone(
    billing: Written, index: Written, ignored: str | None
) -> None:
    written = {"billing": billing, "global_indexes": {"by_customer": {**INDEX, **index}}}
    _, module = spelled(written)
    lines = [line.split("= ")[1] for line in module.text.splitlines() if "ignore_changes" in line]
    assert lines == ([ignored] if ignored else [])
    scaled_index = ignored is not None and "global_secondary_index" in ignored
    assert ("Terraform ignores later changes" in one_table(written).purpose) is scaled_index


def test_customer_key_is_created_once_for_the_tables_of_a_stack() -> None:
    own = {**PLAIN, "encryption": CUSTOMER_KEY}
    given = {**PLAIN, "encryption": {**CUSTOMER_KEY, "kms_key_arn": KEY_ARN}}
    facts = one_stack({"a": own, "b": own, "c": given, "d": PLAIN})
    assert facts.key is not None
    assert facts.key.alias_name == "alias/shop-prod-tables"
    assert [
        (table.encryption.key_label, table.encryption.kms_key_arn) for table in facts.tables
    ] == [
        (facts.key.label, None),
        (facts.key.label, None),
        (None, KEY_ARN),
        (None, None),
    ]
    template = cloudformation.render(resources(facts), description="x", header="x").template
    kinds = [body["Type"] for body in template["Resources"].values()]
    assert kinds[:3] == ["AWS::KMS::Key", "AWS::KMS::Alias", "AWS::DynamoDB::Table"]
    assert kinds.count("AWS::KMS::Key") == 1


def test_keys_of_two_stacks_are_two_keys() -> None:
    first, second = tables.decide(
        environment(
            {
                "a": {**PLAIN, "encryption": CUSTOMER_KEY},
                "b": {**PLAIN, "encryption": CUSTOMER_KEY, "stack": "orders"},
            }
        )
    )
    assert first.key is not None
    assert second.key is not None
    assert second.key.alias_name == "alias/shop-prod-tables-orders"
    assert first.key.label != second.key.label


def test_a_given_key_creates_none() -> None:
    given = {**PLAIN, "encryption": {**CUSTOMER_KEY, "kms_key_arn": KEY_ARN}}
    assert one_stack({"a": given}).key is None


def test_key_policy_says_who_destroys_and_who_changes() -> None:
    facts = one_stack({"a": {**PLAIN, "encryption": CUSTOMER_KEY}})
    assert facts.key is not None
    allow, destroy, change = facts.key.policy["Statement"]
    assert allow == {
        "Sid": "IamOfThisAccountDecides",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    break_glass = "arn:aws:iam::111111111111:role/BreakGlass"
    deploy = "arn:aws:iam::111111111111:role/Deploy"
    assert (destroy["Effect"], destroy["Principal"]) == ("Deny", "*")
    assert destroy["Action"] == list(KEY_DESTROY_ACTIONS)
    assert destroy["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": [break_glass]}}
    assert (change["Effect"], change["Principal"]) == ("Deny", "*")
    assert change["Action"] == list(KEY_CHANGE_ACTIONS)
    assert change["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": [break_glass, deploy]}}


def test_somebody_in_both_lists_is_named_once() -> None:
    people = {"break_glass": [{"role": "Admin"}], "deploy": [{"role": "Admin"}]}
    facts = one_stack({"a": {**PLAIN, "encryption": CUSTOMER_KEY}}, principals=people)
    assert facts.key is not None
    exempt = facts.key.policy["Statement"][2]["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
    assert exempt == ["arn:aws:iam::111111111111:role/Admin"]
