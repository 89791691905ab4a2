"""The part of the guide with the exact commands that deploy, in their order."""

from __future__ import annotations

from collections.abc import Iterator

from blueprints import catalog
from blueprints.names import export_owner, export_place, export_replicas
from generator.bundle import FOLDER as FUNCTIONS
from generator.bundle import MANIFEST
from generator.pipeline import CLOUDFORMATION, TERRAFORM, Part, Tree, terraform_folder
from generator.spec.resolved import Environment, stack_name


def sections(tree: Tree) -> Iterator[str]:
    """Yield the sections in their order."""
    environment = tree.environment
    yield "## Deploy"
    yield _before(environment)
    if tree.bundles:
        yield (
            f"The code of functions lies in `{FUNCTIONS}/` and is not committed: in a fresh clone "
            f"run `holdfast generate {environment.name}` first. Same version, same bytes: "
            f"`{MANIFEST}` has their hashes."
        )
    if CLOUDFORMATION in tree.engines:
        yield "### With CloudFormation"
        yield "Once for the account and Region: the bucket that takes templates and function code."
        yield shell([_bootstrap(environment)])
        yield "Then, and after every change:"
        yield shell(_deployments(tree))
        yield from _of_others(tree)
    if TERRAFORM in tree.engines:
        yield from _with_terraform(tree)
    if len(tree.engines) > 1:
        yield "Use one engine for an environment, never both: the second finds the names taken."


def _with_terraform(tree: Tree) -> Iterator[str]:
    environment = tree.environment
    yield "### With Terraform"
    yield shell(_terraform(terraform_folder(None)))
    roots = {
        part.elsewhere.root: part.elsewhere.account_id
        for part in tree.parts
        if part.elsewhere is not None and part.elsewhere.root is not None
    }
    for root, account_id in roots.items():
        yield f"With credentials of account `{account_id}`, which has a state of its own:"
        yield shell(_terraform(terraform_folder(root)))
    if environment.spec.deploy.terraform_backend is None:
        yield (
            "No `deploy.terraform_backend` is named, so the state lies in `terraform/`: keep it "
            "safe, and out of version control."
        )
    yield (
        "Keys, vaults and tables carry `prevent_destroy`: no plan destroys or replaces one while "
        "it is in the environment file. **Taking one out of the file takes that guard away with "
        "it, and the next apply would destroy it.** To let go of a table and keep it, run "
        "`terraform -chdir=terraform state rm ADDRESS` first; `holdfast generate` prints a warning "
        "with the address. CloudFormation keeps whatever leaves a template."
    )


def _before(environment: Environment) -> str:
    lines = [
        "Run the commands in this folder, with credentials of account "
        f"`{environment.account_id}` (`aws sts get-caller-identity` shows whose you have).",
    ]
    if environment.destinations:
        names = ", ".join(f"`{name}` (`../{name}/`)" for name in environment.destinations)
        lines.append(f"Destinations come first: {names}.{_buckets_first(environment)}")
    if environment.sources:
        names = ", ".join(f"`{source.name}`" for source in environment.sources)
        lines.append(f"This is a destination: deploy it before {names}.")
    if environment.spec.principals.deploy:
        lines.append(
            "Deploy as one of `principals.deploy`: key and vault policies let nobody else, "
            "break-glass apart, change them later, and KMS refuses a key policy that would lock "
            "out its author."
        )
        lines.append(
            "If the very first deployment of a stack fails, CloudFormation cannot clear its keys "
            "and vaults away again, because nobody but break-glass may: delete the stack as "
            "break-glass, then deploy again."
        )
    else:
        lines.append(
            "`principals.deploy` is empty, so only break-glass can change keys and vaults: "
            "deploy as break-glass, or name the role that deploys."
        )
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def _buckets_first(environment: Environment) -> str:
    """Return which of them have to have a bucket before the template of exports is deployed."""
    if export_place(environment) is None:
        return ""
    owner, replicas = export_owner(environment), export_replicas(environment)
    there = [] if owner is environment else [owner.name]
    there += [each.name for each, _ in replicas.values()]
    names = ", ".join(f"`{name}`" for name in there)
    return (
        f" The template `exports` here needs the buckets that `exports` of {names} makes."
        if there
        else ""
    )


def _bootstrap(environment: Environment) -> str:
    return _command(
        "aws cloudformation deploy",
        f"--region {environment.region}",
        f"--stack-name {stack_name(environment, 'bootstrap')}",
        "--template-file cloudformation/bootstrap.yaml",
    )


def _deployments(tree: Tree) -> list[str]:
    return [
        command
        for part in tree.parts
        if part.blueprint.NAME not in catalog.CLOUDFORMATION_ONLY
        and (part.elsewhere is None or part.elsewhere.account_id == tree.environment.account_id)
        for command in (*_package(tree.environment, part), _deployment(tree.environment, part))
    ]


def _of_others(tree: Tree) -> Iterator[str]:
    """Yield the commands of templates that belong into other accounts."""
    commands: dict[str, list[str]] = {}
    for part in tree.parts:
        there = part.elsewhere
        if there is not None and there.account_id != tree.environment.account_id:
            commands.setdefault(there.account_id, []).append(_deployment(tree.environment, part))
    for account_id, of_account in commands.items():
        yield f"With credentials of account `{account_id}`:"
        yield shell(of_account)


def _package(environment: Environment, part: Part) -> Iterator[str]:
    """Yield the command that uploads the code of a template's functions, where it has any.

    https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html
    """
    if has_functions(part):
        yield _command(
            "aws cloudformation package",
            f"--region {environment.region}",
            f"--template-file cloudformation/{part.facts.template}.yaml",
            f"--s3-bucket {environment.artifacts_bucket}",
            f"--output-template-file {packaged(part)}",
        )


def has_functions(part: Part) -> bool:
    """Return whether a template names local zips, so that it has to be packaged."""
    return bool(getattr(part.facts, "bundles", ()))


def packaged(part: Part) -> str:
    """Return where the packaged template goes: beside the zips, which nobody commits either."""
    return f"{FUNCTIONS}/{part.facts.template}.packaged.yaml"


def _deployment(environment: Environment, part: Part) -> str:
    """Return the command of one template.

    CloudFormation reads an uploaded template from a bucket of its own Region and account only, so
    a template elsewhere is sent as it is, which 51,200 bytes are enough for.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """
    there = part.elsewhere
    uploaded = (f"--s3-bucket {environment.artifacts_bucket}",) if there is None else ()
    template = f"cloudformation/{part.facts.template}.yaml"
    return _command(
        "aws cloudformation deploy",
        f"--region {environment.region if there is None else there.region}",
        f"--stack-name {stack_name(environment, part.facts.template)}",
        f"--template-file {packaged(part) if has_functions(part) else template}",
        *uploaded,
        "--capabilities CAPABILITY_NAMED_IAM",
        "--no-fail-on-empty-changeset",
    )


def _terraform(root: str) -> list[str]:
    return [
        f"terraform -chdir={root} init",
        f"terraform -chdir={root} plan -out=plan.tfplan",
        f"terraform -chdir={root} apply plan.tfplan",
    ]


def _command(*words: str) -> str:
    return " \\\n  ".join(words)


def shell(commands: list[str]) -> str:
    """Return commands as a block of Markdown."""
    return "```sh\n" + "\n".join(commands) + "\n```"
