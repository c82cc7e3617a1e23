import { parseCidr } from '../match/cidr';
import { keyProblem } from './attributes';
import { isSet, Reader } from './reader';

export const SOURCE_FIELDS = [
  'principals',
  'requestPrincipals',
  'namespaces',
  'trustDomains',
  'serviceAccounts',
  'ipBlocks',
  'remoteIpBlocks',
];
export const OPERATION_FIELDS = ['hosts', 'ports', 'methods', 'paths'];

type ValidateValue = (reader: Reader, value: string, path: string) => void;

const VALUES: Record<string, ValidateValue> = {
  ipBlocks: validateAddress,
  remoteIpBlocks: validateAddress,
  serviceAccounts: validateServiceAccount,
  trustDomains: validateTrustDomain,
  ports: validatePort,
  paths: validatePath,
};

/** The same by key of `when`. */
const CONDITION_VALUES = new Map<string, ValidateValue>([
  ['source.ip', validateAddress],
  ['remote.ip', validateAddress],
  ['destination.ip', validateAddress],
  ['destination.port', validatePort],
  ['source.serviceAccount', validateServiceAccount],
  ['source.trustDomain', validateWildcard],
]);

const MAX_ACCOUNTS = 16;

export function withNegated(fields: readonly string[]): string[] {
  return fields.flatMap(field => [field, negated(field)]);
}

/** The fields of a source or an operation. */
export function validateFields(
  reader: Reader,
  object: Record<string, unknown>,
  path: string,
  fields: readonly string[],
): void {
  const known = withNegated(fields);
  reader.fields(object, path, known);
  for (const plain of fields) {
    for (const field of [plain, negated(plain)]) {
      const at = `${path}.${field}`;
      const list = reader.strings(object[field], at);
      list.forEach((value, index) =>
        VALUES[plain]?.(reader, value, `${at}[${index}]`),
      );
      if (plain === 'serviceAccounts') {
        reader.atMost(list.length, MAX_ACCOUNTS, at);
      }
    }
  }
  if (Object.values(object).every(isNothing)) {
    reader.report(path, 'must set at least one field');
  }
  const has = (names: string[]) =>
    withNegated(names).some(field => object[field] !== undefined);
  if (has(['serviceAccounts']) && has(['principals', 'namespaces'])) {
    reader.report(
      path,
      'serviceAccounts cannot be combined with principals or namespaces',
    );
  }
}

export function validateCondition(
  reader: Reader,
  condition: Record<string, unknown>,
  path: string,
): void {
  reader.fields(condition, path, ['key', 'values', 'notValues']);
  const key = reader.string(condition.key, `${path}.key`);
  if (!key) {
    reader.report(`${path}.key`, 'must be set');
    return;
  }
  const problem = keyProblem(key);
  if (problem !== undefined) {
    reader.report(`${path}.key`, `${JSON.stringify(key)} ${problem}`);
  }
  for (const field of ['values', 'notValues']) {
    const list = reader.strings(condition[field], `${path}.${field}`);
    list.forEach((value, index) =>
      CONDITION_VALUES.get(key)?.(reader, value, `${path}.${field}[${index}]`),
    );
  }
  if (isNothing(condition.values) && isNothing(condition.notValues)) {
    reader.report(path, 'needs values or notValues');
  }
}

function isNothing(value: unknown): boolean {
  return !isSet(value) || (value as []).length === 0;
}

function negated(field: string): string {
  return `not${field[0].toUpperCase()}${field.slice(1)}`;
}

function validateAddress(reader: Reader, value: string, path: string): void {
  if (!parseCidr(value)) {
    reader.report(path, 'must be an IP address or a CIDR');
  }
}

function validatePort(reader: Reader, value: string, path: string): void {
  if (!/^\d+$/.test(value) || Number(value) > 65535) {
    reader.report(path, 'must be a port number');
  }
}

function validateServiceAccount(
  reader: Reader,
  value: string,
  path: string,
): void {
  if (!/^[^*/]+(\/[^*/]+)?$/.test(value)) {
    reader.report(path, 'must be name or namespace/name, without wildcards');
  }
  if (value.length > 320) reader.report(path, 'has at most 320 characters');
}

function validateWildcard(reader: Reader, value: string, path: string): void {
  if (!/^(\*?[^*]*|[^*]*\*)$/.test(value)) {
    reader.report(path, 'takes one wildcard, at its start or its end');
  }
}

function validateTrustDomain(
  reader: Reader,
  value: string,
  path: string,
): void {
  validateWildcard(reader, value, path);
  if (value.includes('/')) {
    reader.report(path, 'is a trust domain, which has no slash');
  }
}

/** Characters of a segment beside a template (RFC 3986 pchar). */
const LITERAL = /^[a-zA-Z0-9\-._~%!$&'()+,;:@=]+$/;

function validatePath(reader: Reader, value: string, path: string): void {
  const isTemplate = value.includes('{*}') || value.includes('{**}');
  const segments = value.replace(/^\/|\/$/g, '').split('/');
  const end = segments.indexOf('{**}');
  const isValid = segments.every((segment, index) => {
    if (segment === '{*}' || segment === '{**}') {
      return end < 0 || index <= end;
    }
    if (/[{}]/.test(segment)) return false;
    return !isTemplate || LITERAL.test(segment);
  });
  // istiod takes a template without a slash before it, and Envoy then refuses all of the listener.
  if (!isValid || (isTemplate && !value.startsWith('/'))) {
    reader.report(
      path,
      'a template begins with a slash and is made of /-separated segments, {*} for one segment and at last {**} for the rest',
    );
  }
}
