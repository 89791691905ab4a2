"""Writes docs/evaluation.md and its parts: every case of the evaluation table, and what came out.

The evaluator is the one of the policy tests, so Node and npm are needed. Exits with 1 when a case
came out otherwise than the table says.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
PAGE, FOLDER = "docs/evaluation.md", "docs/evaluation"

if TYPE_CHECKING:
    from tests.policies.evaluation.table import Result, Row

    Outcomes = Mapping[Row, list[Result]]

_HEADER = "<!-- Written by tools/evaluation_page.py from tests/policies/evaluation. -->\n\n"
_BEFORE = """\
# The evaluation table

Who asks for what, and what comes of it: cases that an IAM evaluator which is not ours judges over
the documents as they are rendered, for the example environments and some written for the purpose
(other partitions, roles under paths, names with a prefix, sixty tables, no organization, exports
into another account). All that applies is put together: the person's own policies, what is attached
to the person, the policy of the resource, and the service control policies where the file says that
they are attached.

A case names the statements that deny, each as document and Sid; `vault`, `key`, `bucket` and
`trust` are the resource's own policy. Every document named denies by itself, and without all of
them nothing denies. What is denied to others is allowed to break-glass. And the table can fail: a
row taken from [the denials](denials.md), or any part of production's guardrails, changes what comes
out.

| who | holds |
|---|---|
| administrator, root user, other team, `role/…`, `user/…`, `set …` | every right |
| contractor, contractor role | every right, and the policies that deny are attached |
| deploy | every right; in `prod` the policies that deny are attached |
| developer | the operator policy alone |
| backup administrator | the backup administrator policy alone |
| break-glass, emergency set | every right |
| rendered break-glass; backup role, restore role and others | what is rendered for it alone |
| service-linked role | every right, and no service control policy binds it |
| stranger, strange break-glass | every right in an account of no organization of ours |

A point *in nowhere* lies in a vault without a policy. `a//b` is the resource `b` of the environment
`a`. An export *in critical* is an object of that class in the bucket of exports; *of prod* it lies
in a bucket that is held for that environment.

The evaluator is `@cloud-copilot/iam-simulate`. It cannot tell what AWS does beyond its documented
evaluation of policies; nothing here has been tried in an AWS account.
"""


def pages(outcomes: Outcomes) -> Mapping[str, str]:
    """Return path → Markdown: the summary, and a page for each file of the table."""
    parts = _by_file(outcomes)
    found = {PAGE: _summary(outcomes, parts)}
    for stem, rows in parts.items():
        found[f"{FOLDER}/{stem}.md"] = _part(rows)
    return found


def result(outcomes: Outcomes) -> str:
    """Return what came out in a few lines: cases, and how many each document denies."""
    kinds = _kinds(outcomes)
    cases = sum(kinds.values())
    wrong = len(_wrong(outcomes))
    lines = [
        f"{cases} cases: {'all come out as written' if not wrong else f'{wrong} do not'}",
        *(f"  {count:4} {kind}" for kind, count in kinds.items()),
        "denied by (a case may be denied by several):",
        *(f"  {count:4} {name}" for name, count in _documents(outcomes).items()),
    ]
    return "\n".join(lines)


def judged() -> Outcomes:
    """Return each line of the table with what came of its cases."""
    from tests.policies.evaluation.table import results

    found: dict[Row, list[Result]] = {}
    for one, said in results():
        found.setdefault(one.row, []).append(said)
    return found


def _wrong(outcomes: Outcomes) -> list[Row]:
    return [row for row, said in outcomes.items() for one in said if one.words != row.expected]


def _kinds(outcomes: Outcomes) -> Mapping[str, int]:
    names = {"allow": "allowed", "deny": "not allowed by anything", "explicit_deny": "denied"}
    found = Counter(names[one.outcome] for said in outcomes.values() for one in said)
    return {name: found[name] for name in names.values()}


def _documents(outcomes: Outcomes) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for said in outcomes.values():
        for one in said:
            if one.outcome == "explicit_deny":
                found.update({word.split(":")[0] for word in one.words.split()})
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _by_file(outcomes: Outcomes) -> Mapping[str, Outcomes]:
    found: dict[str, dict[Row, list[Result]]] = {}
    for row, said in outcomes.items():
        found.setdefault(row.place.partition(".")[0], {})[row] = said
    return found


def _summary(outcomes: Outcomes, parts: Mapping[str, Outcomes]) -> str:
    kinds = ", ".join(f"{count} {kind}" for kind, count in _kinds(outcomes).items())
    cases = sum(map(len, outcomes.values()))
    wrong = len(_wrong(outcomes))
    verdict = "all come out as written" if not wrong else f"**{wrong} do not come out as written**"
    lines = [
        f"\n## Result\n\n{cases} cases, {verdict}: {kinds}.\n\n",
        "| part | cases |\n|---|---|\n",
    ]
    for stem, rows in parts.items():
        sections = dict.fromkeys(row.section for row in rows)
        lines.append(
            f"| [{'; '.join(sections)}](evaluation/{stem}.md) | {sum(map(len, rows.values()))} |\n"
        )
    lines.append("\n| document | cases that it denies |\n|---|---|\n")
    lines += [f"| `{name}` | {count} |\n" for name, count in _documents(outcomes).items()]
    return _HEADER + _BEFORE + "".join(lines)


def _part(rows: Outcomes) -> str:
    return (
        _HEADER
        + "# The evaluation table, continued\n\n[Summary](../evaluation.md)\n"
        + "".join(_sections(rows))
    )


def _sections(rows: Outcomes) -> Iterator[str]:
    from tests.policies.evaluation.table import introductions

    before = ("", "")
    for row, said in rows.items():
        if (row.environment, row.section) != before:
            before = (row.environment, row.section)
            yield f"\n## {row.section} (`{row.environment}`)\n\n"
            if row.section in introductions():
                yield f"{introductions()[row.section]}\n\n"
            yield "| who | does | to | with | comes out | why |\n|---|---|---|---|---|---|\n"
        came = " / ".join(dict.fromkeys(_words(one.words) for one in said))
        actions = " ".join(f"`{action}`" for action in row.actions)
        context = " ".join(f"`{pair}`" for pair in row.context.split())
        what = f"`{row.what}`" if "*" in row.what or ":" in row.what else row.what
        yield f"| {row.who} | {actions} | {what} | {context} | {came} | {row.why} |\n"


def _words(words: str) -> str:
    if words in ("allowed", "not allowed"):
        return words
    return "denied: " + " ".join(f"`{word}`" for word in words.split())


def main() -> int:
    """Write the pages, print the result, and return the exit status."""
    from tests.policies import simulator

    simulator.install()
    outcomes = judged()
    for path, text in pages(outcomes).items():
        (ROOT / path).parent.mkdir(exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")
    print(result(outcomes))
    return 1 if _wrong(outcomes) else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
