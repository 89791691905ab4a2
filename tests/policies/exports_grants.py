"""What each role of exports is granted: into a bucket here, and into one of another account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.policies.grants import Grant, key_policy, uses_key
from tests.policies.rendered import ARCHIVE, BOOKS, PROD, STORE, STRANGER, Place
from tests.policies.simulator import Context, Document

RECORD = "catalog/exports/{of}/20261122T010000Z_20261122T010000Z_full.json"
ATTEMPT = "catalog/attempts/{of}/chain-1a2b-none/1.json"
OTHERS = ("catalog/settings/{of}/20261120T023000Z.json", "restores/{table}/1a.json")
FILE = "full/TABLE/AWSDynamoDB/01700000000000-1a2b3c4d/data/x.json.gz"
STEPS = ("plan-export", "export-table", "verify-export", "report-export")
TEAM = "arn:aws:s3:::team-data"
# A key that no document knows by its alias.
OF_NO_NAME: Context = {"kms:ResourceAliases": ["alias/other"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """An environment that exports one class of one table, and whose its bucket is."""

    place: Place
    owner: Place
    bucket_name: str
    protection: str
    table: str
    alerts: bool

    @property
    def bucket(self) -> str:
        return f"arn:aws:s3:::{self.bucket_name}"

    @property
    def file(self) -> str:
        return f"{self.bucket}/{self.protection}/{FILE}"

    def letting_in(self, resource: str) -> dict[str, Document]:
        """Return a policy of another account's bucket that stops nobody; here none has to."""
        return {} if self.owner is self.place else {resource: open_to_all("s3:*")}

    @property
    def others(self) -> tuple[str, ...]:
        """Objects of the bucket, and of one of others, that no export of this one writes."""
        return (f"{self.bucket}/other/{FILE}", f"{TEAM}/{self.protection}/{FILE}")

    @property
    def catalogue(self) -> str:
        place = self.place
        return f"arn:aws:s3:::shop-{place.name}-catalog-{place.account}-{place.region}"

    @property
    def table_arn(self) -> str:
        return self.place.arn("dynamodb", f"table/{self.table}")

    @property
    def other_tables(self) -> tuple[str, ...]:
        one = self.table_arn
        return (
            self.place.arn("dynamodb", "table/cart"),
            one.replace(self.place.region, "us-east-1"),
            one.replace(self.place.account, STRANGER),
        )

    @property
    def folder(self) -> str:
        """What stands for the table in keys of the catalogue."""
        return f"{self.place.account}/{self.place.region}/{self.table}"

    def in_catalogue(self, *keys: str) -> tuple[str, ...]:
        named = (key.format(of=self.folder, table=self.table) for key in keys)
        return tuple(f"{self.catalogue}/{key}" for key in named)


SITES = {
    "prod": Site(
        place=PROD,
        owner=PROD,
        bucket_name="shop-prod-exports-111111111111-eu-central-1",
        protection="critical",
        table="order_transaction",
        alerts=True,
    ),
    "books": Site(
        place=BOOKS,
        owner=STORE,
        bucket_name="shop-store-exports-books-232323232323-eu-west-1",
        protection="standard",
        table="employee",
        alerts=False,
    ),
}


def open_to_all(actions: str) -> Document:
    """Return the policy of a resource that stops nobody, so that the role's own decides."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": actions, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [{"Sid": "Open", **statement}]}


def _plan(site: Site) -> Iterator[Grant]:
    looks = "DescribeTable DescribeContinuousBackups"
    yield Grant(service="dynamodb", names=looks, on=(site.table_arn,), not_on=site.other_tables)
    yield from _lists(site, "exports", "attempts")
    yield _of_catalogue(site, "GetObject", RECORD, ATTEMPT)
    yield _of_catalogue(site, "PutObject", ATTEMPT)
    yield from _uses_catalogue(site)


def _lists(site: Site, *kinds: str) -> Iterator[Grant]:
    others = {"exports", "attempts", "settings"} - {*kinds}
    wrong: list[Context] = [
        {"s3:prefix": f"catalog/{kind}/{site.folder}/"} for kind in sorted(others)
    ]
    for kind in kinds:
        yield Grant(
            service="s3",
            names="ListBucket",
            on=(site.catalogue,),
            not_on=(TEAM,),
            context={"s3:prefix": f"catalog/{kind}/{site.folder}/"},
            wrong=(*wrong, {"s3:prefix": None}),
        )


def _of_catalogue(site: Site, names: str, *keys: str) -> Grant:
    rest = [key for key in (RECORD, ATTEMPT, *OTHERS) if key not in keys]
    return Grant(
        service="s3",
        names=names,
        on=site.in_catalogue(*keys),
        not_on=(*site.in_catalogue(*rest), f"{TEAM}/{keys[0]}"),
    )


def _uses_catalogue(site: Site) -> Iterator[Grant]:
    for name in ("GenerateDataKey", "Decrypt"):
        yield uses_key(site.place, name, "s3", "catalog")


def _export(site: Site) -> Iterator[Grant]:
    export = "ExportTableToPointInTime"
    yield Grant(service="dynamodb", names=export, on=(site.table_arn,), not_on=site.other_tables)
    yield Grant(
        service="dynamodb",
        names="DescribeExport",
        on=(f"{site.table_arn}/export/01700000000000-1a2b3c4d",),
        not_on=tuple(f"{each}/export/01700000000000-1a2b3c4d" for each in site.other_tables),
    )
    yield _of_exports(site, "PutObject AbortMultipartUpload PutObjectAcl")
    yield _uses_exports(site, "Decrypt GenerateDataKey")
    key = site.owner.key
    yield Grant(
        service="kms",
        names="DescribeKey",
        on=(key,),
        not_on=(key.replace(site.owner.region, "us-east-1"),),
        policies={
            key: key_policy(site.place) if site.owner is site.place else open_to_all("kms:*")
        },
    )
    yield uses_key(site.place, "Decrypt", "dynamodb")


def _of_exports(site: Site, names: str) -> Grant:
    return Grant(
        service="s3",
        names=names,
        on=(site.file,),
        not_on=site.others,
        policies=site.letting_in(site.file),
        owner=site.owner.account,
    )


def _uses_exports(site: Site, names: str) -> Grant:
    """Of a key here the one with the alias, of one in another account any that lets it."""
    if site.owner is site.place:
        return uses_key(site.place, names, "s3", "exports")
    key, region = site.owner.key, site.owner.region
    return Grant(
        service="kms",
        names=names,
        on=(key,),
        not_on=(key.replace(site.owner.account, ARCHIVE.account),),
        context={"kms:ViaService": f"s3.{region}.amazonaws.com", **OF_NO_NAME},
        wrong=({"kms:ViaService": f"ec2.{region}.amazonaws.com"}, {"kms:ViaService": None}),
        policies={key: open_to_all("kms:*")},
    )


def _verify(site: Site) -> Iterator[Grant]:
    yield _of_exports(site, "GetObject")
    yield Grant(
        service="s3",
        names="ListBucket",
        on=(site.bucket,),
        not_on=(TEAM, site.catalogue),
        context={"s3:prefix": None},
        policies=site.letting_in(site.bucket),
        owner=site.owner.account,
    )
    yield _uses_exports(site, "Decrypt")
    yield _of_catalogue(site, "GetObject PutObject", RECORD)
    yield from _uses_catalogue(site)


def _report(site: Site) -> Iterator[Grant]:
    yield from _lists(site, "exports")
    yield _of_catalogue(site, "GetObject", RECORD, ATTEMPT)
    yield _of_catalogue(site, "PutObject", ATTEMPT)
    yield from _uses_catalogue(site)
    if site.alerts:
        topic = site.place.arn("sns", f"shop-{site.place.name}-alerts")
        yield Grant(service="sns", names="Publish", on=(topic,), not_on=(f"{topic}-of-others",))
        yield uses_key(site.place, "Decrypt GenerateDataKey", "sns", "alerts")


def _orders(site: Site) -> Iterator[Grant]:
    def of(service: str, kind: str, what: str) -> str:
        return site.place.arn(service, f"{kind}:shop-{site.place.name}-{what}")

    machine, other = f"exports-{site.protection}", "exports-other"
    yield Grant(
        service="lambda",
        names="InvokeFunction",
        on=tuple(of("lambda", "function", each) for each in STEPS),
        not_on=tuple(of("lambda", "function", each) for each in ("keep-pitr", "apply-settings")),
    )
    yield Grant(
        service="states",
        names="StartExecution",
        on=(of("states", "stateMachine", machine),),
        not_on=(of("states", "stateMachine", other), of("states", "stateMachine", "restore")),
    )
    yield Grant(
        service="states",
        names="DescribeExecution StopExecution",
        on=(of("states", "execution", f"{machine}/Tables:1a2b"),),
        not_on=(of("states", "execution", f"{other}/Tables:1a2b"),),
    )


def _starts(site: Site) -> Iterator[Grant]:
    machine = site.place.arn("states", f"stateMachine:shop-{site.place.name}-")
    yield Grant(
        service="states",
        names="StartExecution",
        on=(f"{machine}exports-{site.protection}",),
        not_on=(f"{machine}restore", f"{machine}keep-pitr"),
    )
    queue = site.place.arn("sqs", f"shop-{site.place.name}-exports-unstarted")
    others = site.place.arn("sqs", f"shop-{site.place.name}-recovery-unstarted")
    yield Grant(service="sqs", names="SendMessage", on=(queue,), not_on=(others,))


def replicates(site: Site, there: Place, replica: str) -> Iterator[Grant]:
    """Yield what S3 reads here and writes into `replica`, the ARN of a bucket `there`."""
    get = "GetReplicationConfiguration ListBucket"
    yield Grant(
        service="s3",
        names=get,
        on=(site.bucket,),
        not_on=(site.catalogue, TEAM),
        context={"s3:prefix": None},
    )
    read = "GetObjectVersionForReplication GetObjectVersionAcl GetObjectVersionTagging"
    yield Grant(service="s3", names=read, on=(site.file,), not_on=site.others)
    yield uses_key(site.place, "Decrypt", "s3", "exports")
    copy = f"{replica}/{site.protection}/{FILE}"
    yield Grant(
        service="s3",
        names="ReplicateObject ReplicateTags",
        on=(copy,),
        not_on=(f"{replica}/other/{FILE}", f"{TEAM}/{site.protection}/{FILE}"),
        policies={copy: open_to_all("s3:*")},
        owner=there.account,
    )
    yield Grant(
        service="kms",
        names="Encrypt GenerateDataKey",
        on=(there.key,),
        not_on=(key_of_others(there),),
        context={"kms:ViaService": f"s3.{there.region}.amazonaws.com", **OF_NO_NAME},
        wrong=({"kms:ViaService": "ec2.eu-central-1.amazonaws.com"}, {"kms:ViaService": None}),
        policies={there.key: open_to_all("kms:*")},
    )


def key_of_others(there: Place) -> str:
    """Return the ARN of a key of an account that takes no replicas."""
    return there.key.replace(there.account, STORE.account)


FUNCTIONS = {
    "plan-export": ("RoleForFunctionPlanExport", _plan),
    "export-table": ("RoleForFunctionExportTable", _export),
    "verify-export": ("RoleForFunctionVerifyExport", _verify),
    "report-export": ("RoleForFunctionReportExport", _report),
}
ROLES = {
    "exports-machine": ("RoleOfExportsMachine", _orders),
    "exports-schedules": ("RoleOfExportsSchedules", _starts),
}
