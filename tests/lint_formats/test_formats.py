"""Every format is what the tools that read it accept, and says what was found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from click.testing import Result

from generator.cli import FORMAT, lint
from generator.errors import Mark
from generator.lint import OTHERS, posture
from generator.lint.findings import Acceptance, Finding
from generator.lint.formats import FORMATS, formatted
from generator.lint.formats.places import from_root
from generator.lint.formats.scope import Scope
from tests.lint_formats import judges
from tests.unit.command import holdfast

NODE = pytest.mark.node
# Everything that an escape can get wrong.
ODD = 'a "b" <c> & 100%, %0A: d\ne\rf \x00\x1b \ud7ff ü 🔒'
FINDING = Finding(
    rule="HF001",
    severity="error",
    place="environments/a b,%:c.yaml:3:4",
    path="tables.ü",
    message=ODD,
    fix=ODD,
    subject="dev",
)
TOOL = replace(
    FINDING,
    rule="E3002",
    place="output/dev/cloudformation/tables.yaml:7:3",
    origin=Mark("environments/dev.yaml", 9, 3),
)
ACCEPTED = replace(
    FINDING, acceptance=Acceptance(reason=ODD, mark=Mark("environments/dev.yaml", 1, 2))
)
NOWHERE = replace(FINDING, severity="warning", rule="terraform-init", place="terraform")
NOTE = replace(FINDING, severity="note", rule="HF003", fix="")
EVERY = (FINDING, TOOL, ACCEPTED, NOWHERE, NOTE)
SCOPE = Scope(
    rules=(*posture.RULES, *OTHERS), subjects=("dev", "prod"), skipped={"HF017": "not today"}
)
# There is no address to give; the Multitool asks for one.
NO_ADDRESS = "SARIF2005 runs[0].tool.driver Holdfast"


@pytest.fixture(autouse=True)
def _no_terraform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.lint.installed", lambda: None)


def written(folder: Path, form: str, findings: tuple[Finding, ...] = EVERY) -> Path:
    file = folder / f"findings.{form}"
    file.write_text(formatted(findings, form, SCOPE), encoding="utf-8")
    return file


# --- the command ----------------------------------------------------------------------------------


def test_the_option_offers_every_format() -> None:
    (option,) = (parameter for parameter in lint.params if parameter.name == "form")
    assert tuple(option.type.choices) == FORMATS  # type: ignore[attr-defined]
    assert callable(FORMAT)


@pytest.mark.parametrize("form", FORMATS)
def test_stdout_is_the_document_and_stderr_the_summary(
    reports: dict[str, Result], form: str
) -> None:
    result = reports[form]
    assert result.exit_code == 1
    every = json.loads(reports["json"].stdout)
    still_open = {
        (each["place"], each["rule"], each["message"], each["severity"])
        for each in every
        if each["accepted"] is None
    }
    notes = sum(severity == "note" for *_, severity in still_open)
    summary = f"environments: 2, findings: {len(still_open) - notes}, notes: {notes}"
    assert result.stderr.splitlines()[-1] == summary
    if form == "text":
        assert result.stdout.count(": error HF001: table orders has no") == 2
        assert "made again every night" not in result.stdout
    elif form == "github":
        assert all(line.startswith("::") for line in result.stdout.splitlines())
        assert result.stdout.count("title=HF001::table orders has no") == 2
    elif form == "junit":
        assert ET.fromstring(result.stdout).attrib["name"] == "holdfast"
    elif form == "sarif":
        assert len(list(results(result.stdout))) == len(every)
    else:
        assert json.loads(result.stdout) == every


@pytest.mark.parametrize("form", FORMATS)
def test_mistakes_are_bad_input_and_annotated_for_github_only(project: Path, form: str) -> None:
    (project / "environments" / "dev.yaml").write_text("environment: dev\nregion: mars\n")
    result = holdfast("lint", "--format", form)
    assert result.exit_code == 2
    assert "environments/dev.yaml:2:1: region: " in result.stderr
    lines = result.stdout.splitlines()
    if form != "github":
        assert lines == []
        return
    assert len(lines) == int(result.stderr.splitlines()[-1].split()[0])
    (region,) = (line for line in lines if "line=2" in line)
    assert region.startswith(
        "::error file=infra/environments/dev.yaml,line=2,col=1,title=mistake::region: "
    )


# --- text and JSON --------------------------------------------------------------------------------


def test_people_read_what_is_open_and_equal_findings_once() -> None:
    other = replace(FINDING, subject="prod")
    assert formatted([FINDING, other, ACCEPTED], "text") == f"{FINDING}\n"
    assert formatted([], "text") == ""


def test_programs_read_everything() -> None:
    first, tool, accepted, nowhere, _ = json.loads(formatted(EVERY, "json"))
    assert first == {
        "rule": "HF001",
        "severity": "error",
        "subject": "dev",
        "file": "environments/a b,%:c.yaml",
        "line": 3,
        "column": 4,
        "place": "environments/a b,%:c.yaml:3:4",
        "path": "tables.ü",
        "message": ODD,
        "fix": ODD,
        "accepted": None,
    }
    assert (tool["file"], tool["line"], tool["place"]) == (
        "environments/dev.yaml",
        9,
        "output/dev/cloudformation/tables.yaml:7:3",
    )
    assert accepted["accepted"] == ODD
    assert (nowhere["file"], nowhere["line"], nowhere["column"]) == ("terraform", 0, 0)


# --- SARIF ----------------------------------------------------------------------------------------


def run_of(text: str) -> dict[str, Any]:
    (run,) = json.loads(text)["runs"]
    return run  # type: ignore[no-any-return]


def results(text: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield subject's file, rule and result."""
    for result in run_of(text)["results"]:
        physical = result["locations"][0]["physicalLocation"]
        yield physical["artifactLocation"]["uri"], result["ruleId"], result


@NODE
@pytest.mark.usefixtures("tools")
def test_sarif_is_what_the_standard_and_code_scanning_ask_for(tmp_path: Path) -> None:
    file = written(tmp_path, "sarif")
    log = json.loads(file.read_text(encoding="utf-8"))
    schema = json.loads(judges.SARIF_SCHEMA.read_text(encoding="utf-8-sig"))
    jsonschema.validators.validator_for(schema)(schema).validate(log)
    assert judges.sarif(file) == [NO_ADDRESS]


@NODE
@pytest.mark.usefixtures("tools")
def test_the_judges_of_sarif_judge(tmp_path: Path) -> None:
    file = written(tmp_path, "sarif")
    log = json.loads(file.read_text(encoding="utf-8"))
    del log["runs"][0]["results"][0]["locations"]
    log["runs"][0]["results"][1]["ruleIndex"] = 0
    file.write_text(json.dumps(log), encoding="utf-8")
    assert {"GH1015", "SARIF1001"} & {found.split()[0] for found in judges.sarif(file)}
    schema = json.loads(judges.SARIF_SCHEMA.read_text(encoding="utf-8-sig"))
    log["runs"][0]["results"][0]["level"] = "bad"
    with pytest.raises(jsonschema.ValidationError, match="bad"):
        jsonschema.validators.validator_for(schema)(schema).validate(log)


@NODE
@pytest.mark.usefixtures("tools")
def test_sarif_of_a_green_run_is_valid(tmp_path: Path) -> None:
    assert judges.sarif(written(tmp_path, "sarif", ())) == [NO_ADDRESS]


def test_sarif_points_at_the_environment_file_from_the_repository_root(
    reports: dict[str, Result],
) -> None:
    text = reports["sarif"].stdout
    rules = run_of(text)["tool"]["driver"]["rules"]
    for _, rule, each in results(text):
        assert rules[each["ruleIndex"]]["id"] == rule
    found = {(uri, rule): each for uri, rule, each in results(text)}
    result = found["infra/environments/dev.yaml", "HF001"]
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    assert physical["region"] == {"startLine": 11, "startColumn": 3}
    assert result["level"] == "error"
    rule = rules[result["ruleIndex"]]
    assert rule["shortDescription"] == {"text": "Point-in-time recovery"}
    assert "Add point_in_time_recovery to its protection class" in rule["help"]["text"]
    assert "Audit controls: CKV_AWS_28, " in rule["help"]["text"]
    assert "DynamoDB.2" in rule["properties"]["tags"]


def test_sarif_suppresses_what_the_file_accepts(reports: dict[str, Result]) -> None:
    suppressed = {
        (rule, each["suppressions"][0]["justification"]): each["suppressions"][0]
        for uri, rule, each in results(reports["sarif"].stdout)
        if "dev" in uri and "suppressions" in each
    }
    assert set(suppressed) == {
        ("HF002", "made again every night"),
        ("HF009", "switched on, 100%, 2026-11-02"),
    }
    (suppression,) = (each for (rule, _), each in suppressed.items() if rule == "HF002")
    assert suppression["kind"] == "inSource"
    place = suppression["location"]["physicalLocation"]
    assert place["region"] == {"startLine": 8, "startColumn": 5}


def test_sarif_fingerprints_stay_while_lines_move(
    project: Path, reports: dict[str, Result]
) -> None:
    before = list(results(reports["sarif"].stdout))
    assert len({fingerprint(each) for each in before}) == len(before) > 10
    for file in (project / "environments").iterdir():
        file.write_text("# one\n\n# three\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    after = list(results(holdfast("lint", "--format", "sarif").stdout))
    assert [fingerprint(each) for each in after] == [fingerprint(each) for each in before]
    moved = {line_of(new) - line_of(old) for old, new in zip(before, after, strict=True)}
    assert 3 in moved
    assert moved <= {0, 3}  # 0: what stands at the first line for the whole file


def fingerprint(found: tuple[str, str, dict[str, Any]]) -> str:
    (value,) = found[2]["partialFingerprints"].values()
    assert re.fullmatch(r"[0-9a-f]{32}:[0-9]+", value)
    return str(value)


def line_of(found: tuple[str, str, dict[str, Any]]) -> int:
    return int(found[2]["locations"][0]["physicalLocation"]["region"]["startLine"])


def test_sarif_numbers_equal_findings_and_relates_the_output() -> None:
    uris = list(results(formatted([FINDING, FINDING, TOOL], "sarif")))
    prints = [each["partialFingerprints"]["primaryLocationLineHash"] for _, _, each in uris]
    assert [each[-2:] for each in prints] == [":1", ":2", ":1"]
    assert [each["level"] for _, _, each in results(formatted(EVERY, "sarif"))] == [
        "error",
        "error",
        "error",
        "warning",
        "note",
    ]
    assert prints[0][:-2] == prints[1][:-2] != prints[2][:-2]
    uri, rule, tool = uris[2]
    assert (unquote(uri), rule) == (from_root("environments/dev.yaml"), "E3002")
    related = tool["relatedLocations"][0]["physicalLocation"]
    assert related["artifactLocation"]["uri"] == from_root("output/dev/cloudformation/tables.yaml")
    assert related["region"] == {"startLine": 7, "startColumn": 3}


# --- JUnit ----------------------------------------------------------------------------------------


@NODE
@pytest.mark.usefixtures("tools")
def test_junit_is_what_jenkins_reads(tmp_path: Path) -> None:
    assert judges.junit(written(tmp_path, "junit")) == []
    file = written(tmp_path, "junit", ())
    assert judges.junit(file) == []
    file.write_text(file.read_text(encoding="utf-8").replace("<testcase ", "<case ", 1))
    assert judges.junit(file) != []


def suites_of(text: str) -> dict[str, dict[str, ET.Element]]:
    return {
        suite.attrib["name"]: {
            case.attrib["name"].split(":")[0]: case for case in suite.iter("testcase")
        }
        for suite in ET.fromstring(text).iter("testsuite")
    }


def test_junit_shows_every_rule_of_every_environment(reports: dict[str, Result]) -> None:
    suites = suites_of(reports["junit"].stdout)
    assert set(suites) == {"dev", "prod"}
    root = ET.fromstring(reports["junit"].stdout)
    for count in ("tests", "failures"):
        assert int(root.attrib[count]) == sum(int(suite.attrib[count]) for suite in root) > 0
    rules = {rule.id for rule in (*posture.RULES, *OTHERS)}
    assert {frozenset(cases) for cases in suites.values()} == {frozenset(rules)}
    cases = suites["prod"]
    failure = cases["HF001"].find("failure")
    assert failure is not None
    assert failure.attrib["type"] == "HF001"
    assert (failure.text or "").startswith(
        "environments/prod.yaml:11:3: error HF001: table orders has no point-in-time recovery\n"
        "    fix: add point_in_time_recovery"
    )
    assert len(list(cases["HF006"].iter("failure"))) == 1
    assert list(cases["HF014"]) == []  # passed
    note = cases["HF003"].findtext("system-out")
    assert "note HF003: table orders has no deletion protection" in (note or "")
    assert cases["HF003"].find("failure") is None
    assert cases["HF002"].findtext("skipped") == "accepted: made again every night"
    assert cases["terraform"].findtext("skipped") == (
        "terraform is not installed: fmt and validate are skipped"
    )


def test_junit_counts_a_tool_as_one_case_and_says_what_was_not_checked() -> None:
    suites = suites_of(formatted([*EVERY, replace(TOOL, rule="W1020")], "junit", SCOPE))
    failure = suites["dev"]["cfn-lint"].find("failure")
    assert failure is not None
    assert {"error E3002", "error W1020"} <= set(re.findall(r"error \w+", failure.text or ""))
    assert suites["dev"]["terraform"].find("failure") is not None
    assert suites["prod"]["HF017"].findtext("skipped") == "not today"
    mixed = suites["dev"]["HF001"]
    assert [child.tag for child in mixed] == ["failure", "system-out"]
    assert "accepted: a " in (mixed.findtext("system-out") or "")


# --- GitHub ---------------------------------------------------------------------------------------

COMMAND = re.compile(r"::(\w+) ([^:]*)::(.*)")


def read_command(line: str) -> tuple[str, dict[str, str], str]:
    """Read a workflow command as the runner does: split first, then resolve the escapes."""
    match = COMMAND.fullmatch(line)
    assert match is not None, line
    pairs = (pair.split("=", 1) for pair in match[2].split(","))
    return match[1], {key: resolved(text) for key, text in pairs}, resolved(match[3])


def resolved(text: str) -> str:
    escapes = {"0D": "\r", "0A": "\n", "3A": ":", "2C": ",", "25": "%"}
    return re.sub("%(0D|0A|3A|2C|25)", lambda match: escapes[match[1]], text)


def test_github_reads_back_what_was_found() -> None:
    lines = formatted(EVERY, "github").split("\n")
    assert lines.pop() == ""
    assert formatted(EVERY[::-1], "github").splitlines()[-2:] == lines[-2:]  # errors stay first
    commands = [read_command(line) for line in lines]
    assert [name for name, _, _ in commands] == ["error", "error", "warning", "notice"]
    _, properties, message = commands[0]
    assert properties == {
        "file": from_root("environments/a b,%:c.yaml"),
        "line": "3",
        "col": "4",
        "title": "HF001",
    }
    assert message == f"{ODD}\nfix: {ODD}"
    _, properties, message = commands[1]
    assert properties["file"] == from_root("environments/dev.yaml")
    assert message.startswith("output/dev/cloudformation/tables.yaml:7:3: a ")
    _, properties, message = commands[2]
    assert properties == {"title": "terraform-init"}
    assert message.startswith("terraform: a ")


def test_files_are_named_from_the_root_of_the_repository(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert from_root("environments/dev.yaml") == "infra/environments/dev.yaml"
    assert from_root(str(project / "x.yaml")) == "infra/x.yaml"
    assert from_root("../x.yaml") == "x.yaml"
    assert from_root("/elsewhere/x.yaml") == "/elsewhere/x.yaml"
    (tmp_path / ".git").rmdir()
    monkeypatch.chdir(project)
    assert from_root("environments/dev.yaml") == "environments/dev.yaml"
