import { Schema } from './schema';

/**
 * Rules of Istio's CRDs (`security.istio.io/v1`, as of 1.27 to 1.31) that decide whether a policy is
 * accepted. Kinds without an entry are stored as they come.
 */

const text = (more: Partial<Schema> = {}): Schema => ({
  type: 'string',
  ...more,
});
const list = (items: Schema, more: Partial<Schema> = {}): Schema => ({
  type: 'array',
  items,
  ...more,
});
const map = (
  properties: Record<string, Schema>,
  more: Partial<Schema> = {},
): Schema => ({ type: 'object', properties, ...more });

const strings = list(text());
const nonEmptyStrings = list(text({ minLength: 1 }));

const selector = map({
  matchLabels: {
    type: 'object',
    maxProperties: 4096,
    additionalProperties: text({
      maxLength: 63,
      rules: [
        {
          message: 'wildcard not allowed in label value match',
          holds: (value: string) => !value.includes('*'),
        },
      ],
    }),
    rules: [
      {
        message: 'wildcard not allowed in label key match',
        holds: (value: object) =>
          Object.keys(value).every(key => !key.includes('*')),
      },
      {
        message: 'key must not be empty',
        holds: (value: object) => !Object.keys(value).includes(''),
      },
    ],
  },
});

const targetRef = map(
  {
    group: text({
      maxLength: 253,
      pattern:
        '^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    }),
    kind: text({
      minLength: 1,
      maxLength: 63,
      pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$',
    }),
    name: text({ minLength: 1, maxLength: 253 }),
    namespace: text({
      rules: [
        {
          message: 'cross namespace referencing is not currently supported',
          holds: (value: string) => value === '',
        },
      ],
    }),
  },
  { required: ['kind', 'name'] },
);

const attachment: Record<string, Schema> = {
  selector,
  targetRef,
  targetRefs: list(targetRef, { maxItems: 16 }),
};

const count = (value: Record<string, unknown>, names: string[]) =>
  names.filter(name => Object.hasOwn(value, name)).length;

const oneAttachment = {
  message: 'only one of targetRefs or selector can be set',
  holds: (spec: Record<string, unknown>) =>
    count(spec, ['selector', 'targetRef', 'targetRefs']) <= 1,
};

const httpUrl = text({
  minLength: 1,
  maxLength: 2048,
  rules: [
    {
      message: 'url must have scheme http:// or https://',
      holds: (value: string) => /^https?:\/\//.test(value),
    },
  ],
});

const jwtRule = map(
  {
    issuer: text({ minLength: 1 }),
    audiences: nonEmptyStrings,
    jwks: text(),
    jwksUri: httpUrl,
    jwks_uri: httpUrl,
    forwardOriginalToken: { type: 'boolean' },
    fromCookies: nonEmptyStrings,
    fromParams: nonEmptyStrings,
    fromHeaders: list(
      map(
        { name: text({ minLength: 1 }), prefix: text() },
        { required: ['name'] },
      ),
    ),
    outputPayloadToHeader: text(),
    outputClaimToHeaders: list(
      map(
        {
          claim: text({ minLength: 1 }),
          header: text({ minLength: 1, pattern: '^[-_A-Za-z0-9]+$' }),
        },
        { required: ['header', 'claim'] },
      ),
    ),
    spaceDelimitedClaims: list(text({ minLength: 1 }), { maxItems: 64 }),
    timeout: text({
      rules: [
        {
          message: 'must be a valid duration greater than 1ms',
          holds: (value: string) => /^(\d+(\.\d+)?(h|m|s|ms))+$/.test(value),
        },
      ],
    }),
  },
  {
    rules: [
      {
        message: 'only one of jwks or jwksUri can be set',
        holds: (rule: Record<string, unknown>) =>
          count(rule, ['jwks', 'jwksUri', 'jwks_uri']) <= 1,
      },
    ],
  },
);

const source = map(
  {
    principals: strings,
    notPrincipals: strings,
    requestPrincipals: strings,
    notRequestPrincipals: strings,
    namespaces: strings,
    notNamespaces: strings,
    serviceAccounts: list(text({ maxLength: 320 }), { maxItems: 16 }),
    notServiceAccounts: list(text({ maxLength: 320 }), { maxItems: 16 }),
    ipBlocks: strings,
    notIpBlocks: strings,
    remoteIpBlocks: strings,
    notRemoteIpBlocks: strings,
  },
  {
    rules: [
      {
        message: 'Cannot set serviceAccounts with namespaces or principals',
        holds: (value: Record<string, unknown>) =>
          !Object.hasOwn(value, 'serviceAccounts') ||
          count(value, ['principals', 'namespaces']) === 0,
      },
    ],
  },
);

const operation = map({
  hosts: strings,
  notHosts: strings,
  ports: strings,
  notPorts: strings,
  methods: strings,
  notMethods: strings,
  paths: strings,
  notPaths: strings,
});

const rule = map({
  from: list(map({ source }), { maxItems: 512 }),
  to: list(map({ operation }), { maxItems: 512 }),
  when: list(
    map(
      { key: text(), values: strings, notValues: strings },
      { required: ['key'] },
    ),
  ),
});

const authorizationPolicySpec = map(
  {
    ...attachment,
    action: text({ enum: ['ALLOW', 'DENY', 'AUDIT', 'CUSTOM'] }),
    provider: map({ name: text() }),
    rules: list(rule, { maxItems: 512 }),
  },
  { rules: [oneAttachment] },
);

const requestAuthenticationSpec = map(
  { ...attachment, jwtRules: list(jwtRule, { maxItems: 4096 }) },
  { rules: [oneAttachment] },
);

const mtls = map({
  mode: text({ enum: ['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT'] }),
});

const peerAuthenticationSpec = map(
  {
    selector,
    mtls,
    portLevelMtls: { type: 'object', additionalProperties: mtls },
  },
  {
    rules: [
      {
        message: 'portLevelMtls requires selector',
        holds: (spec: any) =>
          !spec.portLevelMtls ||
          Object.keys(spec.selector?.matchLabels ?? {}).length > 0,
      },
    ],
  },
);

/** Schemas of `spec` by kind. @internal */
export const SPEC_SCHEMAS: Readonly<Record<string, Schema>> = {
  AuthorizationPolicy: authorizationPolicySpec,
  RequestAuthentication: requestAuthenticationSpec,
  PeerAuthentication: peerAuthenticationSpec,
};
