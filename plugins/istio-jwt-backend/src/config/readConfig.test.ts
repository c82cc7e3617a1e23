import { ConfigReader } from '@backstage/config';
import { readIstioJwtConfig } from './readConfig';

const read = (data: object) =>
  readIstioJwtConfig(new ConfigReader(data as any));

const credentials = (overrides: object) => ({
  tokenSources: [
    {
      issuer: 'i',
      clientCredentials: {
        tokenUrl: 'https://login.example/token',
        clientId: 'probes',
        clientSecret: 's3cr',
        ...overrides,
      },
    },
  ],
});

describe('readIstioJwtConfig', () => {
  it('has safe defaults with nothing configured', () => {
    expect(read({})).toEqual({
      coverage: {
        catalogIntervalMs: 60_000,
        retentionMs: 400 * 24 * 3_600_000,
        ownerNotices: {
          enabled: true,
          quietMs: 7 * 24 * 3_600_000,
          maxOwners: 200,
          perOwnerPerDay: 5,
          perSenderPerDay: 20,
        },
        digest: {
          enabled: true,
          day: 1,
          minute: 480,
          timezone: 'UTC',
          platformTeam: [],
        },
        exceptions: {
          allowSelfApproval: false,
          maxDurationMs: 365 * 24 * 3_600_000,
        },
      },
      clusters: [],
      tokenSources: [],
      jwks: { allowedHosts: [], allowedAddresses: [], intervalMs: 45_000 },
      observationRetentionMs: 90 * 24 * 3600 * 1000,
      schedule: {
        enabled: true,
        intervalMs: 3600 * 1000,
        entities: [],
        vectors: 'essential',
        retentionMs: 7 * 24 * 3600 * 1000,
        maintenance: [],
      },
      notifications: { enabled: true, holdMs: 60_000 },
      enablement: {
        enabled: false,
        writing: { default: { mode: 'direct' }, clusters: {} },
        hosts: [],
        issuers: [],
        namespaces: [],
        approval: { otherHosts: 0, allowSelf: false, notify: [] },
        deadlines: {
          planMs: 15 * 60_000,
          approvalMs: 3 * 24 * 3600 * 1000,
          holdMs: 24 * 3_600_000,
          mergeMs: 14 * 24 * 3_600_000,
          propagationMs: 2 * 60_000,
          operationMs: 30 * 60_000,
          rollbackMs: 10 * 60_000,
        },
        quotas: { perEntityPerDay: 10, running: 3, plansPerMinute: 30 },
        shadow: { mode: 'report', windowMs: 15_000 },
      },
      probes: expect.objectContaining({
        enabled: true,
        allowedAddresses: [],
        timeoutMs: 5000,
        maxConcurrency: 4,
      }),
    });
  });

  it('reads clusters of its own', () => {
    const { clusters } = read({
      istioJwt: {
        clusters: [
          {
            name: 'a',
            url: 'https://10.0.0.1:6443/',
            serviceAccountToken: 't',
            namespaces: ['x'],
            gateways: [
              {
                match: { namespace: 'istio-system', name: 'gw' },
                address: '[::1]:80',
              },
            ],
          },
          { name: 'b', kubeconfig: '/etc/kc', context: 'c' },
          { name: 'c', inCluster: true },
          { name: 'd', sandbox: true, url: 'http://127.0.0.1:7481' },
        ],
      },
    });
    expect(clusters.map(c => c.access)).toEqual([
      expect.objectContaining({ kind: 'url', url: 'https://10.0.0.1:6443' }),
      { kind: 'kubeconfig', path: '/etc/kc', context: 'c' },
      { kind: 'in-cluster' },
      expect.objectContaining({ kind: 'url', skipTLSVerify: true }),
    ]);
    expect(clusters[0].gateways[0].address).toEqual({ host: '::1', port: 80 });
  });

  it('reads probers, and uses none where none is named', () => {
    const { clusters } = read({
      istioJwt: {
        clusters: [
          { name: 'a', inCluster: true },
          {
            name: 'b',
            inCluster: true,
            portForward: true,
            probers: [
              { namespace: 'p' },
              { namespace: 'q', labelSelector: 'app=x', container: 'c' },
            ],
          },
        ],
      },
    });
    expect(clusters).toMatchObject([
      { portForward: false, probers: [] },
      {
        portForward: true,
        probers: [
          {
            namespace: 'p',
            selectorText: 'app.kubernetes.io/name=istio-jwt-prober',
          },
          { namespace: 'q', selectorText: 'app=x', container: 'c' },
        ],
      },
    ]);
  });

  it("falls back to the Kubernetes plugin's clusters and says which cannot be used", () => {
    const { clusters } = read({
      kubernetes: {
        clusterLocatorMethods: [
          {
            type: 'config',
            clusters: [
              {
                name: 'sa',
                url: 'https://k',
                authProvider: 'serviceAccount',
                serviceAccountToken: 's',
              },
              { name: 'oidc', url: 'https://k', authProvider: 'oidc' },
            ],
          },
          { type: 'gke', projectId: 'p' },
        ],
      },
    });
    expect(clusters[0].access.kind).toBe('url');
    expect(clusters[1]).toMatchObject({
      name: 'oidc',
      access: { kind: 'unsupported', fix: expect.stringContaining('istioJwt') },
    });
    expect(clusters[2].access.kind).toBe('unsupported');
  });

  it.each([
    [{ clusters: [{ name: 'a' }] }, /istioJwt\.clusters\[0\].*exactly one/],
    [
      { clusters: [{ name: 'a', url: 'http://10.0.0.1' }] },
      /clusters\[0\]\.url is plain http/,
    ],
    [{ clusters: [{ name: 'a', url: 'nope' }] }, /not an http or https URL/],
    [
      {
        clusters: [
          { name: 'a', inCluster: true },
          { name: 'a', inCluster: true },
        ],
      },
      /two clusters named 'a'/,
    ],
    [
      {
        clusters: [
          {
            name: 'a',
            inCluster: true,
            probers: [{ namespace: 'p', labelSelector: 'a==b==c' }],
          },
        ],
      },
      /clusters\[0\]\.probers\[0\]\.labelSelector/,
    ],
    [
      { probes: { allowedAddresses: ['10.0.0.0'] } },
      /allowedAddresses\[0\].*CIDR/,
    ],
    [
      { jwks: { allowedHosts: ['https://a.example/keys'] } },
      /jwks\.allowedHosts\[0\].*host:port/,
    ],
    [{ jwks: { allowedHosts: ['*'] } }, /jwks\.allowedHosts\[0\]/],
    [{ jwks: { allowedAddresses: ['x'] } }, /jwks\.allowedAddresses\[0\]/],
    [{ jwks: { interval: '1s' } }, /jwks\.interval is 1000 ms.*10 seconds/],
    [{ probes: { maxConcurrency: 0 } }, /maxConcurrency is 0.*1 to 32/],
    [{ probes: { userAgent: 'a\r\nHost: x' } }, /userAgent/],
    [
      { tokenSources: [{ issuer: 'i', static: 'a', gateways: ['edge'] }] },
      /tokenSources\[0\]\.gateways names 'edge'\. Write namespace\/name/,
    ],
    [{ tokenSources: [{ issuer: 'i' }] }, /tokenSources\[0\] has no token/],
    [
      { tokenSources: [{ issuer: 'i', static: 'a', signingJwk: '{}' }] },
      /tokenSources\[0\] has static and signingJwk\. Set exactly one/,
    ],
    [credentials({ tokenUrl: 'nope' }), /clientCredentials\.tokenUrl is not/],
    [
      credentials({ tokenUrl: 'http://login.example/token' }),
      /tokenUrl is plain http.*allowInsecureHttp/,
    ],
    [
      credentials({ authentication: 'jwt' }),
      /authentication is 'jwt'.*'basic'/,
    ],
    [credentials({ resource: ['api'] }), /clientCredentials\.resource/],
    [
      credentials({ clientSecret: undefined }),
      /clientCredentials\.clientSecret/,
    ],
  ])('names the key and the fix for %j', (istioJwt, message) => {
    expect(() => read({ istioJwt })).toThrow(message);
  });

  it('never quotes key material', () => {
    let message = '';
    try {
      read({
        istioJwt: { tokenSources: [{ issuer: 'i', signingJwk: '{"d":"s3cr' }] },
      });
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('signingJwk is not a JWK');
    expect(message).not.toContain('s3cr');
  });
});
