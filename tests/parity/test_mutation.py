"""The oracle itself is tested: whatever is broken in one spelling, something has to notice.

No golden files and no `--check` take part: a mutant is judged by whether it renders, by the parity
checks with rosetta.txt and leftovers.txt, and by cfn-lint and the real `terraform validate`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.parity.judging import NO_CHANGE, Trial, by_tools
from tests.parity.mutants import Mutant, mutants
from tests.parity.rosetta import LEFTOVERS

EQUIVALENT = Path(__file__).parent / "equivalent_mutants.txt"
REPORT = Path(__file__).parents[2] / ".cache" / "mutation.txt"
NORMAL_RUN = 97  # one of so many mutants


def equivalent() -> Mapping[str, str]:
    """Return id → reason of the mutants that cannot be noticed."""
    reasons: dict[str, str] = {}
    mutant = ""
    for line in EQUIVALENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            reasons[mutant] += line.strip()
        elif line and not line.startswith("#"):
            mutant = line
            reasons[mutant] = ""
    return reasons


def judged(sample: Iterable[Mutant]) -> dict[str, str | None]:
    leftovers = LEFTOVERS.read_text(encoding="utf-8")
    return {mutant.id: Trial(mutant).verdict(leftovers) for mutant in sample}


def test_every_equivalent_mutant_has_its_reason() -> None:
    assert [mutant for mutant, reason in equivalent().items() if len(reason) < 5] == []


def test_the_sampled_mutants_are_noticed() -> None:
    sample = list(mutants())[::NORMAL_RUN]
    kinds = {(mutant.engine, mutant.kind) for mutant in sample}
    assert len(kinds) > 5, "the sample is too small to say anything"
    verdicts = judged(sample)
    assert [
        mutant
        for mutant, witness in verdicts.items()
        if witness in {None, NO_CHANGE} and mutant not in equivalent()
    ] == []


@pytest.mark.slow
@pytest.mark.terraform
@pytest.mark.usefixtures("terraform")
def test_every_mutant_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everything = {mutant.id: mutant for mutant in mutants()}
    verdicts = judged(everything.values())
    unnoticed = [everything[mutant] for mutant, witness in verdicts.items() if witness is None]
    verdicts |= by_tools(unnoticed, tmp_path)
    survivors = {m: w for m, w in verdicts.items() if w in {None, NO_CHANGE}}
    text = table(everything, {**verdicts, **dict.fromkeys(survivors, "nothing")})
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    with capsys.disabled():
        print(f"\n{text}")
    assert survivors.keys() == equivalent().keys()


def table(everything: Mapping[str, Mutant], verdicts: Mapping[str, str | None]) -> str:
    """Return how many mutants of each kind each witness noticed first."""
    counts = Counter((everything[mutant].kind, witness) for mutant, witness in verdicts.items())
    kinds = sorted({kind for kind, _ in counts})
    witnesses = sorted({str(witness) for _, witness in counts})
    lines = [f"{'noticed first by':24}" + "".join(f"{kind:>11}" for kind in [*kinds, "all"])]
    for witness in [*witnesses, "all"]:
        row = [
            sum(n for (k, w), n in counts.items() if kind in (k, "all") and witness in (w, "all"))
            for kind in [*kinds, "all"]
        ]
        lines.append(f"{witness:24}" + "".join(f"{number:>11}" for number in row))
    return "\n".join(lines) + "\n"


@pytest.mark.terraform
@pytest.mark.usefixtures("terraform")
def test_the_real_tools_judge_too(tmp_path: Path) -> None:
    """Mutants that the tools alone would notice, and one that they would not."""
    chosen = {
        "alerts cloudformation constant: DeletionPolicy='Delete'": "cfn-lint",
        "backup terraform line: role = aws_iam_role.{{ role.label.terraform }}.name": (
            "terraform validate"
        ),
        "tables terraform line: prevent_destroy = true": None,
    }
    sample = [mutant for mutant in mutants() if mutant.id in chosen]
    assert {mutant.id for mutant in sample} == chosen.keys()
    found = by_tools(sample, tmp_path)
    assert {mutant: found.get(mutant) for mutant in chosen} == chosen


def test_without_comparing_values_mutants_survive(monkeypatch: pytest.MonkeyPatch) -> None:
    """The court can acquit: blind to values, it lets a swap of minimum and maximum pass."""
    from tests.parity import oracle

    swap = "tables terraform swap: ScalingFacts.min_capacity_units and max_capacity_units"
    (mutant,) = [mutant for mutant in mutants() if mutant.id == swap]
    assert judged([mutant]) == {swap: "parity: values"}
    monkeypatch.setattr(oracle, "values", _nothing)
    assert judged([mutant]) == {swap: None}


def _nothing(*_: object) -> Iterable[str]:
    return ()
