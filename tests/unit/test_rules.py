from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from generator import rules
from generator.environment import Document, read
from generator.errors import Mistake
from generator.spec.presets import BUILT_IN
from generator.spec.resolved import Environment, resolve
from generator.validation import validate

HEAD = """\
project: shop
environment: {name}
account_id: "{account}"
region: {region}
principals:
  break_glass: [{{role: BreakGlass}}, {{permission_set: Emergency}}]
  deploy: [{{role: "arn:aws:iam::999999999999:role/Deploy"}}]
"""
KEY = "partition_key: {name: order_id, type: S}"


def head(name: str = "prod", account: str = "111111111111", region: str = "eu-central-1") -> str:
    return HEAD.format(name=name, account=account, region=region)


def load(folder: Path, text: str, file: str = "prod") -> tuple[Environment, Document]:
    path = folder / f"{file}.yaml"
    path.write_text(text, encoding="utf-8")
    document = read(path, built_in=BUILT_IN, relative_to=folder)
    spec, mistakes, _ = validate(document)
    assert mistakes == []
    assert spec is not None
    return resolve(spec, path.name), document


def check(folder: Path, text: str) -> list[Mistake]:
    environment, document = load(folder, text)
    return rules.check(environment.spec, document)


def each(count: int, entry: str) -> str:
    """Return a mapping of `count` entries; `#` stands for the number of mistake."""
    return "{" + ", ".join(entry.replace("#", str(number)) for number in range(count)) + "}"


def projected(count: int) -> str:
    return ", ".join(f"a{number}" for number in range(count))


INDEX = "by_#: {partition_key: {name: order_id}, projection: {type: INCLUDE, non_key_attributes: "
# What the longest policy has beside its resource, as DynamoDB counts it.
BARE = """\
{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":""}}"""
POLICY = 'resource_policy: {Version: "2012-10-17", Statement: {Effect: Deny, Principal: "*", '
ALLOWED = {
    "as many indexes as DynamoDB takes": f"""\
tables:
  orders:
    {KEY}
    sort_key: {{name: line, type: N}}
    global_indexes: {each(20, "g_#: {partition_key: {name: order_id}}")}
    local_indexes: {each(5, "l_#: {sort_key: {name: k#, type: S}}")}
""",
    "as many projected attributes as DynamoDB takes": f"""\
tables:
  orders: {{{KEY}, global_indexes: {each(5, f"{INDEX}[{projected(20)}]}}}}")}}}
""",
    "the longest and the shortest table name": f"""\
tables:
  {"o" * 255}: {{{KEY}}}
  abc: {{{KEY}}}
""",
    "the longest bucket name": f"deploy: {{artifacts_bucket: {'b' * 63}}}\n",
    "as many tags as AWS takes": f"tags: {each(48, 't#: x')}\n",
    "as many tags of their own as AWS takes": f"""\
vaults: {{main: {{tags: {each(48, "t#: x")}}}}}
protections:
  standard: {{backups: {{daily: {{recovery_point_tags: {each(47, "t#: x")}}}}}}}
tables: {{orders: {{{KEY}, tags: {each(48, "t#: x")}}}}}
""",
    "the longest policy": f"""\
tables:
  orders:
    {KEY}
    {POLICY}Action: "*", Resource: {"r" * (20 * 1024 - len(BARE))}}}}}
""",
    "scaling of one dimension": f"""\
tables:
  orders:
    {KEY}
    billing:
      mode: provisioned
      read_capacity_units: 5
      auto_scaling: {{write: {{min_capacity_units: 5, max_capacity_units: 50}}}}
""",
    "a class without backups for tables of many stacks": f"""\
protections: {{none: {{}}}}
defaults: {{protection: none}}
tables: {each(101, "table#: {existing: true, stack: s#}")}
""",
    "an existing table, which has no tags of ours": """\
tags: {backup: daily}
protections: {standard: {select_by_tag: {key: backup, value: daily}}}
tables: {sessions: {existing: true}}
""",
    "another recovery period for one table": f"""\
tables: {{orders: {{{KEY}, point_in_time_recovery: {{recovery_period_days: 7}}}}}}
""",
    "an empty environment": "",
    "caps of an on-demand table and its index": f"""\
tables:
  orders:
    {KEY}
    billing: {{max_read_request_units: 100}}
    global_indexes:
      by_order: {{partition_key: {{name: order_id}}, max_write_request_units: 5}}
""",
    "auto scaling that gives the units": f"""\
tables:
  orders:
    {KEY}
    billing:
      mode: provisioned
      auto_scaling:
        read: {{min_capacity_units: 5, max_capacity_units: 5}}
        write: {{min_capacity_units: 5, max_capacity_units: 50}}
""",
    "units at the ends of what scales": f"""\
tables:
  orders:
    {KEY}
    billing:
      mode: provisioned
      read_capacity_units: 5
      write_capacity_units: 50
      auto_scaling:
        read: {{min_capacity_units: 5, max_capacity_units: 50}}
        write: {{min_capacity_units: 5, max_capacity_units: 50}}
""",
    "a type given once for several keys": """\
tables:
  orders:
    attributes: {customer_id: S}
    partition_key: {name: order_id}
    sort_key: {name: line, type: N}
    global_indexes:
      by_customer: {partition_key: {name: customer_id}, sort_key: {name: order_id, type: S}}
    local_indexes: {again: {sort_key: {name: line}}}
""",
    "a key projected as if it were none": f"""\
tables:
  orders:
    {KEY}
    global_indexes:
      by_customer:
        partition_key: {{name: customer_id, type: S}}
        projection: {{type: INCLUDE, non_key_attributes: [order_id]}}
""",
    "expiry by a numeric key": """\
tables:
  orders:
    partition_key: {name: order_id, type: S}
    sort_key: {name: expires_at, type: N}
    time_to_live: {attribute_name: expires_at}
""",
    "retention at the ends of the lock": f"""\
vaults: {{main: {{lock: {{min_retention_days: 14, max_retention_days: 35}}}}}}
protections:
  standard:
    backups: {{weekly: {{schedule: "cron(0 3 ? * SUN *)", delete_after_days: 14}}}}
tables: {{orders: {{{KEY}}}}}
""",
    "a class that no table uses": """\
vaults: {main: {lock: {min_retention_days: 90}}}
protections:
  odd:
    backups: {daily: {schedule: cron(0 3 * * ? *), delete_after_days: 7, vault: none}}
""",
    "a vault without a lock": f"""\
vaults: {{main: {{}}}}
protections: {{standard: {{backups: {{daily: {{delete_after_days: 1}}}}}}}}
tables: {{orders: {{{KEY}}}}}
""",
    "a tag that another class selects": f"""\
protections: {{critical: {{select_by_tag: {{key: backup, value: "yes"}}}}}}
tables: {{orders: {{{KEY}, tags: {{backup: "yes"}}}}}}
""",
    "a tag key with another value": f"""\
protections: {{standard: {{select_by_tag: {{key: backup, value: "yes"}}}}}}
tables: {{orders: {{{KEY}, tags: {{backup: "no"}}}}}}
""",
    "an existing table with all that it may have": """\
alerts: {subscriptions: {oncall: {email: oncall@shop.example}}}
tables:
  sessions:
    existing: true
    name: legacy-sessions
    stack: legacy
    protection: critical
    point_in_time_recovery: {managed: false}
    alarms: {throttling: true}
""",
    "receivers of other accounts and Regions": """\
alerts:
  subscriptions:
    pager: {lambda_arn: "arn:aws:lambda:us-east-1:222222222222:function:pager"}
    queue: {sqs_arn: "arn:aws:sqs:eu-west-1:222222222222:alerts"}
  watchdog_subscriptions:
    queue: {sqs_arn: "arn:aws:sqs:eu-west-1:222222222222:alerts"}
""",
    "a boundary that AWS manages": "permissions_boundary_arn: arn:aws:iam::aws:policy/ReadOnly\n",
    "a table key of another account": f"""\
tables:
  orders:
    {KEY}
    encryption:
      key: customer_managed
      kms_key_arn: arn:aws:kms:eu-central-1:222222222222:key/1
""",
    "tags of ours with other values": "tags: {project: bazaar, environment: production}\n",
    "a policy of one statement": f"""\
tables:
  orders:
    {KEY}
    resource_policy:
      Version: "2012-10-17"
      Statement: {{Effect: Deny, NotPrincipal: x, NotAction: y, NotResource: z, Condition: {{}}}}
""",
    "one place of a finding": 'lint: {accept: {"HF001:tables.orders": empty table}}\n',
}


def test_the_longest_policy_is_the_longest(tmp_path: Path) -> None:
    longer = ALLOWED["the longest policy"].replace("rrr", "rrrr", 1)
    (mistake,) = check(tmp_path, head() + longer)
    assert mistake.cause.startswith("the policy has 20,481 bytes")


@pytest.mark.parametrize("text", ALLOWED.values(), ids=ALLOWED.keys())
def test_what_aws_allows_is_no_mistake(text: str, tmp_path: Path) -> None:
    assert check(tmp_path, head() + text) == []


def test_a_default_is_blamed_once_however_many_tables_inherit_it(tmp_path: Path) -> None:
    text = f"""\
{head()}defaults: {{billing: {{mode: provisioned}}, protection: gold, alarms: {{throttling: true}}}}
tables:
  orders: {{{KEY}}}
  items: {{{KEY}}}
"""
    assert [mistake.path for mistake in check(tmp_path, text)] == [
        ("defaults", "billing"),
        ("defaults", "protection"),
        ("defaults", "alarms", "throttling"),
    ]


def test_a_default_that_every_table_overrides_is_left_alone(tmp_path: Path) -> None:
    billing = "billing: {mode: on_demand}, protection: critical"
    text = f"""\
{head()}defaults: {{billing: {{mode: provisioned}}, protection: gold}}
tables: {{orders: {{{KEY}, {billing}}}}}
"""
    assert check(tmp_path, text) == []


def test_keys_with_one_label_have_to_be_renamed(tmp_path: Path) -> None:
    between = ("".join(parts) for parts in itertools.product("-_.", repeat=6))
    keys = [f"a{separator}b" for separator in between]
    text = head() + "tables:\n" + "".join(f'  "{key}": {{{KEY}}}\n' for key in keys)
    found = check(tmp_path, text)
    assert 1 <= len(found) <= 20  # 729 keys share four hex digits
    assert {mistake.cause.rpartition(") ")[2] for mistake in found} == {
        "would have one name in the templates"
    }


def test_a_permission_set_named_twice(tmp_path: Path) -> None:
    text = head().replace("[{role: BreakGlass}, ", "[{permission_set: Emergency}, ")
    assert [mistake.cause for mistake in check(tmp_path, text)] == ["`Emergency` is named twice"]


def test_a_policy_with_an_empty_list_of_statements(tmp_path: Path) -> None:
    policy = 'resource_policy: {Version: "2012-10-17", Statement: []}'
    (mistake,) = check(tmp_path, f"{head()}tables: {{orders: {{{KEY}, {policy}}}}}\n")
    assert mistake.cause == "the policy has no `Statement`"


@pytest.mark.parametrize(
    ("bucket", "said"),
    [
        ("10.0.0.1", "looks like an IP address"),
        ("xn--shop", "begins or ends with what S3 reserves"),
        ("shop-s3alias", "begins or ends with what S3 reserves"),
    ],
)
def test_bucket_names_that_s3_reserves(bucket: str, said: str, tmp_path: Path) -> None:
    (mistake,) = check(tmp_path, f"{head()}deploy: {{artifacts_bucket: {bucket}}}\n")
    assert said in mistake.cause
    assert mistake.path == ("deploy", "artifacts_bucket")


def test_one_class_takes_a_hundred_selections(tmp_path: Path) -> None:
    def tables(count: int) -> str:
        entries = (f"  table{i}: {{{KEY}, stack: s{i}}}\n" for i in range(count))
        return f"{head()}tables:\n{''.join(entries)}"

    assert check(tmp_path, tables(100)) == []
    assert [mistake.path for mistake in check(tmp_path, tables(101))] == [
        ("protections", "standard")
    ]


def test_a_table_tagged_by_the_whole_environment_is_selected_twice(tmp_path: Path) -> None:
    text = f"""\
{head()}tags: {{backup: daily}}
protections: {{standard: {{select_by_tag: {{key: backup, value: daily}}}}}}
tables: {{orders: {{{KEY}}}}}
"""
    assert [(mistake.path, str(mistake.mark)) for mistake in check(tmp_path, text)] == [
        (("tags", "backup"), "prod.yaml:8:8")
    ]


def test_governance_lock_is_compared_with_the_rule_that_overrides_a_built_in_one(
    tmp_path: Path,
) -> None:
    text = f"""\
{head()}vaults: {{main: {{lock: {{min_retention_days: 40}}}}}}
protections: {{standard: {{backups: {{daily: {{schedule: cron(0 5 * * ? *)}}}}}}}}
tables: {{orders: {{{KEY}}}}}
"""
    (mistake,) = check(tmp_path, text)
    assert mistake.path == ("vaults", "main", "lock")
    assert "at least 40 days" in mistake.cause
    assert "35 days" in mistake.cause
