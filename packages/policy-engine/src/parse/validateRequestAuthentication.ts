import { KnownValid } from './KnownValid';
import { Reader } from './reader';
import { ATTACHMENT_FIELDS, validateAttachment } from './validateAttachment';

const RULE_FIELDS = [
  'issuer',
  'audiences',
  'jwksUri',
  'jwks_uri',
  'jwks',
  'fromHeaders',
  'fromParams',
  'fromCookies',
  'forwardOriginalToken',
  'outputPayloadToHeader',
  'outputClaimToHeaders',
  'spaceDelimitedClaims',
  'timeout',
];

const validRules = new KnownValid();

/** Follows Istio's CRD rules and ValidateRequestAuthentication. */
export function validateRequestAuthentication(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  validateAttachment(reader, spec);
  reader.fields(spec, 'spec', [...ATTACHMENT_FIELDS, 'jwtRules']);
  const rules = reader.objects(spec.jwtRules, 'spec.jwtRules', (rule, path) => {
    validRules.check(reader, rule, () => {
      reader.fields(rule, path, RULE_FIELDS);
      validateJwtRule(reader, rule, path);
    });
  });
  reader.atMost(rules, 4096, 'spec.jwtRules');
}

function validateJwtRule(
  reader: Reader,
  rule: Record<string, unknown>,
  path: string,
): void {
  const issuer = reader.string(rule.issuer, `${path}.issuer`);
  const [jwksUri, original, jwks] = ['jwksUri', 'jwks_uri', 'jwks'].map(field =>
    reader.string(rule[field], `${path}.${field}`),
  );
  reader.strings(rule.audiences, `${path}.audiences`);
  if (issuer === '') {
    reader.report(`${path}.issuer`, 'must not be empty; leave it out instead');
  }
  if (!issuer && !jwksUri && !original) {
    reader.report(
      `${path}.issuer`,
      'must be set, unless jwksUri is (then any issuer is accepted)',
    );
  }
  const sources = [jwksUri, original, jwks];
  if (sources.filter(source => source !== undefined).length > 1) {
    reader.report(`${path}.jwks`, 'only one of jwks and jwksUri can be set');
  }
  validateUri(reader, jwksUri, `${path}.jwksUri`);
  validateUri(reader, original, `${path}.jwks_uri`);
  if (jwks !== undefined && jwks !== '' && !isKeySet(jwks)) {
    reader.report(`${path}.jwks`, 'must be a JSON Web Key Set (RFC 7517)');
  }
  validateTimeout(reader, rule.timeout, `${path}.timeout`);
  validateLocations(reader, rule, path);
  validateOutputs(reader, rule, path);
}

function validateUri(
  reader: Reader,
  uri: string | undefined,
  path: string,
): void {
  if (uri === undefined) return;
  if (!/^https?:\/\/[^/\s]+/i.test(uri)) {
    reader.report(path, 'must be an http or https URL');
  }
  if (uri.length > 2048) reader.report(path, 'has at most 2048 characters');
}

/** Units of Go's durations, in milliseconds. */
const UNITS: Record<string, number> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  ns: 1e-6,
};

function validateTimeout(reader: Reader, value: unknown, path: string): void {
  const text = reader.string(value, path);
  if (text === undefined) return;
  const isDuration = /^(\d+(\.\d+)?(h|ms|m|s|us|ns))+$/.test(text);
  // Only of a whole duration: in a long row of digits the search would begin at every one of them.
  const parts = isDuration
    ? [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|ns)/g)]
    : [];
  const total = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNITS[unit],
    0,
  );
  if (!isDuration || total < 1) {
    reader.report(path, 'must be a duration of at least 1ms');
  }
}

function validateLocations(
  reader: Reader,
  rule: Record<string, unknown>,
  path: string,
): void {
  reader.objects(rule.fromHeaders, `${path}.fromHeaders`, (header, at) => {
    if (!reader.string(header.name, `${at}.name`)) {
      reader.report(`${at}.name`, 'must name a header');
    }
    reader.string(header.prefix, `${at}.prefix`);
  });
  reader.strings(rule.fromParams, `${path}.fromParams`);
  reader.strings(rule.fromCookies, `${path}.fromCookies`);
}

function validateOutputs(
  reader: Reader,
  rule: Record<string, unknown>,
  path: string,
): void {
  reader.boolean(rule.forwardOriginalToken, `${path}.forwardOriginalToken`);
  reader.string(rule.outputPayloadToHeader, `${path}.outputPayloadToHeader`);
  const delimited = reader.strings(
    rule.spaceDelimitedClaims,
    `${path}.spaceDelimitedClaims`,
  );
  reader.atMost(delimited.length, 64, `${path}.spaceDelimitedClaims`);
  reader.objects(
    rule.outputClaimToHeaders,
    `${path}.outputClaimToHeaders`,
    (output, at) => {
      for (const field of ['header', 'claim']) {
        if (!reader.string(output[field], `${at}.${field}`)) {
          reader.report(`${at}.${field}`, 'must be set');
        }
      }
      const { header } = output;
      if (typeof header === 'string' && !/^[-_A-Za-z0-9]*$/.test(header)) {
        reader.report(`${at}.header`, 'is no name of a header');
      }
    },
  );
}

/** Members that a key of each type needs (RFC 7518 section 6, RFC 8037). */
const KEY_MEMBERS: Record<string, string[]> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
  oct: ['k'],
};

/** Members of any key that are texts (RFC 7517 section 4). */
const TEXT_MEMBERS = ['kid', 'alg', 'use'];

function isKeySet(text: string): boolean {
  try {
    const value = JSON.parse(text);
    // Istio's parser (lestrrat-go/jwx) takes a single key, too.
    const { keys = [value] } = value;
    return Array.isArray(keys) && keys.every(isKey);
  } catch {
    return false;
  }
}

function isKey(value: unknown): boolean {
  if (!value || typeof value !== 'object') return false;
  const key = value as Record<string, unknown>;
  const type = String(key.kty);
  return (
    Object.hasOwn(KEY_MEMBERS, type) &&
    KEY_MEMBERS[type].every(member => isBase64(key[member])) &&
    TEXT_MEMBERS.every(member => isTextOrAbsent(key[member]))
  );
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

/** Either alphabet, with or without padding, as that parser reads numbers. `crv` is such a text as well. */
function isBase64(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Za-z0-9+/_-]+={0,2}$/.test(value);
}
