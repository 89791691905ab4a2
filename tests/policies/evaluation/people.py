"""Who asks and what for, in the words of the evaluation table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from blueprints.names import WORK
from tests.policies.evaluation.world import World
from tests.policies.grants import ATTEMPT, RECORD, SETTINGS
from tests.policies.rendered import ORGANIZATION, OTHER_ORGANIZATION, STRANGER, SUFFIX
from tests.policies.simulator import ADMINISTRATOR, Document

EVERYTHING = "everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A principal: `arn` without partition and account; `rights` beside the attached guardrails.

    `session` is the name of a session of the role, for requests that show it.
    """

    arn: str
    groups: tuple[str, ...] = ()
    rights: tuple[str, ...] = (EVERYTHING,)
    session: str | None = None
    account: str | None = None


def permission_set(name: str, region: str = "/eu-west-1") -> str:
    """Return the role of a permission set; the home Region of Identity Center is in its path."""
    path = f"aws-reserved/sso.amazonaws.com{region}"
    return f"role/{path}/AWSReservedSSO_{name}_{SUFFIX}"


_BACKUP = "shop-{name}-backup-{region}"
PEOPLE: Mapping[str, Person] = {
    "administrator": Person(arn="role/Administrator"),
    "root user": Person(arn="root"),
    "deploy": Person(arn="role/Deploy"),
    # The policies that deny are attached to the group, or to the role.
    "contractor": Person(arn="user/alice", groups=("Contractors",)),
    "contractor role": Person(arn="role/Contractor"),
    "developer": Person(arn=permission_set("Developer"), rights=()),
    "backup administrator": Person(arn=permission_set("BackupAdmin"), rights=()),
    "nobody": Person(arn="role/Nobody", rights=()),
    "other team": Person(arn="role/TeamDeploy"),
    "bound team": Person(arn="role/TeamDeploy", groups=("Contractors",)),
    "break-glass": Person(arn="role/BreakGlass"),
    "rendered break-glass": Person(arn="role/BreakGlass", rights=("RoleForBreakGlass:policy",)),
    "emergency set": Person(arn=permission_set("EmergencyAdmin")),
    "emergency set, no Region": Person(arn=permission_set("EmergencyAdmin", region="")),
    "on-call": Person(arn=permission_set("OnCall")),
    "backup role": Person(arn=f"role/{_BACKUP}", rights=("RoleForBackup:policy",)),
    "copy-back role": Person(
        arn="role/shop-{name}-copy-back-{region}", rights=("RoleForCopyBack:policy",)
    ),
    "recovery role": Person(
        arn="role/shop-{name}-recovery-{region}", rights=("RoleForRecovery:policy",)
    ),
    **{
        f"{what} role": Person(
            arn=f"role/shop-{{name}}-{what}-{{region}}", rights=(f"{logical_id}:policy",)
        )
        for what, logical_id in {
            "apply-settings": "RoleForFunctionApplySettings",
            "catalog-replication": "RoleOfCatalogueReplication",
            "check-freshness": "RoleForFunctionCheckFreshness",
            "export-table": "RoleForFunctionExportTable",
            "exports-machine": "RoleOfExportsMachine",
            "exports-replication": "RoleOfExportReplication",
            "keep-pitr": "RoleForFunctionKeepPitr",
            "load-file": "RoleForFunctionLoadFile",
            "plan-export": "RoleForFunctionPlanExport",
            "report-export": "RoleForFunctionReportExport",
            "verify-export": "RoleForFunctionVerifyExport",
            "fetch-copy": "RoleForFunctionFetchCopy",
            "plan-restore": "RoleForFunctionPlanRestore",
            "plan-undo": "RoleForFunctionPlanUndo",
            "refill-machine": "RoleOfRefillMachine",
            "restore": "RoleForRestores",
            "restore-machine": "RoleOfRestoreMachine",
            "restore-table": "RoleForFunctionRestoreTable",
            "scheduled-machines": "RoleOfScheduledMachines",
            "settings-snapshot": "RoleForFunctionSettingsSnapshot",
            "take-snapshots": "RoleForFunctionTakeSnapshots",
            "undo-keys": "RoleForFunctionUndoKeys",
        }.items()
    },
    "service-linked role": Person(
        arn="role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
    ),
    "stranger": Person(arn="role/Administrator", account=STRANGER),
    "strange break-glass": Person(arn="role/BreakGlass", account=STRANGER),
}


def person(who: str) -> Person:
    """Return who is named, or else who holds every right under an ARN such as `role/ops/Deploy`."""
    if who.startswith("session of "):
        return replace(person(who.removeprefix("session of ")), session="alice")
    if who.startswith("set "):
        return Person(arn=permission_set(who.removeprefix("set ")))
    if who.startswith(("role/", "user/")):
        return Person(arn=who)
    return PEOPLE[who]


def arn_of(world: World, one: Person) -> str:
    account = one.account or world.account
    resource = one.arn.format(name=world.name, region=world.region)
    return f"arn:{world.partition}:iam::{account}:{resource}"


def session_of(world: World, one: Person) -> str:
    role = one.arn.split("/")[-1].format(name=world.name, region=world.region)
    return f"arn:{world.partition}:sts::{world.account}:assumed-role/{role}/{one.session}"


def identity_policies(world: World, one: Person) -> Mapping[str, Document]:
    """Return the policies of a principal by name: its rights, and the guardrails attached to it."""
    if one.account not in (None, world.account):
        return {EVERYTHING: ADMINISTRATOR}
    names = dict.fromkeys(one.rights)
    name = one.arn.removeprefix("role/")
    names |= dict.fromkeys(world.roles.get(name, ()))
    for group in one.groups:
        names |= dict.fromkeys(world.groups.get(group, ()))
    for held, policies in world.permission_sets.items():
        if one.arn == permission_set(held):
            names |= dict.fromkeys(policies)
    return {each: ADMINISTRATOR if each == EVERYTHING else world.documents[each] for each in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A resource with the policy that it has, and what every request for it carries."""

    arn: str
    policy: str | None = None
    document: Document | None = None
    context: Mapping[str, str | list[str] | None]


# The words for our resources → service and what follows in the ARN.
WORDS: Mapping[str, str] = {
    "table": "dynamodb:table/{0}",
    "backup of": "dynamodb:table/{0}/backup/01489602797149-73d8d5bc",
    "vault": "backup:backup-vault:shop-{name}-{0}",
    "point in": "backup:recovery-point:1eb3b5e7-9eb0-435a-a80b-108b488b0d45",
    "plan": "backup:backup-plan:a4a5ee2e-7b0c-4a4b-9f6d-1f2c1b0a1d2e",
    "key of": "kms:key/0d990263-018e-4e65-a703-eff731de951e",
    "alias": "kms:alias/shop-{name}-{0}",
    "role": "iam:role/{0}",
    "our role": "iam:role/shop-{name}-{0}-{region}",
    "guardrail": "iam:policy/shop-{name}-{0}-{region}",
    "schedule": "scheduler:schedule/default/shop-{name}-{0}",
    "schedule group": "scheduler:schedule-group/shop-{name}-{0}",
    "rule": "events:rule/shop-{name}-{0}",
    "function": "lambda:function:shop-{name}-{0}",
    "state machine": "states:stateMachine:shop-{name}-{0}",
    "execution of": "states:execution:shop-{name}-{0}:4b7c",
    "topic": "sns:shop-{name}-{0}",
    "queue": "sqs:shop-{name}-{0}",
    "alarm": "cloudwatch:alarm:shop-{name}-{0}",
    "mute rule": "cloudwatch:alarm-mute-rule:shop-{name}-{0}",
    "log group": "logs:log-group:/aws/lambda/shop-{name}-{0}",
    "log stream of": "logs:log-group:/aws/lambda/shop-{name}-{0}:log-stream:1",
    "scaling": "application-autoscaling:scalable-target/1a2b",
}
BUCKET = "arn:{partition}:s3:::shop-{name}-{what}-{account}-{region}"
_EXPORT = "/{0}/full/employee/AWSDynamoDB/01700000000000-1a2b3c4d/data/x.json.gz"
# Words for a bucket → what its name says, and the key of an object in it. Words for exports may
# end with `of ENVIRONMENT`, whose they are; an `export in critical` is one of that class.
_IN_BUCKETS = {
    "bucket": ("exports", ""),
    "object": ("exports", "/data.gz"),
    "record of an export": ("catalog", f"/{RECORD}"),
    "attempt": ("catalog", f"/{ATTEMPT}"),
    "freshness": ("catalog", "/catalog/freshness.json"),
    "catalogue": ("catalog", ""),
    "settings": ("catalog", f"/{SETTINGS}"),
    "report": ("catalog", "/restores/employee/1a2b.json"),
    "work": ("catalog", f"/{WORK}undos/1a2b/list.json"),
}


def key_that_denies_nothing(world: World) -> Document:
    """Return the policy of a key that leaves everything to the IAM policies of its account."""
    root = {"AWS": f"arn:{world.partition}:iam::{world.account}:root"}
    statement = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [{"Sid": "IamDecides", **statement}]}


def thing(world: World, what: str) -> Thing:
    """Return the resource that `what` means: words, `service:rest of the ARN`, an ARN, or `*`."""
    fields = {"name": world.name, "region": world.region, "account": world.account}
    if what == "*" or what.startswith("arn:"):
        return Thing(arn=what.format(**fields, partition=world.partition), context={})
    found = _in_bucket(world, what)
    if found is not None:
        return found
    for word in sorted(WORDS, key=len, reverse=True):
        if what == word or what.startswith(f"{word} "):
            rest = what.removeprefix(word).strip()
            service, _, resource = WORDS[word].partition(":")
            arn = world.arn(service, resource.format(rest, **fields))
            return _with_policy(world, word, rest, arn)
    service, _, resource = what.partition(":")
    return Thing(arn=world.arn(service, resource.format(**fields)), context={})


def _in_bucket(world: World, what: str) -> Thing | None:
    words, _, of = what.partition(" of ") if what not in _IN_BUCKETS else (what, "", "")
    exported = words.removeprefix("export in ")
    if words not in _IN_BUCKETS and exported == words:
        return None
    bucket, key = _IN_BUCKETS.get(words, ("exports", _EXPORT.format(exported)))
    policy = {"catalog": "PolicyOfCatalogueBucket", "exports": "PolicyOfExportBucket"}[bucket]
    document = world.documents.get(f"Held{policy}Shop{of.title()}" if of else policy)
    fields = {"name": world.name, "region": world.region, "account": world.account}
    name = f"{bucket}-{of}" if of else bucket
    return Thing(
        arn=BUCKET.format(**fields, partition=world.partition, what=name) + key,
        policy=None if document is None else "bucket",
        document=document,
        context={"aws:SecureTransport": "true"},
    )


# Words for keys → logical ID, and what the alias says; those of vaults are named after them.
_KEYS = {
    "tables": ("KeyOfTablesTables", "tables"),
    "catalogue": ("KeyOfCatalogue", "catalog"),
    "exports": ("KeyOfExports", "exports"),
    "exports of prod": ("HeldKeyOfExportsShopProd", "exports-prod"),
    "exports of books": ("HeldKeyOfExportsShopBooks", "exports-books"),
}


def _with_policy(world: World, word: str, rest: str, arn: str) -> Thing:
    """Return the resource with its rendered policy, which a key of others or of no vault lacks."""
    key, alias = _KEYS.get(rest, (f"KeyOfVault{rest.title()}", f"vault-{rest}"))
    kind, name = {
        "vault": ("vault", f"Vault{rest.capitalize()}"),
        "point in": ("vault", f"Vault{rest.capitalize()}"),
        "role": ("trust", f"RoleFor{rest}:trust"),
        "our role": ("trust", f"RoleFor{''.join(map(str.title, rest.split('-')))}:trust"),
        "key of": ("key", key),
    }.get(word, ("", ""))
    document = world.documents.get(name)
    context: dict[str, str | list[str] | None] = {}
    if kind == "key":
        alias = "other" if document is None else f"shop-{world.name}-{alias}"
        context["kms:ResourceAliases"] = [f"alias/{alias}"]
        if document is None:
            return Thing(arn=arn, document=key_that_denies_nothing(world), context=context)
    policy = None if document is None else kind
    return Thing(arn=arn, policy=policy, document=document, context=context)


def organization_of(one: Person) -> str:
    """Return the organization that a principal is a member of."""
    return ORGANIZATION if one.account is None else OTHER_ORGANIZATION
