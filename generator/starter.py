"""`holdfast init`: a commented environment to begin with, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from generator.errors import Mistake, Mistakes
from generator.schema import schema_text

_STARTER = """\
# yaml-language-server: $schema=schema.json
# One environment: an account, a Region and the tables to protect there.
project: shop
environment: dev
account_id: "111111111111" # yours, in quotes
region: eu-central-1
tags: {owner: platform}

principals:
  # Who may destroy backups, vaults and keys in an emergency. Nobody else can, so name someone real:
  # `role: NAME` for an IAM role, `permission_set: NAME` for single sign-on.
  break_glass: [{permission_set: EmergencyAdmin}]
  # Who deploys: may change policies and plans, never destroy.
  deploy: [{role: Deploy}]

alerts:
  subscriptions:
    oncall: {email: oncall@example.com}

# The built-in classes: `standard` is 35 days of point-in-time recovery and a daily backup kept
# 35 days; `critical` adds deletion protection and a monthly backup kept a year.
defaults: {protection: standard}

tables:
  orders:
    partition_key: {name: order_id, type: S}
    sort_key: {name: item_id, type: S}
    deletion_protection: true
  # A table that is defined elsewhere; Holdfast only protects it:
  # sessions: {existing: true}
"""


def write_starter(directory: Path) -> Iterator[str]:
    """Write the starter below `directory` and yield what to tell the user.

    Raises `Mistakes` for what cannot be written; existing files stay as they are.
    """
    folder = directory / "environments"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (("dev.yaml", _STARTER), ("schema.json", schema_text())):
            yield _written(folder / name, text)
    except OSError as error:
        cause = f"{folder} cannot be written: {error.strerror}"
        raise Mistakes(
            [Mistake(cause, "name another folder, or correct its permissions")]
        ) from None
    yield ""
    yield f"Next: put your account, Region, tables and principals into {folder / 'dev.yaml'}, then"
    yield ""
    if directory != Path():
        yield f"  cd {directory}"
    yield "  holdfast generate    # writes output/dev/ with a README of its own"
    yield "  holdfast lint        # cfn-lint, terraform and Holdfast's own rules"
    yield "  holdfast explain     # what protects each table, and what does not"
    yield ""
    yield "Tables that exist already: `holdfast adopt --help`."


def _written(path: Path, text: str) -> str:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return f"{path} exists and stays as it is"
    return f"{path} written"
