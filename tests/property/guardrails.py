"""Guardrails of random environments: whom policies are attached to, and a role for emergencies."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.property.texts import Written, some

_NAMES = ("Developers", "x+=,.@-_1", "R" * 64, "Deploy")
_SETS = ("Developer", "a+=,.@-", "P" * 32)
_TARGETS = ("r-ab12", "ou-ab12-11111111", "999999999998", "000000000000")


def _some_of(names: tuple[str, ...], least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), min_size=least, max_size=2, unique=True)


def _attachments() -> st.SearchStrategy[Written]:
    return some(roles=_some_of(_NAMES), groups=_some_of(_NAMES), permission_sets=_some_of(_SETS))


def _break_glass(roles: list[str], partition: str) -> st.SearchStrategy[Written]:
    managed = f"arn:{partition}:iam::aws:policy/ReadOnlyAccess"
    return st.sampled_from(roles).flatmap(
        lambda role: st.fixed_dictionaries(
            {"role": st.just(role), "users": _some_of(("alice", "x+=,.@-_1"), least=1)},
            optional={
                "roles": _some_of(("OnCall", "Assumer")),
                "permission_sets": _some_of(_SETS),
                "managed_policy_arns": st.just([managed]),
                "session_minutes": st.sampled_from([60, 61, 720]),
            },
        )
    )


@st.composite
def guardrails(draw: st.DrawFn, place: Written, principals: Written) -> Written:
    """Draw guardrails that fit the principals."""
    management = st.fixed_dictionaries(
        {
            "management_account_id": st.just("999999999997"),
            # A unit may hold the environment's account; a list of accounts has to name it.
            "target_ids": _some_of(_TARGETS, least=1).map(
                lambda ids: [*ids, place["account_id"]] if "".join(ids).isdigit() else ids
            ),
        }
    )
    written: Written = draw(
        some(
            operator=_attachments(),
            backup_administrator=_attachments(),
            deny_destroy=_attachments(),
            service_control_policy=some(attached=st.booleans(), organizations_policy=management),
        )
    )
    roles = [
        principal["role"]
        for principal in principals["break_glass"]
        if "/" not in principal.get("role", "/")
    ]
    if roles and draw(st.booleans()):
        written["break_glass_role"] = draw(_break_glass(roles, place["partition"]))
    return written
