import { parseCidr } from '../match/cidr';
import {
  parseHeaderPattern,
  parseHostPattern,
  parsePathPattern,
  parsePrincipalPattern,
  parseStringPattern,
  regexPattern,
} from '../match/stringPattern';
import {
  ConditionSpec,
  OperationSpec,
  RuleSpec,
  SourceSpec,
} from '../parse/specs';
import { Check, Clause, Matcher } from './program';
import { parseRequestPrincipal } from './requestPrincipal';

/** What a value needs to become a matcher. */
interface Context {
  namespace: string;
  trustDomain: string;
}

type ToMatcher = (text: string, context: Context) => Matcher;

const HTTP_ONLY = true;

const SOURCE: [keyof SourceSpec & string, ToMatcher, boolean][] = [
  ['principals', toPrincipal, !HTTP_ONLY],
  ['requestPrincipals', toRequestPrincipal, HTTP_ONLY],
  ['namespaces', toNamespace, !HTTP_ONLY],
  ['serviceAccounts', toServiceAccount, !HTTP_ONLY],
  ['ipBlocks', toAddress('source-ip'), !HTTP_ONLY],
  ['remoteIpBlocks', toAddress('remote-ip'), !HTTP_ONLY],
];

const OPERATION: [keyof OperationSpec & string, ToMatcher, boolean][] = [
  [
    'hosts',
    text => ({ on: 'host', text, pattern: parseHostPattern(text) }),
    HTTP_ONLY,
  ],
  ['ports', toPort, !HTTP_ONLY],
  [
    'methods',
    text => ({ on: 'method', text, pattern: parseHeaderPattern(text) }),
    HTTP_ONLY,
  ],
  [
    'paths',
    text => ({ on: 'path', text, pattern: parsePathPattern(text) }),
    HTTP_ONLY,
  ],
];

/** Keys of `when` that Envoy checks on the permission side, which changes nothing but the order. */
const CONDITIONS: Record<string, [ToMatcher, boolean]> = {
  'source.ip': [toAddress('source-ip'), !HTTP_ONLY],
  'remote.ip': [toAddress('remote-ip'), !HTTP_ONLY],
  'source.namespace': [toNamespace, !HTTP_ONLY],
  'source.principal': [toPrincipal, !HTTP_ONLY],
  'source.serviceAccount': [toServiceAccount, !HTTP_ONLY],
  'request.auth.principal': [toRequestPrincipal, HTTP_ONLY],
  'request.auth.audiences': [toClaim(['aud']), HTTP_ONLY],
  'request.auth.presenter': [toClaim(['azp']), HTTP_ONLY],
  'destination.ip': [toAddress('destination-ip'), !HTTP_ONLY],
  'destination.port': [toPort, !HTTP_ONLY],
  'connection.sni': [
    text => ({ on: 'sni', text, pattern: parseStringPattern(text) }),
    !HTTP_ONLY,
  ],
};

/** Translates a rule's from, to and when. The spec must have passed validation. */
export function compileClauses(
  rule: RuleSpec,
  context: Context,
): { principals: Clause[]; permissions: Clause[] } {
  const conditions = (rule.when ?? []).flatMap((condition, index) =>
    compileCondition(condition, `when[${index}]`, context),
  );
  const principals = (rule.from ?? []).map(({ source }, index) => [
    ...SOURCE.flatMap(([field, toMatcher, httpOnly]) =>
      compileField(
        source as Record<string, string[] | undefined> | undefined,
        field,
        `from[${index}].source`,
        toMatcher,
        httpOnly,
        context,
      ),
    ),
    ...conditions,
  ]);
  const permissions = (rule.to ?? []).map(({ operation }, index) =>
    OPERATION.flatMap(([field, toMatcher, httpOnly]) =>
      compileField(
        operation as Record<string, string[] | undefined> | undefined,
        field,
        `to[${index}].operation`,
        toMatcher,
        httpOnly,
        context,
      ),
    ),
  );
  return {
    principals: principals.length > 0 ? principals : [conditions],
    permissions: permissions.length > 0 ? permissions : [[]],
  };
}

function compileField(
  object: Record<string, string[] | undefined> | undefined,
  field: string,
  path: string,
  toMatcher: ToMatcher,
  httpOnly: boolean,
  context: Context,
): Check[] {
  const negatedField = `not${field[0].toUpperCase()}${field.slice(1)}`;
  return [
    ...toCheck(
      object?.[field],
      `${path}.${field}`,
      false,
      toMatcher,
      httpOnly,
      context,
    ),
    ...toCheck(
      object?.[negatedField],
      `${path}.${negatedField}`,
      true,
      toMatcher,
      httpOnly,
      context,
    ),
  ];
}

function compileCondition(
  condition: ConditionSpec,
  path: string,
  context: Context,
): Check[] {
  const [toMatcher, httpOnly] = conditionMatcher(condition.key);
  const field = `${path} (${condition.key})`;
  return [
    ...toCheck(condition.values, field, false, toMatcher, httpOnly, context),
    ...toCheck(condition.notValues, field, true, toMatcher, httpOnly, context),
  ];
}

function toCheck(
  values: string[] | undefined,
  field: string,
  negated: boolean,
  toMatcher: ToMatcher,
  httpOnly: boolean,
  context: Context,
): Check[] {
  if (!values || values.length === 0) return [];
  const matchers = values.map(text => toMatcher(text, context));
  return [{ field, negated, httpOnly, matchers }];
}

function conditionMatcher(key: string): [ToMatcher, boolean] {
  const plain = CONDITIONS[key];
  if (plain) return plain;
  const header = /^request\.headers\[(.+)\]$/.exec(key);
  if (header) {
    const name = header[1].toLowerCase();
    return [
      text => ({ on: 'header', text, name, pattern: parseHeaderPattern(text) }),
      HTTP_ONLY,
    ];
  }
  if (key.startsWith('request.auth.claims[')) {
    const names = [...key.matchAll(/\[([^\]]+)\]/g)].map(match => match[1]);
    return [toClaim(names), HTTP_ONLY];
  }
  const reason = `${key} is read from another filter's metadata`;
  return [text => ({ on: 'unsupported', text, reason }), !HTTP_ONLY];
}

function toPrincipal(text: string, { trustDomain }: Context): Matcher {
  // `cluster.local` in a policy stands for the mesh's own trust domain.
  const local = text.replace(/^cluster\.local\//, `${trustDomain}/`);
  return { on: 'principal', text, pattern: parsePrincipalPattern(local) };
}

function toRequestPrincipal(text: string): Matcher {
  return { on: 'request-principal', text, ...parseRequestPrincipal(text) };
}

function toNamespace(text: string): Matcher {
  const source = `.*/ns/${text.replaceAll('*', '.*')}/.*`;
  return {
    on: 'namespace',
    text,
    namespace: text,
    pattern: regexPattern(source),
  };
}

function toServiceAccount(text: string, context: Context): Matcher {
  const cut = text.indexOf('/');
  const namespace = cut < 0 ? context.namespace : text.slice(0, cut);
  const account = text.slice(cut + 1);
  const pattern = regexPattern(
    `spiffe://.+/ns/${namespace}/(.+/|)sa/${account}(/.+)?`,
  );
  return { on: 'service-account', text, namespace, account, pattern };
}

function toAddress(
  on: 'source-ip' | 'remote-ip' | 'destination-ip',
): ToMatcher {
  return text => {
    const range = parseCidr(text);
    return range
      ? { on, text, range }
      : { on: 'unsupported', text, reason: `${text} is no address range` };
  };
}

function toPort(text: string): Matcher {
  return { on: 'port', text, port: Number(text) };
}

function toClaim(claim: string[]): ToMatcher {
  return text => ({
    on: 'claim',
    text,
    claim,
    pattern: parseStringPattern(text),
  });
}
