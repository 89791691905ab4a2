"""What Holdfast renders, through the real tools: deployed, applied, planned again, destroyed."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from generator import pipeline, workspace
from generator.generate import rendered
from tests.e2e.local_aws import run_aws
from tests.e2e.terraform_root import TerraformError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from generator.pipeline import Tree
    from tests.e2e.local_aws import LocalAws
    from tests.e2e.terraform_root import TerraformRoot

pytestmark = pytest.mark.e2e

PROJECT = Path(__file__).parent.parent.parent
EXAMPLES = ("archive", "archive-west", "dev", "prod", "staging")
TRACERS = PROJECT / "tests" / "environments"
# What the endpoints do not give back as it was given, and the provider so takes for a change.
KNOWN_DRIFTS: frozenset[str] = frozenset()


def tree_of(name: str, folder: Path = PROJECT / "environments") -> Tree:
    (tree,) = rendered(workspace.load([str(folder / f"{name}.yaml")]))
    return tree


def written(tree: Tree, engine: str, folder: Path) -> Path:
    for name, text in tree.files.items():
        if name.startswith(f"{engine}/"):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    for name, content in tree.zips.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    return folder / engine


def tracer_with_what_it_names(local_aws: LocalAws, folder: Path) -> Tree:
    """The tracer environment, after making the keys and the function that it takes for given."""
    place = {"account_id": "100000000002", "region": "eu-central-1"}
    kms = local_aws.client("kms", **place)
    for path in TRACERS.glob("tracer*.yaml"):
        text = path.read_text()
        for name in sorted(set(re.findall(r":key/(tracer-[a-z-]+)", text))):
            text = text.replace(f":key/{name}", f":key/{kms.create_key()['KeyMetadata']['KeyId']}")
        (folder / path.name).write_text(text)
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): return None\n")
    role = local_aws.client("iam", **place).create_role(
        RoleName="for-the-function", AssumeRolePolicyDocument=json.dumps({"Statement": []})
    )["Role"]["Arn"]
    local_aws.client("lambda", **place).create_function(
        FunctionName="tracer",
        Runtime="python3.13",
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": code.getvalue()},
    )
    return tree_of("tracer", folder)


def attachments(tree: Tree) -> Iterator[tuple[str, str, str]]:
    """Yield kind, name and policy of everybody whom a guardrail policy is attached to."""
    for part in tree.parts:
        for policy in getattr(part.facts, "policies", ()):
            for kind, attached in (("role", policy.roles), ("group", policy.groups)):
                for each in attached:
                    yield kind, each.name, policy.name


def make_people(local_aws: LocalAws, tree: Tree) -> None:
    """Make the roles and groups that guardrails take for given."""
    environment = tree.environment
    where = {"account_id": environment.account_id, "region": environment.region}
    iam = local_aws.client("iam", **where)
    for kind, name in sorted({(kind, name) for kind, name, _ in attachments(tree)}):
        if kind == "group":
            iam.create_group(GroupName=name)
        else:
            trust = json.dumps({"Version": "2012-10-17", "Statement": []})
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    for part in tree.parts:
        role = getattr(part.facts, "break_glass_role", None)
        for managed in role.managed_policies if role is not None else ():
            name = managed.arn.rpartition("/")[2]
            iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(role.policy))


def assert_attached(local_aws: LocalAws, tree: Tree) -> None:
    environment = tree.environment
    where = {"account_id": environment.account_id, "region": environment.region}
    iam = local_aws.client("iam", **where)
    wanted: dict[tuple[str, str], set[str]] = {}
    for kind, name, policy in attachments(tree):
        wanted.setdefault((kind, name), set()).add(policy)
    for (kind, name), policies in wanted.items():
        if kind == "group":
            attached = iam.list_attached_group_policies(GroupName=name)
        else:
            attached = iam.list_attached_role_policies(RoleName=name)
        assert {each["PolicyName"] for each in attached["AttachedPolicies"]} == policies


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_template_is_packaged_and_deployed(
    local_aws: LocalAws, name: str, tmp_path: Path
) -> None:
    tree = tree_of(name)
    environment = tree.environment
    where = {"account_id": environment.account_id, "region": environment.region}
    folder = written(tree, pipeline.CLOUDFORMATION, tmp_path)
    assert tree.parts[0].facts.template == "bootstrap"
    bucket = ("--s3-bucket", environment.artifacts_bucket)
    make_people(local_aws, tree)
    for part in tree.parts:
        template, there = part.facts.template, part.elsewhere
        path = folder / f"{template}.yaml"
        # As the guide says: the bucket serves templates of its own Region and account.
        upload = () if template == "bootstrap" or there is not None else bucket
        place = where if there is None else {"account_id": there.account_id, "region": there.region}
        source = path
        if upload:
            source = tmp_path / f"packaged-{template}.yaml"
            files = ("--template-file", str(path), "--output-template-file", str(source))
            done = run_aws(local_aws, "cloudformation", "package", *files, *upload, **place)
            assert done.returncode == 0, done.stderr
        stack = f"{environment.project}-{environment.name}-{template}"
        what = ("--template-file", str(source), "--stack-name", stack)
        options = ("--capabilities", "CAPABILITY_NAMED_IAM", "--no-fail-on-empty-changeset")
        for _ in range(2):  # the second time there is nothing to do, and that is no failure
            done = run_aws(local_aws, "cloudformation", "deploy", *what, *upload, *options, **place)
            assert done.returncode == 0, done.stderr
    _assert_forwarded(local_aws, tree)
    assert_attached(local_aws, tree)
    dynamodb = local_aws.client("dynamodb", **where)
    created = {table.name for table in environment.tables if not table.existing}
    assert set(dynamodb.list_tables()["TableNames"]) == created
    for table in environment.tables:
        if not table.existing:
            described = dynamodb.describe_continuous_backups(TableName=table.name)
            recovery = described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
            assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
            assert table.point_in_time_recovery is not None
            days = table.point_in_time_recovery.recovery_period_days
            assert recovery["RecoveryPeriodInDays"] == days
    vaults = local_aws.client("backup", **where).list_backup_vaults()["BackupVaultList"]
    prefix = f"{environment.project}-{environment.name}-"
    assert {vault["BackupVaultName"] for vault in vaults} == {
        f"{prefix}{key}" for key in environment.vaults
    }


def _assert_forwarded(local_aws: LocalAws, tree: Tree) -> None:
    """Each rule of another Region sends to this environment's bus with a role that may."""
    environment = tree.environment
    there = {"account_id": environment.account_id, "region": "us-east-1"}
    events = local_aws.client("events", **there)
    (role,) = (
        role
        for role in local_aws.client("iam", **there).list_roles()["Roles"]
        if role["RoleName"].startswith(f"{environment.project}-{environment.name}-tripwires")
    )
    rules = events.list_rules(NamePrefix=f"{environment.project}-{environment.name}-")["Rules"]
    assert len(rules) > 5
    for rule in rules:
        (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        assert target["RoleArn"] == role["Arn"]
        assert target["Arn"] == (
            f"arn:aws:events:{environment.region}:{environment.account_id}:event-bus/default"
        )


@pytest.mark.terraform
def test_the_organization_attaches_the_service_control_policies(
    local_aws: LocalAws,
    terraform_root: Callable[[Path, str], TerraformRoot],
    tmp_path: Path,
) -> None:
    """With other credentials and another state than all the rest."""
    where = {"account_id": "100000000007", "region": "eu-central-1"}
    organizations = local_aws.client("organizations", **where)
    organizations.create_organization(FeatureSet="ALL")
    (top,) = organizations.list_roots()["Roots"]
    organizations.enable_policy_type(RootId=top["Id"], PolicyType="SERVICE_CONTROL_POLICY")
    unit = organizations.create_organizational_unit(ParentId=top["Id"], Name="workloads")
    made = organizations.create_account(Email="tracer@shop.test", AccountName="tracer")
    targets = {
        "ou-tr4c-11111111": unit["OrganizationalUnit"]["Id"],
        "100000000008": made["CreateAccountStatus"]["AccountId"],
    }
    for path in TRACERS.glob("tracer*.yaml"):
        text = path.read_text()
        for written_id, target in targets.items():
            text = text.replace(written_id, target)
        (tmp_path / path.name).write_text(text)
    tree = tree_of("tracer", tmp_path)
    folder = pipeline.terraform_folder("organization")
    root = terraform_root(written(tree, folder, tmp_path), where["account_id"])
    root.apply()
    assert root.drifts() == []
    for target in targets.values():
        attached = organizations.list_policies_for_target(
            TargetId=target, Filter="SERVICE_CONTROL_POLICY"
        )["Policies"]
        assert {policy["Name"] for policy in attached if not policy["AwsManaged"]} == {
            f"parity-tracer-service-control-policy-{what}"
            for what in ("data", "vaults", "access", "access-2")
        }
    root.destroy()


@pytest.mark.terraform
@pytest.mark.parametrize(
    "name", ["tracer", *(pytest.param(name, marks=pytest.mark.slow) for name in EXAMPLES)]
)
def test_a_root_is_applied_planned_again_and_only_then_destroyed(
    local_aws: LocalAws,
    terraform_root: Callable[[Path, str], TerraformRoot],
    name: str,
    tmp_path: Path,
) -> None:
    local_aws.reset()
    given = name == "tracer"
    tree = tracer_with_what_it_names(local_aws, tmp_path) if given else tree_of(name)
    account_id = tree.environment.account_id
    make_people(local_aws, tree)
    root = terraform_root(written(tree, pipeline.TERRAFORM, tmp_path), account_id)
    root.apply()
    assert_attached(local_aws, tree)
    drifting = {
        f"{drift.address.split('.')[0]}: {attribute}"
        for drift in root.drifts()
        for attribute in drift.attributes
    }
    assert drifting <= KNOWN_DRIFTS
    protected = sum(
        text.count("prevent_destroy = true")
        for path, text in tree.files.items()
        if path.startswith(f"{pipeline.TERRAFORM}/")
    )
    assert protected > 0
    with pytest.raises(TerraformError, match="Instance cannot be destroyed"):
        root.destroy()
    assert root.allow_destroy() == protected
    where = {"account_id": account_id, "region": tree.environment.region}
    dynamodb = local_aws.client("dynamodb", **where)
    guarded = [
        table.name
        for table in tree.environment.tables
        if table.deletion_protection and not table.existing
    ]
    if guarded:
        with pytest.raises(
            TerraformError, match="can't be deleted while DeletionProtectionEnabled"
        ):
            root.destroy()
    for table_name in guarded:
        dynamodb.update_table(TableName=table_name, DeletionProtectionEnabled=False)
    root.destroy()
    assert dynamodb.list_tables()["TableNames"] == []
