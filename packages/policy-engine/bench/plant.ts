import { Resource } from '../src';

/** A misconfiguration with the id of the finding that must come of it. */
export interface Planted {
  id: string;
  resource: Resource;
}

type Plant = (selector: unknown, index: number) => Partial<Resource>;

const SECURITY = 'security.istio.io/v1';

function policy(spec: Record<string, unknown>): Partial<Resource> {
  return { apiVersion: SECURITY, kind: 'AuthorizationPolicy', spec };
}

function deny(selector: unknown, operation: unknown): Partial<Resource> {
  return policy({ selector, action: 'DENY', rules: [{ to: [{ operation }] }] });
}

const PLANTS: Record<string, Plant> = {
  'method-case': selector => deny(selector, { methods: ['delete'] }),
  'path-never-matches': selector => deny(selector, { paths: ['admin'] }),
  'port-never-matches': selector => deny(selector, { ports: ['80'] }),
  'wildcard-inside': selector => deny(selector, { paths: ['/a/*/b'] }),
  'selects-nothing': (_, index) =>
    policy({
      selector: { matchLabels: { app: `gone-${index}` } },
      rules: [{}],
    }),
  'audit-only': selector =>
    policy({
      selector,
      action: 'AUDIT',
      rules: [{ from: [{ source: { notRequestPrincipals: ['*'] } }] }],
    }),
  'jwks-plaintext': selector => ({
    apiVersion: SECURITY,
    kind: 'RequestAuthentication',
    spec: {
      selector,
      jwtRules: [
        {
          issuer: 'https://other.example.com',
          jwksUri: 'http://other.example.com/keys',
        },
      ],
    },
  }),
};

/** One misconfiguration for every fortieth Service of a generated mesh, of each kind in turn. */
export function plant(services: number, perNamespace = 20): Planted[] {
  const kinds = Object.entries(PLANTS);
  const planted: Planted[] = [];
  for (let i = 3; i < services; i += 40) {
    const [id, make] = kinds[planted.length % kinds.length];
    const selector = { matchLabels: { app: `svc-${i}` } };
    const metadata = {
      namespace: `team-${Math.floor(i / perNamespace)}`,
      name: `planted-${i}`,
    };
    planted.push({
      id,
      resource: { ...make(selector, i), metadata } as Resource,
    });
  }
  return planted;
}
