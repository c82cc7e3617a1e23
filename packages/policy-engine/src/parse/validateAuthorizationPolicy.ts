import { KnownValid } from './KnownValid';
import { Reader } from './reader';
import { ATTACHMENT_FIELDS, validateAttachment } from './validateAttachment';
import {
  OPERATION_FIELDS,
  SOURCE_FIELDS,
  validateCondition,
  validateFields,
  withNegated,
} from './validateRuleFields';

const SPEC_FIELDS = [...ATTACHMENT_FIELDS, 'action', 'provider', 'rules'];
const RULE_FIELDS = ['from', 'to', 'when'];
const MAX_RULES = 512;

const validRules = new KnownValid();

/** Follows Istio's CRD rules and ValidateAuthorizationPolicy. */
export function validateAuthorizationPolicy(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  validateAttachment(reader, spec);
  reader.fields(spec, 'spec', SPEC_FIELDS);
  reader.oneOf(spec.action, 'spec.action', [
    'ALLOW',
    'DENY',
    'AUDIT',
    'CUSTOM',
  ]);
  validateProvider(reader, spec);
  const rules = reader.objects(spec.rules, 'spec.rules', (rule, path) => {
    validRules.check(reader, rule, () => validateRule(reader, rule, path));
    if (spec.action === 'CUSTOM') validateCustomRule(reader, rule, path);
  });
  reader.atMost(rules, MAX_RULES, 'spec.rules');
  if (rules === 0 && (spec.action === 'DENY' || spec.action === 'CUSTOM')) {
    reader.reportMoot(
      'spec.rules',
      `action ${spec.action} without rules never does anything; use "rules: [{}]" for every request`,
    );
  }
}

function validateProvider(reader: Reader, spec: Record<string, unknown>): void {
  const provider = reader.object(spec.provider, 'spec.provider');
  const name = reader.string(provider?.name, 'spec.provider.name');
  if (spec.action === 'CUSTOM' && !name) {
    reader.report('spec.provider.name', 'action CUSTOM needs a provider');
  }
  if (spec.action !== 'CUSTOM' && provider) {
    reader.report('spec.provider', 'only action CUSTOM takes a provider');
  }
}

function validateRule(
  reader: Reader,
  rule: Record<string, unknown>,
  path: string,
): void {
  reader.fields(rule, path, RULE_FIELDS);
  for (const [list, inner, fields] of [
    ['from', 'source', SOURCE_FIELDS],
    ['to', 'operation', OPERATION_FIELDS],
  ] as const) {
    const items = reader.objects(rule[list], `${path}.${list}`, (item, at) => {
      reader.fields(item, at, [inner]);
      const object = reader.object(item[inner], `${at}.${inner}`);
      if (!object) reader.report(`${at}.${inner}`, 'must be set');
      else validateFields(reader, object, `${at}.${inner}`, fields);
    });
    if (Array.isArray(rule[list]) && items === 0) {
      reader.report(`${path}.${list}`, 'must not be empty');
    }
  }
  reader.objects(rule.when, `${path}.when`, (condition, at) =>
    validateCondition(reader, condition, at),
  );
}

/** What istiod's webhook refuses in rules of CUSTOM, which run before callers are identified. */
const NOT_IN_CUSTOM = withNegated([
  'namespaces',
  'serviceAccounts',
  'trustDomains',
  'principals',
  'requestPrincipals',
]);
const KEYS_NOT_IN_CUSTOM =
  /^(source\.(namespace|serviceAccount|trustDomain|principal)$|request\.auth\.)/;

function validateCustomRule(
  reader: Reader,
  rule: Record<string, unknown>,
  path: string,
): void {
  const message = 'is not supported with action CUSTOM';
  reader.objects(rule.from, `${path}.from`, ({ source }, at) => {
    const object = source && typeof source === 'object' ? source : {};
    for (const field of Object.keys(object)) {
      if (NOT_IN_CUSTOM.includes(field)) {
        reader.report(`${at}.source.${field}`, message);
      }
    }
  });
  reader.objects(rule.when, `${path}.when`, ({ key }, at) => {
    if (typeof key === 'string' && KEYS_NOT_IN_CUSTOM.test(key)) {
      reader.report(`${at}.key`, message);
    }
  });
}
