"""Says whether two spellings of one template say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tests.parity import meaning
from tests.parity.leaves import Edge, Leaves, Output, Path, Place
from tests.parity.rosetta import Pair

_NO_VALUES: Mapping[Place, str] = {}
# Edges of Terraform only: an index's contributor insights are a resource beside the table, and whom
# a policy is attached to one beside the policy; CloudFormation has both inside.
ONE_SIDED_EDGES = ("attachment", "indexinsights")


def complaints(
    cloudformation: Output, terraform: Output, pairs: Sequence[Pair], leftovers: frozenset[Path]
) -> Iterator[tuple[str, str]]:
    """Yield (kind of check, complaint) for everything that the two do not say alike."""
    for kind, found in (
        ("values", values(cloudformation.leaves, terraform.leaves, pairs)),
        ("paths", paths((cloudformation, terraform), pairs, leftovers)),
        ("edges", edges(cloudformation, terraform)),
        ("documents", documents(cloudformation, terraform)),
        ("comments", comments(cloudformation, terraform)),
        ("meaning", meaning.complaints(cloudformation, terraform)),
    ):
        for complaint in found:
            yield kind, complaint


def values(ours: Leaves, theirs: Leaves, pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield counterparts that have different values or stand in different places."""
    for pair in pairs:
        here = ours.get(pair.cloudformation, _NO_VALUES)
        there = theirs.get(pair.terraform, _NO_VALUES)
        if here != there:
            for place in sorted(here.keys() | there.keys(), key=str):
                if here.get(place) != there.get(place):
                    yield f"{place}: {pair}: {here.get(place)} = {there.get(place)}"


def paths(
    outputs: Sequence[Output], pairs: Sequence[Pair], leftovers: frozenset[Path]
) -> Iterator[str]:
    """Yield paths that nobody has reviewed: neither in rosetta.txt nor in leftovers.txt."""
    reviewed = leftovers.union(*pairs)
    for output in outputs:
        for path in output.leaves.keys() - reviewed:
            yield f"{path} is new"


def edges(cloudformation: Output, terraform: Output) -> Iterator[str]:
    """Yield the edges between resources that one engine has and the other has not."""
    for edge in sorted(cloudformation.edges ^ terraform.edges):
        if edge in cloudformation.edges or not _one_sided(edge):
            yield f"{edge.template}: {edge.label} -> {edge.target} in one engine only"


def _one_sided(edge: Edge) -> bool:
    return edge.label.startswith(ONE_SIDED_EDGES)


def documents(cloudformation: Output, terraform: Output) -> Iterator[str]:
    """Yield policy documents and event patterns that stand in one engine only."""
    ours, theirs = Counter(cloudformation.documents), Counter(terraform.documents)
    for document in (ours - theirs) + (theirs - ours):
        yield f"in one engine only: {document}"


def comments(cloudformation: Output, terraform: Output) -> Iterator[str]:
    """Yield resources that are explained in different words."""
    ours, theirs = cloudformation.comments, terraform.comments
    for label in sorted(ours.keys() | theirs.keys()):
        if ours.get(label) != theirs.get(label):
            yield f"{label}: {ours.get(label)!r} and {theirs.get(label)!r}"


Moved = tuple[Counter[str], Counter[str]]


def moved(before: Leaves, after: Leaves, only: frozenset[Path]) -> Moved:
    """Return how often each value went and came, at the paths `only`."""
    old, new = _values(before, only), _values(after, only)
    return old - new, new - old


def _values(leaves: Leaves, only: frozenset[Path]) -> Counter[str]:
    return Counter(
        value
        for path, at in leaves.items()
        if path in only and not path.reaches
        for value in at.values()
    )
