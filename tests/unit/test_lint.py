from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from generator import workspace
from generator.errors import Mark, Mistake, Mistakes
from generator.generate import rendered
from generator.lint import posture
from generator.lint.findings import Acceptance, Finding, accepting, mistaken
from generator.lint.leaves import check_leaves
from generator.lint.templates import lint_templates
from generator.workspace import Loaded
from tests.unit.command import holdfast

CLEAN = """\
project: shop
environment: dev
account_id: "111111111111"
region: eu-central-1
principals: {break_glass: [{role: BreakGlass}], deploy: [{role: Deploy}]}
alerts: {subscriptions: {oncall: {email: oncall@shop.test}}}
deploy: {terraform_backend: {s3: {bucket: tfstate, region: eu-central-1}}}
vaults: {main: {lock: {min_retention_days: 7}}}
tables: {orders: {partition_key: {name: id, type: S}, deletion_protection: true}}
"""
# These notes tell of AWS and stand until somebody accepts them.
ALWAYS = {"HF009": "region", "HF012": "principals.deploy.0", "HF019": "alerts"}
ACCEPTED = "lint: {accept: {HF009: switched on, HF012: bound by an SCP, HF019: trail seen}}\n"
ARCHIVE = """\
extends: clean.yaml
kind: destination
environment: archive
account_id: "999999999999"
tables: null
accepts: [case.yaml]
"""
FAR = "arn:aws:backup:eu-west-1:999999999999:backup-vault:far"


WEEKLY = (
    "exports: {full_schedule: rate(7 days), incremental_every_hours: 24, delete_after_days: 365}"
)


def copies(copy: str) -> str:
    return f"protections: {{standard: {{backups: {{daily: {{copies: {{far: {copy}}}}}}}}}}}"


# One fault each, in a file that extends the clean one, and the places that are to blame.
CASES: dict[str, tuple[str, set[str]]] = {
    "HF001": (
        "tables: {orders: {point_in_time_recovery: {enabled: false}}}",
        {"tables.orders"},
    ),
    "HF002": (
        "protections: {bare: {point_in_time_recovery: {}}}\n"
        "tables: {orders: {protection: bare}}\nvaults: {main: null}",
        {"tables.orders"},
    ),
    "HF003": ("tables: {orders: {deletion_protection: false}}", {"tables.orders"}),
    "HF004": ("vaults: {main: {lock: null}}", {"vaults.main"}),
    "HF005": (
        "protections: {critical: {backups: {monthly: null}}}\n"
        "tables: {orders: {protection: critical}}\nvaults: {main: null}",
        {"tables.orders"},
    ),
    "HF006": ("alerts: null", {"environment"}),
    "HF007": (
        copies("{to: archive, delete_after_days: 120, cold_storage_after_days: 30}"),
        {"protections.standard.backups.daily.copies.far"},
    ),
    "HF008": ("protections: {spare: {deletion_protection: true}}", {"protections.spare"}),
    "HF010": (
        # Nobody looks hourly where nothing is rendered that could.
        "protections: {standard: {backups: {daily: {schedule: cron(0 4 1 * ? *)}}}}\n"
        "recovery: {enabled: false}",
        {"protections.standard.backups.daily"},
    ),
    "HF011": (
        copies(f"{{vault_arn: '{FAR}', delete_after_days: 35}}"),
        {"protections.standard.backups.daily.copies.far"},
    ),
    "HF013": ("vaults: {spare: {lock: {min_retention_days: 7}}}", {"vaults.spare"}),
    "HF014": ("principals: {deploy: null}", {"principals"}),
    "HF015": ("tables: {old: {existing: true}}", {"tables"}),
    "HF016": ("deploy: {terraform_backend: null}", {"environment"}),
    "HF017": ("region: eu-central-9", {"region"}),
    "HF020": (
        "tables:\n"
        + "".join(
            f"  t{number:03}: {{partition_key: {{name: id, type: S}}, deletion_protection: true}}\n"
            for number in range(40)
        ),
        {"table_name_pattern"},
    ),
    "HF021": ("export_bucket: {replicas: {far: {to: archive}}}", {"export_bucket"}),
    "HF022": (
        f"protections: {{standard: {{{WEEKLY}, select_by_tag: {{key: backup, value: 'yes'}}}}}}",
        {"protections.standard.exports"},
    ),
    "HF023": (
        f"protections: {{standard: {{{WEEKLY}}}, "
        f"long: {{point_in_time_recovery: {{}}, {WEEKLY.replace('365', '730')}}}}}\n"
        "export_bucket: {replicas: {far: {to: archive, object_lock: {retention_days: 400}}}}\n"
        f"tables: {{sums: {{existing: true, protection: long}}}}",
        {"export_bucket.replicas.far.object_lock"},
    ),
}
# Without alerts no alarm notices silence either.
# A class of its own has no backups, and a table defined elsewhere is nobody's to check.
CONSEQUENCES = {"HF006": {"HF010"}, "HF023": {"HF002", "HF015"}}
Folder = Callable[..., Loaded]


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """Load an environment that is clean but for what is written."""
    monkeypatch.chdir(tmp_path)

    def of(more: str = "", **files: str) -> Loaded:
        folder = Path("environments")
        folder.mkdir(exist_ok=True)
        text = f"extends: clean.yaml\nenvironment: case\n{more}\n"
        for name, content in {"clean": CLEAN, "case": text, **files}.items():
            (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
        (loaded,) = workspace.load(["case"])
        return loaded

    return of


def found(loaded: Loaded) -> set[tuple[str, str]]:
    return {(finding.rule, finding.path) for finding in posture.check(loaded)}


# --- our own rules --------------------------------------------------------------------------------


def test_a_clean_environment_has_the_notes_about_aws_only(case: Folder) -> None:
    assert found(case()) == set(ALWAYS.items())
    assert {rule.severity for rule in posture.RULES if rule.id in ALWAYS} == {"note"}


@pytest.mark.parametrize("rule", sorted(CASES))
def test_each_rule_finds_its_fault_and_nothing_else(case: Folder, rule: str) -> None:
    more, places = CASES[rule]
    new = found(case(more, archive=ARCHIVE)) - set(ALWAYS.items())
    assert {path for id_, path in new if id_ == rule} == places
    assert {id_ for id_, _ in new} == {rule} | CONSEQUENCES.get(rule, set())


def test_the_hourly_look_covers_what_no_alarm_on_jobs_can(case: Folder) -> None:
    seldom = "protections: {standard: {backups: {daily: {schedule: cron(0 4 1 * ? *)}}}}\n"
    assert found(case(seldom)) == set(ALWAYS.items())
    off = f"{seldom}alerts: {{freshness_alarms: false}}\n"
    assert {rule for rule, _ in found(case(off)) - set(ALWAYS.items())} == {"HF010"}


def test_a_function_that_switches_the_region_on_leaves_nothing_to_find(case: Folder) -> None:
    left = set(ALWAYS.items()) - {("HF009", "region")}
    assert found(case("manage_region_settings: true")) == left


def test_every_rule_has_a_case() -> None:
    # What is judged from rendered trees has its cases in tests/unit/authority.
    assert {rule.id for rule in posture.RULES if rule.check} == CASES.keys() | ALWAYS.keys()


def test_findings_stand_where_the_value_was_written(case: Folder) -> None:
    loaded = case("tables: {orders: {deletion_protection: false}}")
    places = {finding.rule: finding.place for finding in posture.check(loaded)}
    assert places["HF003"] == "environments/case.yaml:3:10"
    assert places["HF009"] == "environments/clean.yaml:4:1"


def test_rules_are_numbered_once_and_say_why_and_what_to_do() -> None:
    ids = [rule.id for rule in posture.RULES]
    assert ids == sorted(set(ids))
    for rule in posture.RULES:
        assert re.fullmatch(r"HF0[0-9]{2}", rule.id)
        assert rule.reason.endswith(".")
        assert not rule.fix.endswith(".")
        assert rule.title[0].isupper()
        assert Counter(rule.controls) == Counter(set(rule.controls))


# --- findings and what is accepted ----------------------------------------------------------------


def finding(rule: str, path: str, severity: str = "error") -> Finding:
    return Finding(rule=rule, severity=severity, place="f.yaml:1:1", path=path, message="m")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "bound",
    [
        "service_control_policy: {attached: true}",
        "deny_destroy: {roles: [Deploy]}",
    ],
)
def test_who_deploys_is_bound_by_either_policy(case: Folder, bound: str) -> None:
    assert "HF012" in {each.rule for each in posture.check(case())}
    loaded = case(f"guardrails: {{{bound}}}")
    assert "HF012" not in {each.rule for each in posture.check(loaded)}


def test_findings_are_accepted_everywhere_or_in_one_place() -> None:
    findings = [finding("HF001", "tables.a"), finding("HF001", "tables.b"), finding("HF002", "x")]

    def reasons(*keys: str) -> tuple[list[str | None], list[str]]:
        accepted = {key: Acceptance(reason=f"{key}!", mark=Mark("f.yaml", 9, 1)) for key in keys}
        judged, unused = accepting(findings, accepted)
        assert [replace(each, acceptance=None) for each in judged] == findings
        assert [each.fails for each in judged] == [each.acceptance is None for each in judged]
        return [each.acceptance and each.acceptance.reason for each in judged], unused

    assert reasons() == ([None, None, None], [])
    assert reasons("HF001") == (["HF001!", "HF001!", None], [])
    assert reasons("HF001:tables.b") == ([None, "HF001:tables.b!", None], [])
    assert reasons("HF001:tables.c") == ([None, None, None], ["HF001:tables.c"])
    # The narrower reason counts; the wider one is used by the other table.
    both = reasons("HF001", "HF001:tables.b")
    assert both == (["HF001!", "HF001:tables.b!", None], [])


@pytest.mark.parametrize(
    ("place", "mark"),
    [
        ("a b:c.yaml:3:14", Mark("a b:c.yaml", 3, 14)),
        ("output/dev/x.tf:7", Mark("output/dev/x.tf", 7, 1)),
        ("output/dev", Mark("output/dev", 0, 0)),
        ("", Mark("", 0, 0)),
    ],
)
def test_a_place_is_read_in_its_parts(place: str, mark: Mark) -> None:
    assert replace(finding("HF001", "x"), place=place).mark == mark


def test_mistakes_can_be_shown_as_findings() -> None:
    where = Mark("f.yaml", 2, 1)
    told = mistaken(Mistakes([Mistake("is far", "go", ("region",), where), Mistake("no file")]))
    assert [(str(each), each.mark) for each in told] == [
        (": error mistake: no file", Mark("", 0, 0)),
        ("f.yaml:2:1: error mistake: region: is far\n    fix: go", where),
    ]


def test_only_notes_pass() -> None:
    assert [finding("HF1", "", severity).fails for severity in ("error", "warning", "note")] == [
        True,
        True,
        False,
    ]
    assert str(finding("HF1", "x")) == "f.yaml:1:1: error HF1: m"
    assert str(replace(finding("HF1", "x"), fix="mend it")).endswith("m\n    fix: mend it")


# --- the cheap part of parity ---------------------------------------------------------------------


def test_a_leaf_that_one_output_lacks_is_our_defect(case: Folder) -> None:
    (tree,) = rendered([case()])
    assert check_leaves(tree) == []
    part = next(part for part in tree.parts if part.facts.template == "tables")
    assert part.terraform is not None
    literals = tuple(value for value in part.terraform.literals if value != "PAY_PER_REQUEST")
    broken = replace(part, terraform=replace(part.terraform, literals=literals))
    (told,) = check_leaves(replace(tree, parts=(broken,)))
    assert (told.rule, told.severity) == ("HF900", "error")
    assert told.message == (
        "tables.0.billing_mode = 'PAY_PER_REQUEST' of tables is missing in Terraform"
    )


# --- the whole command ----------------------------------------------------------------------------


def test_cfn_lint_findings_name_the_output_file_and_all_of_them_fail(tmp_path: Path) -> None:
    template = """\
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub plain}}
  Table: {Type: AWS::DynamoDB::Table, Properties: {Bogus: 1}}
"""
    tree = SimpleNamespace(
        environment=SimpleNamespace(name="dev", region="eu-central-1"),
        files={"cloudformation/x.yaml": template, "README.md": "no template"},
    )
    findings = lint_templates([tree], tmp_path)  # type: ignore[list-item]
    assert {each.rule for each in findings} >= {"E3002", "W1020", "I3011"}
    assert {each.place.partition(":")[0] for each in findings} == {
        "output/dev/cloudformation/x.yaml"
    }
    assert all(each.fails for each in findings)


@pytest.fixture
def without_terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("without_terraform")
def test_lint_of_a_clean_environment(case: Folder) -> None:
    case(ACCEPTED)
    result = holdfast("lint", "case")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines() == [
        "terraform is not installed: fmt and validate are skipped",
        "environments: 1, findings: 0, notes: 0",
    ]


@pytest.mark.usefixtures("without_terraform")
def test_lint_with_findings_as_json(case: Folder) -> None:
    case("alerts: null\nlint: {accept: {HF009: yes it is on, HF005: never found}}")
    result = holdfast("lint", "case", "--format", "json")
    assert result.exit_code == 1
    findings = [each for each in json.loads(result.stdout) if each["accepted"] is None]
    assert [(each["rule"], each["severity"], each["path"]) for each in findings] == [
        ("HF006", "error", "environment"),
        ("HF010", "note", "protections.standard.backups.daily"),
        ("HF012", "note", "principals.deploy.0"),
        ("HF099", "warning", "lint.accept.HF005"),
    ]
    assert findings[3]["place"] == "environments/case.yaml:4:38"


def test_lint_of_mistakes_is_bad_input(case: Folder) -> None:
    case()
    Path("environments", "case.yaml").write_text("extends: clean.yaml\nregion: mars\n")
    result = holdfast("lint", "environments/case.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("environments/case.yaml:2:1: region: ")
