"""Terraform with the real AWS provider on local endpoints: apply, plan again, destroy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.local_aws import run_aws
from tests.e2e.read_back import differences, read_back
from tests.e2e.terraform_root import Drift, TerraformError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.local_aws import LocalAws
    from tests.e2e.terraform_root import TerraformRoot

pytestmark = [pytest.mark.e2e, pytest.mark.terraform, pytest.mark.slow]

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
EXTENSIONS = Path(__file__).parent / "extensions"
SCALING = "/scaling/table/orders/index/by_customer dynamodb:index:WriteCapacityUnits/Policies/0"
TRACKING = f"{SCALING}/TargetTrackingScalingPolicyConfiguration"
# Path: (CloudFormation, Terraform), where nothing was said and the tools differ.
DEFAULTS = {
    "/alarms/throttles/TreatMissingData": (None, "missing"),
    "/queues/dead-letters/MaximumMessageSize": ("1048576", "262144"),
    f"{TRACKING}/ScaleInCooldown": (None, 0),
    f"{TRACKING}/ScaleOutCooldown": (None, 0),
}


@pytest.fixture(scope="module")
def applied(
    local_aws: LocalAws, terraform_root: Callable[[Path, str], TerraformRoot]
) -> TerraformRoot:
    """The example root, applied. Takes about 65 s, in which the provider watches fresh settings.

    A queue's attributes have to hold for 25 s, then its policy for another 25 s, and before that
    the policy, rotation and tags of its key for 13 s.
    """
    root = terraform_root(EXTENSIONS, HERE["account_id"])
    root.validate()
    root.apply()
    return root


def test_the_second_plan_is_empty(applied: TerraformRoot) -> None:
    assert applied.drifts() == []


def test_what_is_changed_behind_terraform_is_a_drift(
    applied: TerraformRoot, local_aws: LocalAws
) -> None:
    dynamodb = local_aws.client("dynamodb", **HERE)
    recovery = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 5}
    member = "PointInTimeRecoverySpecification"
    dynamodb.update_continuous_backups(TableName="orders", **{member: recovery})
    address, changed = "aws_dynamodb_table.orders", ("point_in_time_recovery",)
    assert applied.drifts() == [Drift(address=address, actions=("update",), attributes=changed)]
    recovery["RecoveryPeriodInDays"] = 21
    dynamodb.update_continuous_backups(TableName="orders", **{member: recovery})


def test_another_account_is_refused(
    local_aws: LocalAws, terraform_root: Callable[[Path, str], TerraformRoot]
) -> None:
    with pytest.raises(TerraformError, match="AWS account ID not allowed: 222222222222"):
        terraform_root(EXTENSIONS, "222222222222").plan()


def test_cloudformation_makes_the_same(
    applied: TerraformRoot, local_aws: LocalAws, tmp_path: Path
) -> None:
    ours, elsewhere = HERE["account_id"], HERE | {"account_id": "333333333333"}
    for name in ("template", "automation"):
        text = (EXTENSIONS / f"{name}.yaml").read_text()
        template = tmp_path / "template.yaml"
        template.write_text(text.replace(ours, elsewhere["account_id"]))
        what = ("--stack-name", name, "--template-file", str(template))
        capable = ("--capabilities", "CAPABILITY_NAMED_IAM")
        done = run_aws(local_aws, "cloudformation", "deploy", *what, *capable, **elsewhere)
        assert done.returncode == 0, done.stderr
    deployed = json.dumps(read_back(local_aws, **elsewhere)).replace(elsewhere["account_id"], ours)
    assert differences(json.loads(deployed), read_back(local_aws, **HERE)) == DEFAULTS


def test_destroy_is_refused_until_nothing_prevents_it(
    applied: TerraformRoot, local_aws: LocalAws
) -> None:
    """The last test here: it leaves nothing behind."""
    with pytest.raises(TerraformError, match="Instance cannot be destroyed") as refused:
        applied.destroy()
    # Terraform stops at these two, before it comes to the protected key that both depend on.
    for address in ("aws_backup_vault.main", "aws_dynamodb_table.orders"):
        assert f"{address} has lifecycle.prevent_destroy set" in str(refused.value)
    assert "orders" in read_back(local_aws, **HERE)["tables"]
    assert applied.allow_destroy() == 3
    with pytest.raises(TerraformError, match="can't be deleted while DeletionProtectionEnabled"):
        applied.destroy()
    dynamodb = local_aws.client("dynamodb", **HERE)
    dynamodb.update_table(TableName="orders", DeletionProtectionEnabled=False)
    applied.destroy()
    left = read_back(local_aws, **HERE)
    assert {kind: found for kind, found in left.items() if found} == {}
