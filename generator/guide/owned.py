"""The part of the guide that gives a restored table back to its stack or state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from blueprints import tables
from blueprints.names import pointer_name
from blueprints.tables.facts import TablesFacts
from generator.guide.deploy import shell
from generator.pipeline import CLOUDFORMATION, TERRAFORM, Part, Tree, terraform_folder
from generator.recovery.files import list_file, template_file, terraform_file
from generator.recovery.imports import KEY_ID, MOST_BYTES_OF_BODY, suffixes
from generator.spec.resolved import Environment, Table, stack_name

_CHANGE_SET = "holdfast-restore"
_WITH_COMMANDS = 3  # templates; the rest of many is named


@dataclass(frozen=True, slots=True, kw_only=True)
class _Import:
    """One import of a template's tables: where its files lie, and whether it needs a bucket."""

    stack: str
    template: str
    resources: str
    too_long: bool
    key_alias: str | None


def sections(tree: Tree) -> Iterator[str]:
    """Yield the sections in their order."""
    environment = tree.environment
    parts = [part for part in tree.parts if part.blueprint is tables]
    if parts:
        yield "### Owned again"
        yield (
            "A restore under the original name ends with a table that its stack or state owns "
            "already, or that nothing owns. The report names the case and the stack."
        )
        if CLOUDFORMATION in tree.engines:
            yield from _cloudformation(environment, parts)
        if TERRAFORM in tree.engines:
            yield from _terraform(environment, parts[0].facts)
        yield (
            "Under another name nothing owns the table, and nothing of the original is touched: "
            "compare, switch the readers, delete it later. A table that is defined elsewhere "
            "(`existing: true`) is its owner's to take back."
        )
    yield from _pointers(environment)


def _cloudformation(environment: Environment, parts: list[Part]) -> Iterator[str]:
    facts = parts[0].facts
    imports = [each for part in parts for each in _imports(environment, part)]
    yield "#### By its stack"
    yield (
        "**The stack still owns the table** (case `stack`): import nothing. Nothing may have "
        "drifted; the first command takes a moment:"
    )
    yield shell(_drift(environment, stack_name(environment, facts.template)))
    yield (
        "**The stack is gone** (case `stack_gone`): import the tables into a new one, then deploy "
        "as ever. An import can only bring in what exists, all of it or nothing, so restore first "
        "what is missing; take a table that is not to come back out of copies of both files. "
        "Every action that `describe-change-set` shows must be `Import`."
    )
    for each in imports[:_WITH_COMMANDS]:
        yield shell(list(_import(environment, each)))
    if len(imports) > _WITH_COMMANDS:
        yield "Likewise, a longer template by way of the bucket:"
        yield "\n".join(
            f"- `{each.template}` into `{each.stack}`" for each in imports[_WITH_COMMANDS:]
        )
    yield (
        "Then deploy as above, and look for drift. The import leaves auto scaling out, because "
        "CloudFormation imports a scaling policy by an ARN that AWS chose and refuses to make a "
        "scalable target that is registered already; so the restore does not set it either, and "
        "the deployment does."
    )
    yield from _into_a_stack(environment, facts)


def _imports(environment: Environment, part: Part) -> Iterator[_Import]:
    if part.cloudformation is None:
        return
    facts = part.facts
    for number, suffix in enumerate(suffixes(facts)):
        yield _Import(
            stack=stack_name(environment, facts.template),
            template=template_file(facts.template, suffix),
            resources=list_file(facts.template, suffix),
            # The template that it is cut out of is longer, and a bucket takes any.
            too_long=len(part.cloudformation.text) > MOST_BYTES_OF_BODY,
            key_alias=facts.key.alias_name if facts.key is not None and number == 0 else None,
        )


def _import(environment: Environment, wanted: _Import) -> Iterator[str]:
    resources = wanted.resources
    if wanted.key_alias is not None:
        yield _command(
            "KEY_ID=$(aws kms describe-key",
            f"--region {environment.region}",
            f"--key-id {wanted.key_alias}",
            "--query KeyMetadata.KeyId --output text)",
        )
        resources = "resources.json"
        fill = f'\'s/"KeyId": "{KEY_ID}"/"KeyId": "\'$KEY_ID\'"/\''
        yield f"sed {fill} {wanted.resources} > {resources}"
    source = f"--template-body file://{wanted.template}"
    if wanted.too_long:
        bucket, key = environment.artifacts_bucket, f"{_CHANGE_SET}/{wanted.template}"
        domain = "amazonaws.com.cn" if environment.partition == "aws-cn" else "amazonaws.com"
        source = f"--template-url https://{bucket}.s3.{environment.region}.{domain}/{key}"
        yield f"aws s3 cp {wanted.template} s3://{bucket}/{key} --region {environment.region}"
    yield from _change_set(environment, wanted.stack, source, resources)


def _change_set(environment: Environment, stack: str, source: str, resources: str) -> Iterator[str]:
    which = (f"--stack-name {stack}", f"--change-set-name {_CHANGE_SET}")
    yield _aws(
        environment,
        "create-change-set",
        *which,
        "--change-set-type IMPORT",
        source,
        f"--resources-to-import file://{resources}",
    )
    yield _aws(environment, "wait change-set-create-complete", *which)
    yield _aws(
        environment,
        "describe-change-set",
        *which,
        "--query 'Changes[].ResourceChange.[Action,LogicalResourceId]' --output text",
    )
    yield _aws(environment, "execute-change-set", *which)
    yield _aws(environment, "wait stack-import-complete", f"--stack-name {stack}")


def _into_a_stack(environment: Environment, facts: TablesFacts) -> Iterator[str]:
    """Yield how one table is imported into a stack that still holds others."""
    stack, logical_id = stack_name(environment, facts.template), facts.tables[0].label.logical_id
    template, resources = template_file(facts.template), list_file(facts.template)
    yield (
        "Where the stack is there and lacks this table alone, the template of the import has to "
        f"hold all that the stack holds. For `{facts.tables[0].name}`:"
    )
    get = _aws(
        environment,
        "get-template",
        f"--stack-name {stack}",
        "--query TemplateBody --output text > both.yaml",
    )
    yield shell(
        [
            get,
            f"sed -n '/^  {logical_id}:$/,/^$/p' {template} >> both.yaml",
            f"(echo '['; grep '\"{logical_id}\"' {resources} | sed 's/,$//'; echo ']') "
            "> resources.json",
            *_change_set(environment, stack, "--template-body file://both.yaml", "resources.json"),
        ]
    )


def _drift(environment: Environment, stack: str) -> list[str]:
    which = f"--stack-name {stack}"
    modified = "--stack-resource-drift-status-filters MODIFIED DELETED"
    return [
        _aws(environment, "detect-stack-drift", which),
        _aws(environment, "describe-stack-resource-drifts", which, modified),
    ]


def _terraform(environment: Environment, facts: TablesFacts) -> Iterator[str]:
    table = _table_of(environment, facts)
    file, root = terraform_file(table.key), terraform_folder(None)
    copied = f"{root}/{file.rpartition('/')[2]}"
    yield "#### By its state"
    yield (
        "**The state still owns the table**: import nothing. The plan must say that nothing "
        "changes; the report calls this and the next case `no_stack`, because only a plan tells "
        "them apart:"
    )
    yield shell([f"terraform -chdir={root} plan"])
    yield (
        "**The plan wants to create the table**, so that it was dropped from the state: import it "
        "with all that hangs on it. The plan must import and destroy nothing; the last one must "
        "say that nothing changes:"
    )
    yield shell(
        [
            f"cp {file} {copied}",
            f"terraform -chdir={root} plan -out=plan.tfplan",
            f"terraform -chdir={root} apply plan.tfplan",
            f"rm {copied}",
            f"terraform -chdir={root} plan",
        ]
    )


def _table_of(environment: Environment, facts: TablesFacts) -> Table:
    return next(each for each in environment.tables if each.name == facts.tables[0].name)


def _pointers(environment: Environment) -> Iterator[str]:
    named = [
        (table, name)
        for table in environment.tables
        if (name := pointer_name(environment, table)) is not None
    ]
    if not named:
        return
    table, name = named[0]
    yield "### The pointer"
    yield (
        "A parameter holds the name of the live table, for whoever asks it. A restore moves it "
        'only where told to (`--repoint`, or `"repoint": true` in the request), as its last step '
        "and only after the proof. To look at it, and to move it by hand:"
    )
    yield shell(
        [
            f"aws ssm get-parameter --region {environment.region} --name {name} "
            "--query Parameter.Value",
            f"aws ssm put-parameter --region {environment.region} --name {name} --overwrite \\\n"
            f"  --value {table.name}",
        ]
    )


def _aws(environment: Environment, operation: str, *arguments: str) -> str:
    return _command(f"aws cloudformation {operation}", f"--region {environment.region}", *arguments)


def _command(*words: str) -> str:
    return " \\\n  ".join(words)
