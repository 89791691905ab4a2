"""The tracers set everything there is to set, and every value can be told from every other one."""

from __future__ import annotations

from collections import Counter

import pytest

from generator import pipeline
from tests.parity.fields import Entry, entries, reachable
from tests.parity.rendering import TRACERS, all_names, cases, loaded

# Fields that repeat what stands elsewhere, because they name it.
NAMES_OF_OTHERS = frozenset(
    {
        "defaults.protection",
        "export_bucket.replicas.*.to",
        "export_bucket.to",
        "guardrails.break_glass_role.role",
        "project",
        "protections.*.backups.*.copies.*.to",
        "protections.*.backups.*.copies.*.vault",
        "protections.*.backups.*.vault",
        "tables.*.protection",
        "tables.*.stack",
    }
)
# What no template of both engines shows, and who reads it.
NOT_IN_BOTH = {
    "accepts.*": "names files; the workspace reads them (tests/unit/test_workspace.py)",
    "deploy.artifacts_bucket": "the template bootstrap, in CloudFormation only",
    "deploy.terraform_backend.s3.bucket": "backend.tf, in Terraform only",
    "deploy.terraform_backend.s3.dynamodb_table": "backend.tf, in Terraform only",
    "deploy.terraform_backend.s3.key": "backend.tf, in Terraform only",
    "deploy.terraform_backend.s3.kms_key_id": "backend.tf, in Terraform only",
    "deploy.terraform_backend.s3.region": "backend.tf, in Terraform only",
    "deploy.terraform_backend.s3.use_lockfile": "backend.tf, in Terraform only",
    "guardrails.backup_administrator.permission_sets.*": "IAM cannot attach to them; the README",
    "guardrails.break_glass_role.role": "changing it alone is a mistake; principals name it too",
    "guardrails.deny_destroy.permission_sets.*": "IAM cannot attach to them; the README",
    "guardrails.operator.permission_sets.*": "IAM cannot attach to them; the README",
    "guardrails.service_control_policy.attached": "`holdfast lint` and `explain` read it",
    "guardrails.service_control_policy.organizations_policy.management_account_id": (
        "provider.tf of a root of its own, in Terraform only"
    ),
    "export_bucket.replicas.*.to": "there is one destination to name",
    "export_bucket.to": "there is one destination to name",
    "export_bucket.object_lock_unverified": "a consent; without it, a mistake",
    "export_bucket.replicas.*.object_lock.i_understand_this_cannot_be_undone": (
        "a consent; without it, a mistake"
    ),
    "kind": "changing it alone is a mistake: each kind has a tracer of its own",
    "lint.accept.*": "`holdfast lint` reads it",
    "lint.accept.* (its name)": "`holdfast lint` reads it",
    "protections.*.backups.*.copies.* (its name)": "a name to merge by; the output has none",
    "protections.*.exports.tiers.accept_thaw_hours": "a consent; `points` reads it",
    "recovery.refill_sources.* (its name)": "a name to merge by; the output has none",
    "tables.*.attributes.* (its name)": "renaming it here alone is a mistake",
    "vaults.*.lock.i_understand_this_cannot_be_undone": "a consent; without it, a mistake",
}


def written(name: str) -> list[Entry]:
    """Return what the file says itself, not what is built in."""
    document = loaded(name).document
    return [entry for entry in entries(document.data) if document.mark(entry.path).line]


def fields() -> list[str]:
    """Return what the tracers set: fields, and the names in maps."""
    names = {entry.name for name in TRACERS for entry in written(name)}
    maps = {
        f"{entry.name} (its name)" for name in TRACERS for entry in written(name) if entry.is_name
    }
    return sorted(names | maps)


def holds_a_value(field: str) -> bool:
    """Return whether a field is more than a container of others."""
    if field.endswith(" (its name)"):
        return True
    values = [entry.value for name in TRACERS for entry in written(name) if entry.name == field]
    return not any(isinstance(value, dict | list) and "Statement" not in value for value in values)


def test_every_field_of_every_model_is_set() -> None:
    set_somewhere = {
        (entry.model, entry.path[-1])
        for name in TRACERS
        for entry in written(name)
        if entry.model is not None
    }
    models = reachable()
    assert len(models) > 30, "the walk does not reach the models"
    missing = {
        f"{model.__name__}.{field}"
        for model in models
        for field in model.model_fields
        if (model, field) not in set_somewhere
    }
    assert not missing, "set it in tests/environments/tracer.yaml"


def test_values_are_distinct() -> None:
    counts = Counter(
        entry.value
        for name in TRACERS
        for entry in written(name)
        if isinstance(entry.value, str | int)
        and not isinstance(entry.value, bool)
        and not entry.literals
        and entry.name not in NAMES_OF_OTHERS
    )
    assert len(counts) > 130
    assert not [value for value, count in counts.items() if count > 1]


@pytest.mark.parametrize("name", all_names())
def test_environments_are_legal_and_of_their_own_name(name: str) -> None:
    assert loaded(name).environment.name == (name if name != "hostile" else "yes-no-1e3")


def test_minimal_says_nothing_that_may_be_left_out() -> None:
    assert sorted({entry.name for entry in written("minimal")}) == [
        "account_id",
        "environment",
        "principals",
        "principals.break_glass",
        "principals.break_glass.*",
        "principals.break_glass.*.role",
        "project",
        "region",
        "tables",
        "tables.*",
        "tables.*.partition_key",
        "tables.*.partition_key.name",
        "tables.*.partition_key.type",
    ]


def test_hostile_texts_look_like_code() -> None:
    texts = "".join(
        str(part) for entry in written("hostile") for part in (entry.path[-1], entry.value)
    )
    odd = ["${", "%{", "$${", "%%{", '"', "'", "\\", "\n", "\t", "#", "//", "/*", "<<", "{{", "{%"]
    odd += ["\u00a0", "\u200b", "é", "日本語", "🜁", "Fn::Sub", "!Ref", "null", "yes", "1e3"]
    assert [text for text in odd if text not in texts] == []


def test_what_is_not_in_both_is_a_field() -> None:
    assert NOT_IN_BOTH.keys() <= set(fields())


@pytest.mark.parametrize("engine", ["bootstrap", "backend"])
def test_what_one_engine_alone_has_is_read(engine: str) -> None:
    base = pipeline.render(loaded("tracer").environment).files
    waiting = [field for field, where in NOT_IN_BOTH.items() if engine in where]
    assert waiting
    wanted = {
        "bootstrap": ["cloudformation/bootstrap.yaml"],
        "backend": ["terraform/backend.tf"],
    }[engine]
    for case in cases("tracer"):
        if case.variant.kind == "changed" and case.variant.entry.name in waiting:
            files = pipeline.render(case.variant.environment).files
            assert [name for name in files if files[name] != base[name]] == wanted
            waiting.remove(case.variant.entry.name)
    assert waiting == []
