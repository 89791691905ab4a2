"""Environment files of any size: scaled tables with two scaled indexes each, in several stacks."""

from __future__ import annotations

# 13 resources a table: itself, and a target and a policy for reading and for writing of three.
TABLES_PER_STACK = 34
HEAD = """\
project: bench
environment: large
account_id: "111111111111"
region: eu-central-1
tags: {owner: bench, cost_center: "1"}
principals: {break_glass: [{role: BreakGlass}], deploy: [{role: Deploy}]}
alerts: {subscriptions: {oncall: {email: oncall@shop.example}}}
"""
_UNITS = "{min_capacity_units: 5, max_capacity_units: 500}"
_SCALED = f"auto_scaling: {{read: {_UNITS}, write: {_UNITS}}}"
_TABLE = f"""\
    partition_key: {{name: id, type: S}}
    sort_key: {{name: at, type: N}}
    billing: {{mode: provisioned, {_SCALED}}}
    encryption: {{key: customer_managed}}
    deletion_protection: true
    global_indexes:
      by_owner: {{partition_key: {{name: owner, type: S}}, {_SCALED}}}
      by_state: {{partition_key: {{name: state, type: S}}, sort_key: {{name: at}}, {_SCALED}}}
"""


def environment(tables: int, *, per_stack: int = TABLES_PER_STACK, more: str = "") -> str:
    """Return the text of a file with `tables` tables and the keys in `more`."""
    entries = (
        f"  table_{number:03}:\n    stack: part-{number // per_stack:02}\n{_TABLE}"
        for number in range(tables)
    )
    return "".join((HEAD, more, "tables:\n", *entries))
