"""Who reaches what: the fixed point of all steps, with the shortest way to each fact."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from generator.authority.evaluation import Policy, Request, Verdict, evaluate
from generator.authority.fact import Fact, acting_as, closed, gone, lifted, rewritten
from generator.authority.step import Ask, Step
from generator.authority.steps import open_to, steps
from generator.authority.world import ALL_RIGHTS, Bucket, Identity, World


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Move:
    """A step as one identity takes it; `step` is None for what follows by itself.

    `certain` is False where the documents do not say whether AWS would allow it.
    """

    step: Step | None
    actor: str
    needs: tuple[Fact, ...]
    gives: Fact
    certain: bool


Path = tuple[Move, ...]
# No policy lets another account do what the steps here do with a vault or a key.
# https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
# https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
_WITHIN_THE_ACCOUNT = ("backup:", "kms:")
Reached = Mapping[Fact, Path]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moves:
    """Every move of a world by the facts that it needs, and every step by what it gives.

    `certain` is whether all of them are.
    """

    world: World
    certain: bool
    needing: Mapping[Fact, tuple[Move, ...]]
    giving: Mapping[Fact, tuple[Step, ...]]


def moves(world: World) -> Moves:
    """Return every step that an identity could take, with all that has to come before it."""
    all_steps = tuple(steps(world))
    taken = (
        move
        for identity in identities(world)
        for step in all_steps
        for move in moves_of(step, identity, world)
    )
    return joined(world, all_steps, taken)


def moves_of(step: Step, identity: Identity, world: World) -> Iterator[Move]:
    """Yield the step as an identity takes it, if it can: at most once certain and once not."""
    possible = not step.never_root if identity.is_root else not step.only_root
    if possible:
        yield from _moves(step, identity, world)


def joined(world: World, all_steps: Iterable[Step], taken: Iterable[Move]) -> Moves:
    """Return the moves of a world, `taken` and those that follow by themselves."""
    every = (*_consequences(world), *taken)
    needing: dict[Fact, list[Move]] = {}
    for move in every:
        for need in move.needs:
            needing.setdefault(need, []).append(move)
    giving: dict[Fact, list[Step]] = {}
    for step in all_steps:
        giving.setdefault(step.gives, []).append(step)
    return Moves(
        world=world,
        certain=all(move.certain for move in every),
        needing={need: tuple(those) for need, those in needing.items()},
        giving={fact: tuple(those) for fact, those in giving.items()},
    )


def reached(moves: Moves, start: Iterable[Fact], *, certain: bool = True) -> Reached:
    """Return all that can become true from `start`, each with its shortest path.

    With `certain`, moves that may be refused do not count.
    """
    paths: dict[Fact, Path] = dict.fromkeys(start, ())
    lengths = dict.fromkeys(paths, 0)
    news = deque(paths)
    while news:
        for move in moves.needing.get(news.popleft(), ()):
            if certain and not move.certain:
                continue
            least = _least(move, lengths)
            if least is None or least >= lengths.get(move.gives, least + 1):
                continue
            before = dict.fromkeys(each for need in move.needs for each in paths[need])
            path = (*before, move)
            if length(path) < lengths.get(move.gives, length(path) + 1):
                paths[move.gives], lengths[move.gives] = path, length(path)
                news.append(move.gives)
    return paths


def _least(move: Move, lengths: Mapping[Fact, int]) -> int | None:
    """Return how many calls a path that ends in a move takes at least, None without its needs."""
    least = 0
    for need in move.needs:
        known = lengths.get(need)
        if known is None:
            return None
        least = max(least, known)
    return least + (move.step is not None)


def length(path: Path) -> int:
    """Return how many calls a path takes."""
    return sum(move.step is not None for move in path)


def first_verdict(moves: Moves, identity: Identity, fact: Fact) -> Verdict | None:
    """Return what stops `identity` from `fact` by the direct way: the first verdict that does."""
    seen: set[Fact] = set()

    def stopped(wanted: Fact) -> Verdict | None:
        if wanted in seen:
            return None
        seen.add(wanted)
        for step in moves.giving.get(wanted, ()):
            if step.only_root and not identity.is_root:
                continue
            for ask in step.asks:
                verdict = _verdict(ask, identity, moves.world, frozenset())
                if verdict.outcome != "allow":
                    return verdict
            for need in sorted(step.needs):
                verdict_of_need = stopped(need)
                if verdict_of_need is not None:
                    return verdict_of_need
        return None

    return stopped(fact)


def identities(world: World) -> tuple[Identity, ...]:
    """Return everybody in a world who acts, once."""
    roles = (role.identity for role in world.roles)
    found = {each.arn: each for each in (*(row.identity for row in world.rows), *roles)}
    return tuple(found.values())


def _consequences(world: World) -> Iterator[Move]:
    """Yield what a lost key and a closed account take with them."""
    for vault in world.vaults.values():
        points = gone("points", vault.arn)
        if vault.key_arn is not None:
            yield _follows(gone("key", vault.key_arn), points)
        for fact in (points, gone("vault", vault.arn), gone("lock", vault.arn)):
            yield _follows(closed(vault.account_id), fact)
    for bucket in world.buckets:
        yield from _of_bucket(bucket)
    for key in world.keys.values():
        yield _follows(closed(key.account_id), gone("key", key.arn))
    for tables in world.tables:
        for kind in ("table", "history", "backup"):
            fact = gone(kind, tables.arn)
            yield _follows(closed(tables.account_id), fact)
            if tables.key_arn is not None:
                yield _follows(gone("key", tables.key_arn), fact)


def _of_bucket(bucket: Bucket) -> Iterator[Move]:
    objects = gone(bucket.kind, bucket.arn)
    for fact in (objects, gone("lock", bucket.arn)):
        yield _follows(closed(bucket.account_id), fact)
    if bucket.key_arn is not None:
        yield _follows(gone("key", bucket.key_arn), objects)


def _follows(cause: Fact, effect: Fact) -> Move:
    return Move(step=None, actor="", needs=(cause,), gives=effect, certain=True)


def _moves(step: Step, identity: Identity, world: World) -> Iterator[Move]:
    sure: list[_Way] = []
    doubtful: list[_Way] = []
    for ask in step.asks:
        certain, uncertain = _ways(ask, identity, world)
        sure += [certain] if certain is not None else []
        doubtful += [way for way in (uncertain or certain,) if way is not None]
    if len(sure) == len(step.asks):
        yield _move(step, identity, sure)
    if len(doubtful) == len(step.asks) and not all(way.certain for way in doubtful):
        yield _move(step, identity, doubtful)


def _move(step: Step, identity: Identity, ways: Sequence[_Way]) -> Move:
    opened = {rewritten(name) for way in ways for name in way.opened}
    needs = set(step.needs)
    if any(way.armed for way in ways):
        needs.add(lifted("limits", identity.arn))
    return Move(
        step=step,
        actor=identity.arn,
        needs=(acting_as(identity.arn), *sorted(opened), *sorted(needs)),
        gives=step.gives,
        certain=all(way.certain for way in ways),
    )


@dataclass(frozen=True, slots=True)
class _Way:
    """The policies to rewrite before a request is allowed, and whether rights are to be added."""

    opened: frozenset[str]
    armed: bool
    certain: bool


def _ways(ask: Ask, identity: Identity, world: World) -> tuple[_Way | None, _Way | None]:
    """Return how `ask` is certain to be allowed, and what else may do, each None where nothing."""
    own = identity.account_id == ask.account_id
    if not own and (ask.policy is None or ask.action.startswith(_WITHIN_THE_ACCOUNT)):
        return None, None
    opened: frozenset[str] = frozenset()
    verdict = _verdict(ask, identity, world, opened)
    while verdict.outcome == "explicit_deny":
        if opened >= set(verdict.denying):  # another account's policy, out of reach
            return None, None
        opened |= set(verdict.denying)
        verdict = _verdict(ask, identity, world, opened)
    doubtful = None
    if verdict.outcome == "unknown":
        doubtful = _Way(opened, armed=False, certain=False)
        opened |= set(verdict.unsure)
        verdict = _verdict(ask, identity, world, opened)
    if verdict.outcome == "allow":
        return _Way(opened, armed=False, certain=True), doubtful
    if own:
        also = frozenset() if ask.policy is None else frozenset({ask.policy.name})
        for more, armed in ((also, False), (frozenset(), True), (also, True)):
            verdict = _verdict(ask, identity, world, opened | more, armed=armed)
            if verdict.outcome == "allow":
                return _Way(opened | more, armed=armed, certain=True), doubtful
    return None, doubtful


def _verdict(
    ask: Ask, identity: Identity, world: World, opened: frozenset[str], *, armed: bool = False
) -> Verdict:
    """Return the verdict once the policies `opened` are rewritten; `armed` adds all rights."""
    policy = ask.policy
    if policy is not None and policy.name in opened and identity.account_id == ask.account_id:
        policy = open_to(ask.account_id, world)
    return evaluate(
        Request(
            principal=identity.arn,
            action=ask.action,
            resource=ask.resource,
            account_id=ask.account_id,
            context=ask.context,
        ),
        identity=[*_left(identity.policies, opened), *([ALL_RIGHTS] if armed else [])],
        resource=policy,
        service_control=_left(world.service_control.get(identity.account_id, ()), opened),
    )


def _left(policies: Iterable[Policy], opened: frozenset[str]) -> list[Policy]:
    return [policy for policy in policies if policy.name not in opened]
