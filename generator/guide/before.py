"""The part of the guide for before the first deployment: people, and switches of the account."""

from __future__ import annotations

from collections.abc import Iterator

from blueprints.alerts import watches
from generator.naming import physical
from generator.pipeline import Tree
from generator.spec import Principal
from generator.spec.resolved import Environment, principal_arn


def sections(tree: Tree) -> Iterator[str]:
    """Yield the sections in their order."""
    environment = tree.environment
    yield "## Before the first deployment"
    yield from _people(environment)
    if watches(environment):
        yield from _trail(environment)
    if environment.spec.manage_region_settings:
        yield from _managed(environment)
    elif environment.vaults:
        yield from _opt_in(environment)
    if environment.vaults:
        yield from _copies(environment)


def _people(environment: Environment) -> Iterator[str]:
    principals = environment.spec.principals
    yield "### The people"
    lines = ["| who | may | must exist as |", "|---|---|---|"]
    for people, may in (
        (principals.break_glass, "destroy and change"),
        (principals.deploy, "change"),
    ):
        lines += [
            f"| {_name(person)} | {may} | `{principal_arn(environment, person)}` |"
            for person in people
        ]
    yield "\n".join(lines)
    yield (
        "Policies only deny everybody else; what these people do also needs an Allow of their own. "
        "A misspelt name is noticed in the emergency, so look now (permission sets must be "
        f"assigned to account `{environment.account_id}`):"
    )
    yield """```sh
aws iam list-roles --query 'Roles[].Arn' --output text | tr '\\t' '\\n' | sort
```"""


def _name(principal: Principal) -> str:
    if principal.permission_set is not None:
        return f"permission set `{principal.permission_set}`"
    return f"role `{principal.role}`"


def _trail(environment: Environment) -> Iterator[str]:
    region = environment.region
    yield "### A trail for the tripwires"
    yield (
        "EventBridge hears of calls only while a CloudTrail trail logs them: one for all Regions "
        "that logs management events, both reading and writing. An organization's trail does too. "
        "The first command lists the trails of all Regions with their home; ask for each one that "
        "covers every Region whether it is logging, and what:"
    )
    yield f"""```sh
aws cloudtrail describe-trails --region {region} \\
  --query 'trailList[?IsMultiRegionTrail].[TrailARN,HomeRegion]' --output text
aws cloudtrail get-trail-status --region HOME_REGION --name TRAIL_ARN --query IsLogging
aws cloudtrail get-event-selectors --region HOME_REGION --trail-name TRAIL_ARN
```"""
    yield (
        "Wanted: `true`, and a selector with `IncludeManagementEvents` true, `ReadWriteType` `All` "
        "and nothing in `ExcludeManagementEventSources` (or, among advanced selectors, one with "
        "`eventCategory` `Management` and no condition on `readOnly` or `eventSource`)."
    )


def _opt_in(environment: Environment) -> Iterator[str]:
    region = environment.region
    yield "### Switch on AWS Backup's advanced features for DynamoDB in this Region"
    yield (
        "Cold storage, copies and vault locks work only for recovery points taken after both "
        "preferences are true. They belong to the whole account and Region, and other teams' "
        "preferences must stay as they are: read, merge, write. Running it again changes nothing."
    )
    yield f"""```sh
aws backup describe-region-settings --region {region} --output json > region-settings.json
python3 -c 'import json; s = json.load(open("region-settings.json")); \\
s["ResourceTypeOptInPreference"]["DynamoDB"] = True; \\
s["ResourceTypeManagementPreference"]["DynamoDB"] = True; \\
json.dump(s, open("region-settings.json", "w"))'
aws backup update-region-settings --region {region} --cli-input-json file://region-settings.json
```"""


def _managed(environment: Environment) -> Iterator[str]:
    name = physical(environment, "region-settings")
    yield "### AWS Backup's advanced features for DynamoDB in this Region"
    yield (
        "Cold storage, copies and vault locks work only for recovery points taken after both "
        f"preferences are true. The deployment of `recovery` calls the function `{name}`, which "
        "reads the settings of the account and Region and writes them back only where DynamoDB is "
        "missing: other services stay as they are. "
        + ("That write rings a tripwire, once. " if watches(environment) else "")
        + "It is not called again until its code changes; if somebody takes DynamoDB out:"
    )
    yield f"""```sh
aws lambda invoke --region {environment.region} --function-name {name} /dev/stdout
```"""


def _copies(environment: Environment) -> Iterator[str]:
    remote = {there.account_id for there in environment.destinations.values()}
    remote |= {source.account_id for source in environment.sources}
    if remote - {environment.account_id}:
        yield "### Switch on copies between accounts"
        yield (
            "Both accounts must belong to one AWS organization. Once, with credentials of the "
            "organization's management account:"
        )
        yield (
            "```sh\naws backup update-global-settings "
            "--global-settings isCrossAccountBackupEnabled=true\n```"
        )
