"""The part of the guide with the exact commands that deploy, in their order."""

from __future__ import annotations

from collections.abc import Iterator

from blueprints import catalog
from generator.pipeline import CLOUDFORMATION, TERRAFORM, Tree
from generator.spec.resolved import Environment, stack_name


def sections(tree: Tree) -> Iterator[str]:
    """Yield the sections in their order."""
    environment = tree.environment
    yield "## Deploy"
    yield _before(environment)
    if CLOUDFORMATION in tree.engines:
        yield "### With CloudFormation"
        yield "Once for the account and Region: the bucket that takes templates and function code."
        yield _shell([_bootstrap(environment)])
        yield "Then, and after every change:"
        yield _shell(_deployments(tree))
    if TERRAFORM in tree.engines:
        yield from _with_terraform(environment)
    if len(tree.engines) > 1:
        yield "Use one engine for an environment, never both: the second finds the names taken."


def _with_terraform(environment: Environment) -> Iterator[str]:
    yield "### With Terraform"
    yield _shell(_terraform())
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
        lines.append(f"Destinations come first: {names}.")
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


def _bootstrap(environment: Environment) -> str:
    return _command(
        "aws cloudformation deploy",
        f"--region {environment.region}",
        f"--stack-name {stack_name(environment, 'bootstrap')}",
        "--template-file cloudformation/bootstrap.yaml",
    )


def _deployments(tree: Tree) -> list[str]:
    environment = tree.environment
    return [
        _command(
            "aws cloudformation deploy",
            f"--region {environment.region}",
            f"--stack-name {stack_name(environment, part.facts.template)}",
            f"--template-file cloudformation/{part.facts.template}.yaml",
            f"--s3-bucket {environment.artifacts_bucket}",
            "--capabilities CAPABILITY_NAMED_IAM",
            "--no-fail-on-empty-changeset",
        )
        for part in tree.parts
        if part.blueprint.NAME not in catalog.CLOUDFORMATION_ONLY
    ]


def _terraform() -> list[str]:
    return [
        "terraform -chdir=terraform init",
        "terraform -chdir=terraform plan -out=plan.tfplan",
        "terraform -chdir=terraform apply plan.tfplan",
    ]


def _command(*words: str) -> str:
    return " \\\n  ".join(words)


def _shell(commands: list[str]) -> str:
    return "```sh\n" + "\n".join(commands) + "\n```"
