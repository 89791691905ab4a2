// The tables, vault, plan and selections of large_environment.py, synthesised by the AWS CDK.
// node app.js TABLES TABLES_PER_STACK FOLDER [bare]
// With `bare`, all that leaves no trace in a template is off: the CDK's own validation of templates,
// stack traces, the tree of constructs.
'use strict';
const { App, Duration, RemovalPolicy, Stack, Tags, TimeZone } = require('aws-cdk-lib/core');
const backup = require('aws-cdk-lib/aws-backup');
const dynamodb = require('aws-cdk-lib/aws-dynamodb');
const events = require('aws-cdk-lib/aws-events');
const iam = require('aws-cdk-lib/aws-iam');
const kms = require('aws-cdk-lib/aws-kms');

const [tables, perStack] = process.argv.slice(2, 4).map(Number);
const env = { account: '111111111111', region: 'eu-central-1' };
const range = { minCapacity: 5, maxCapacity: 500 };
const units = { readCapacity: 5, writeCapacity: 5 };
const goal = { targetUtilizationPercent: 70 };
const S = dynamodb.AttributeType.STRING;
const at = { name: 'at', type: dynamodb.AttributeType.NUMBER };
const breakGlass = `arn:aws:iam::${env.account}:role/BreakGlass`;

const bare = {
  builtinCloudFormationValidation: false,
  treeMetadata: false,
  context: { 'aws:cdk:disable-stack-trace': true },
};
const app = new App({
  outdir: process.argv[4],
  analyticsReporting: false,
  ...(process.argv[5] === 'bare' ? bare : {}),
});
Tags.of(app).add('project', 'bench');
Tags.of(app).add('environment', 'large');
Tags.of(app).add('owner', 'bench');
Tags.of(app).add('cost_center', '1');

function onlyBreakGlass(actions) {
  return new iam.PolicyStatement({
    sid: 'OnlyBreakGlassDestroys',
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions,
    resources: ['*'],
    conditions: { ArnNotLike: { 'aws:PrincipalArn': [breakGlass] } },
  });
}

function keyOf(scope, id, alias) {
  const key = new kms.Key(scope, id, {
    alias,
    enableKeyRotation: true,
    pendingWindow: Duration.days(30),
    removalPolicy: RemovalPolicy.RETAIN,
  });
  key.addToResourcePolicy(onlyBreakGlass(['kms:ScheduleKeyDeletion', 'kms:DisableKey']));
  return key;
}

function scale(table) {
  table.autoScaleReadCapacity(range).scaleOnUtilization(goal);
  table.autoScaleWriteCapacity(range).scaleOnUtilization(goal);
  for (const index of ['by_owner', 'by_state']) {
    table.autoScaleGlobalSecondaryIndexReadCapacity(index, range).scaleOnUtilization(goal);
    table.autoScaleGlobalSecondaryIndexWriteCapacity(index, range).scaleOnUtilization(goal);
  }
}

function addTable(stack, tableName, encryptionKey) {
  const table = new dynamodb.Table(stack, tableName, {
    tableName,
    partitionKey: { name: 'id', type: S },
    sortKey: at,
    billingMode: dynamodb.BillingMode.PROVISIONED,
    ...units,
    encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
    encryptionKey,
    pointInTimeRecoverySpecification: {
      pointInTimeRecoveryEnabled: true,
      recoveryPeriodInDays: 35,
    },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  table.addGlobalSecondaryIndex({
    indexName: 'by_owner',
    partitionKey: { name: 'owner', type: S },
    ...units,
  });
  table.addGlobalSecondaryIndex({
    indexName: 'by_state',
    partitionKey: { name: 'state', type: S },
    sortKey: at,
    ...units,
  });
  scale(table);
  return Stack.of(stack).formatArn({ service: 'dynamodb', resource: 'table', resourceName: tableName });
}

const selections = [];
for (let first = 0; first < tables; first += perStack) {
  const name = `part-${String(first / perStack).padStart(2, '0')}`;
  const stack = new Stack(app, `bench-large-tables-${name}`, { env });
  const key = keyOf(stack, 'Key', `bench-large-tables-${name}`);
  const arns = [];
  for (let number = first; number < Math.min(first + perStack, tables); number += 1) {
    const tableName = `table_${String(number).padStart(3, '0')}`;
    arns.push(addTable(stack, tableName, key));
  }
  selections.push([name, arns]);
}

const stack = new Stack(app, 'bench-large-backup', { env });
const vault = new backup.BackupVault(stack, 'Vault', {
  backupVaultName: 'bench-large-main',
  encryptionKey: keyOf(stack, 'Key', 'bench-large-vault-main'),
  accessPolicy: new iam.PolicyDocument({
    statements: [onlyBreakGlass(['backup:DeleteBackupVault', 'backup:DeleteRecoveryPoint'])],
  }),
  lockConfiguration: { minRetention: Duration.days(7) },
  removalPolicy: RemovalPolicy.RETAIN,
});
const plan = new backup.BackupPlan(stack, 'Plan', {
  backupPlanName: 'bench-large-standard.main',
  backupVault: vault,
  backupPlanRules: [
    new backup.BackupPlanRule({
      ruleName: 'daily',
      scheduleExpression: events.Schedule.expression('cron(0 3 * * ? *)'),
      scheduleExpressionTimezone: TimeZone.ETC_UTC,
      startWindow: Duration.hours(1),
      completionWindow: Duration.hours(12),
      deleteAfter: Duration.days(35),
    }),
  ],
});
const role = new iam.Role(stack, 'Role', {
  roleName: 'bench-large-backup-eu-central-1',
  assumedBy: new iam.ServicePrincipal('backup.amazonaws.com'),
});
for (const [name, arns] of selections) {
  plan.addSelection(name, {
    backupSelectionName: `bench-large-standard.main.${name}`,
    role,
    resources: arns.map((arn) => backup.BackupResource.fromArn(arn)),
  });
}
app.synth();
