"""Warns of protected resources that leave an output folder, or come back under another name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from generator.output import Changes

_NAME = re.compile(r'^  name\s+= (".*")$', re.MULTILINE)


def departures(change: Changes) -> Iterator[str]:
    """Yield a warning for everything with `prevent_destroy` that is gone or renamed.

    `prevent_destroy` stands in the block of the resource, so it goes with the block.
    https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle
    """
    before: dict[str, str] = {}
    for path in (*change.changed, *change.removed):
        if path.endswith(".tf"):
            before |= protected(change.before(path))
    after: dict[str, str] = {}
    for path, text in change.files.items():
        if path.endswith(".tf"):
            after |= protected(text)
    for address, name in before.items():
        if after.get(address) != name:
            where = f"warning: {change.folder.as_posix()}: "
            yield where + _what_happens(address, name, before, after)


def protected(text: str) -> Mapping[str, str]:
    """Return address → physical name of the resources in Terraform text with `prevent_destroy`."""
    found = {}
    for block in text.split("\nresource ")[1:]:
        if "prevent_destroy = true" in block:
            _, kind, _, label, _ = block.split('"', 4)
            name = _NAME.search(block)
            found[f"{kind}.{label}"] = name[1] if name else ""
    return found


def _what_happens(
    address: str, name: str, before: Mapping[str, str], after: Mapping[str, str]
) -> str:
    if address in after:
        return (
            f"{address} changes its name from {name} to {after[address]}. Names are frozen: "
            "Terraform will refuse to replace it; CloudFormation would create the new one, empty, "
            f"and keep {name} outside the stack"
        )
    kind = address.partition(".")[0]
    for other, other_name in after.items():
        if name and other_name == name and other not in before and other.startswith(f"{kind}."):
            return (
                f"{address} is now {other}, for the same {name}. Under Terraform run "
                f"`terraform -chdir=terraform state mv {address} {other}` before the next plan; "
                "CloudFormation cannot move it: take the change back, or import it by hand"
            )
    return (
        f"{address} is no longer rendered. CloudFormation keeps what leaves a template; Terraform "
        f"would DESTROY it. To keep it, run `terraform -chdir=terraform state rm {address}` "
        "before the next plan"
    )
