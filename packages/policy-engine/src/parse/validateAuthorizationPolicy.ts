import { parseCidr } from '../match/cidr';
import { Reader } from './reader';
import { validateAttachment } from './validateAttachment';

const SOURCE_FIELDS = [
  'principals',
  'requestPrincipals',
  'namespaces',
  'serviceAccounts',
  'ipBlocks',
  'remoteIpBlocks',
];
const OPERATION_FIELDS = ['hosts', 'ports', 'methods', 'paths'];

/** Keys of `when` that stand alone; others take a name in brackets. */
const PLAIN_KEYS = new Set([
  'source.ip',
  'remote.ip',
  'source.namespace',
  'source.principal',
  'source.serviceAccount',
  'request.auth.principal',
  'request.auth.audiences',
  'request.auth.presenter',
  'destination.ip',
  'destination.port',
  'connection.sni',
]);
const IP_KEYS = new Set(['source.ip', 'remote.ip', 'destination.ip']);

/** Follows Istio's CRD rules and ValidateAuthorizationPolicy. */
export function validateAuthorizationPolicy(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  validateAttachment(reader, spec);
  reader.oneOf(spec.action, 'spec.action', [
    'ALLOW',
    'DENY',
    'AUDIT',
    'CUSTOM',
  ]);
  const provider = reader.object(spec.provider, 'spec.provider');
  const name = reader.string(provider?.name, 'spec.provider.name');
  if (spec.action === 'CUSTOM' && !name) {
    reader.report('spec.provider.name', 'action CUSTOM needs a provider');
  }
  if (spec.action !== 'CUSTOM' && provider) {
    reader.report('spec.provider', 'only action CUSTOM takes a provider');
  }
  const rules = reader.objects(spec.rules, 'spec.rules', (rule, path) =>
    validateRule(reader, rule, path),
  );
  if (rules > 512) reader.report('spec.rules', 'at most 512 rules are allowed');
}

function validateRule(
  reader: Reader,
  rule: Record<string, unknown>,
  path: string,
): void {
  for (const [list, inner, fields] of [
    ['from', 'source', SOURCE_FIELDS],
    ['to', 'operation', OPERATION_FIELDS],
  ] as const) {
    const given = Array.isArray(rule[list]) ? rule[list].length : 0;
    if (rule[list] !== undefined && rule[list] !== null && given === 0) {
      reader.report(`${path}.${list}`, 'must not be empty');
    }
    reader.objects(rule[list], `${path}.${list}`, (item, at) => {
      const object = reader.object(item[inner], `${at}.${inner}`);
      if (!object) reader.report(`${at}.${inner}`, 'must be set');
      else validateFields(reader, object, `${at}.${inner}`, fields);
    });
  }
  reader.objects(rule.when, `${path}.when`, (condition, at) =>
    validateCondition(reader, condition, at),
  );
}

function validateFields(
  reader: Reader,
  object: Record<string, unknown>,
  path: string,
  fields: readonly string[],
): void {
  const negated = (field: string) =>
    `not${field[0].toUpperCase()}${field.slice(1)}`;
  const known = fields.flatMap(field => [field, negated(field)]);
  let values = 0;
  for (const field of known) {
    const list = reader.strings(object[field], `${path}.${field}`);
    values += list.length;
    list.forEach((value, index) =>
      validateValue(reader, field, value, `${path}.${field}[${index}]`),
    );
  }
  const unknown = Object.keys(object).filter(key => !known.includes(key));
  for (const key of unknown) {
    reader.report(`${path}.${key}`, 'is no field that the engine knows');
  }
  if (values === 0 && unknown.length === 0) {
    reader.report(path, 'must set at least one field');
  }
  const accounts = ['serviceAccounts', 'notServiceAccounts'];
  const others = ['principals', 'notPrincipals', 'namespaces', 'notNamespaces'];
  if (
    accounts.some(field => object[field] !== undefined) &&
    others.some(field => object[field] !== undefined)
  ) {
    reader.report(
      path,
      'serviceAccounts cannot be combined with principals or namespaces',
    );
  }
}

function validateValue(
  reader: Reader,
  field: string,
  value: string,
  path: string,
): void {
  if (/ipBlocks$/i.test(field) && !parseCidr(value)) {
    reader.report(path, 'must be an IP address or a CIDR');
  }
  if (/^(ports|notPorts)$/.test(field)) validatePort(reader, value, path);
  if (/^(paths|notPaths)$/.test(field)) validatePath(reader, value, path);
  if (/serviceAccounts$/i.test(field) && /\*|\/.*\//.test(value)) {
    reader.report(path, 'must be name or namespace/name, without wildcards');
  }
}

function validatePort(reader: Reader, value: string, path: string): void {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65535) {
    reader.report(path, 'must be a port number');
  }
}

function validatePath(reader: Reader, value: string, path: string): void {
  if (!/[{}]/.test(value)) return;
  const rest = value.replace(/(^|\/)(\{\*\*?\})(?=\/|$)/g, '$1');
  const afterRest = value.split('{**}');
  if (
    /[{}*]/.test(rest) ||
    !value.startsWith('/') ||
    afterRest.length > 2 ||
    (afterRest.length === 2 && afterRest[1].includes('{'))
  ) {
    reader.report(
      path,
      'a template is made of /-separated segments, {*} for one segment and at last {**} for the rest',
    );
  }
}

function validateCondition(
  reader: Reader,
  condition: Record<string, unknown>,
  path: string,
): void {
  const key = reader.string(condition.key, `${path}.key`);
  const values = reader.strings(condition.values, `${path}.values`);
  const notValues = reader.strings(condition.notValues, `${path}.notValues`);
  if (!key) {
    reader.report(`${path}.key`, 'must be set');
    return;
  }
  if (values.length + notValues.length === 0) {
    reader.report(path, 'needs values or notValues');
  }
  if (!isKnownKey(key)) {
    reader.report(
      `${path}.key`,
      `${JSON.stringify(key)} is no known attribute`,
    );
  }
  for (const value of [...values, ...notValues]) {
    if (IP_KEYS.has(key) && !parseCidr(value)) {
      reader.report(path, `${value} is neither an IP address nor a CIDR`);
    }
    if (key === 'destination.port') validatePort(reader, value, path);
  }
}

function isKnownKey(key: string): boolean {
  return (
    PLAIN_KEYS.has(key) ||
    /^request\.headers\[[^\]]+\]$/.test(key) ||
    /^request\.auth\.claims(\[[^\]]+\])+$/.test(key) ||
    /^experimental\.envoy\.filters\..+\[.+\]$/.test(key)
  );
}
