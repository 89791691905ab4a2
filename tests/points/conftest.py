"""The rendered example environments prod and archive, deployed to local AWS endpoints."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.names import catalogue_bucket_name, export_place, export_replicas
from generator import workspace
from generator.generate import rendered
from generator.naming import vault_name
from tests.conftest import ROOT
from tests.e2e.local_aws import LocalAws, local_aws_server
from tests.unit.command import holdfast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

    from generator.spec.resolved import Environment, Table

ROLE = "arn:aws:iam::111111111111:role/any"
DEPLOYED = {"prod": ("tables", "backup"), "archive": ("backup",)}


@dataclass(frozen=True, kw_only=True)
class Shop:
    """What the tests do to the shop's accounts."""

    aws: LocalAws
    prod: Environment
    archive: Environment

    def client(self, service: str, environment: Environment) -> Any:
        return self.aws.client(service, environment.account_id, environment.region)

    def table(self, key: str) -> Table:
        (table,) = (table for table in self.prod.tables if table.key == key)
        return table

    def user_backup(self, key: str, name: str) -> str:
        api = self.client("dynamodb", self.prod)
        made = api.create_backup(TableName=self.table(key).name, BackupName=name)
        return str(made["BackupDetails"]["BackupArn"])

    def point(self, key: str, vault: str) -> str:
        started = self.client("backup", self.prod).start_backup_job(
            BackupVaultName=vault_name(self.prod, vault),
            ResourceArn=self.table(key).arn,
            IamRoleArn=ROLE,
            Lifecycle={"DeleteAfterDays": 31},
        )
        return str(started["RecoveryPointArn"])

    def copy(self, point: str, vault: str) -> None:
        self.client("backup", self.prod).start_copy_job(
            RecoveryPointArn=point,
            SourceBackupVaultName=vault_name(self.prod, vault),
            DestinationBackupVaultArn=self.archive.vault_arn("archive"),
            IamRoleArn=ROLE,
            Lifecycle={"DeleteAfterDays": 31},
        )

    def manage(self, *, dynamodb: bool) -> None:
        """Switch AWS Backup's full management of DynamoDB on or off."""
        self.client("backup", self.prod).update_region_settings(
            ResourceTypeManagementPreference={"DynamoDB": dynamodb}
        )

    def create_catalogue(self, environment: Environment) -> None:
        """Make the bucket that the template of recovery would make."""
        self.client("s3", environment).create_bucket(
            Bucket=catalogue_bucket_name(environment),
            CreateBucketConfiguration={"LocationConstraint": environment.region},
        )

    def record(self, key: str, start: str, end: str, where: Environment, **members: Any) -> str:
        """Write the record of an export into a catalogue; return the export's ARN."""
        table, place = self.table(key), export_place(self.prod)
        assert place is not None
        begin, until = catalogue.moment_of(start), catalogue.moment_of(end)
        kind = "full" if begin == until else "incremental"
        export_arn = f"{table.arn}/export/{until.timestamp():.0f}-{kind}"
        document = {
            "table": {"name": table.name, "arn": table.arn, "id": "a"},
            "class": "critical",
            "kind": kind,
            "starts_chain": False,
            "reason": None,
            "export_arn": export_arn,
            "bucket": place.name,
            "bucket_owner": place.account_id,
            "region": place.region,
            "manifest_key": f"critical/full/{table.name}/AWSDynamoDB/01/manifest-summary.json",
            "items": 8,
            "bytes": 400,
            "billed_bytes": 1000,
            "keep_days": 2571,
            "replicas": [replica.name for _, replica in export_replicas(self.prod).values()],
            **members,
        }
        self.client("s3", where).put_object(
            Bucket=catalogue_bucket_name(where),
            Key=store.record_key(table.arn, begin, until, kind),
            Body=json.dumps(document),
        )
        return export_arn

    def delete_table(self, key: str) -> None:
        name, api = self.table(key).name, self.client("dynamodb", self.prod)
        api.update_table(TableName=name, DeletionProtectionEnabled=False)
        api.delete_table(TableName=name)

    def delete_vault(self, key: str) -> None:
        """Unlock and empty a vault, without which AWS does not delete it."""
        api, vault = (
            self.client("backup", self.prod),
            {"BackupVaultName": vault_name(self.prod, key)},
        )
        if api.describe_backup_vault(**vault)["Locked"]:
            api.delete_backup_vault_lock_configuration(**vault)
        for point in api.list_recovery_points_by_backup_vault(**vault)["RecoveryPoints"]:
            api.delete_recovery_point(**vault, RecoveryPointArn=point["RecoveryPointArn"])
        api.delete_backup_vault(**vault)

    def points(self, *arguments: str, **how: Any) -> Result:
        """Run `holdfast points`."""
        return self.holdfast("points", *arguments, **how)

    def holdfast(
        self, *arguments: str, signed_in_to: Environment | None = None, endpoint: str | None = None
    ) -> Result:
        """Run a command, signed in to an account: prod's unless another is given."""
        account = signed_in_to or self.prod
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.aws.environment(account.account_id).items():
                if name.startswith("AWS_"):
                    patch.setenv(name, value)
            if endpoint is not None:
                patch.setenv("AWS_ENDPOINT_URL", endpoint)
            patch.chdir(ROOT)
            return holdfast(*arguments)

    def listed(self, table: str, **how: Any) -> dict[str, Any]:
        """Return what `points prod TABLE --json` prints; the exit status says the same."""
        result = self.points("prod", table, "--json", **how)
        report: dict[str, Any] = json.loads(result.stdout)
        assert result.exit_code == (0 if report["complete"] else 1)
        return report

    def back_up_everywhere(self, key: str) -> dict[str, str]:
        """Make a user backup, points in two vaults, and a copy of one in the archive."""
        backup = self.user_backup(key, "before-release")
        critical = self.point(key, "critical")
        self.copy(critical, "critical")
        return {"user": backup, "critical": critical, "long": self.point(key, "long")}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with local_aws_server(tmp_path_factory.mktemp("points") / "server.log") as running:
        yield running


@pytest.fixture(scope="module")
def shop(server: LocalAws) -> Shop:
    """Both environments as their templates make them, without any backup yet, for a module."""
    server.reset()
    files = [str(ROOT / "environments" / f"{name}.yaml") for name in DEPLOYED]
    trees = rendered(workspace.load(files))
    for tree in trees:
        environment = tree.environment
        cloudformation = server.client("cloudformation", environment.account_id, environment.region)
        for template in DEPLOYED[environment.name]:
            cloudformation.create_stack(
                StackName=template,
                TemplateBody=tree.files[f"cloudformation/{template}.yaml"],
                Capabilities=["CAPABILITY_NAMED_IAM"],
            )
    prod, archive = (tree.environment for tree in trees)
    shop = Shop(aws=server, prod=prod, archive=archive)
    for each in (prod, archive):
        shop.create_catalogue(each)
    shop.manage(dynamodb=True)
    return shop
