import { ConfigReader } from '@backstage/config';
import { JsonObject } from '@backstage/types';
import { readEnablement } from './readEnablement';

const read = (enablement: JsonObject) =>
  readEnablement(new ConfigReader(enablement));

describe('readEnablement', () => {
  it('reads everything', () => {
    expect(
      read({
        enabled: true,
        writeMode: 'copy',
        namespaces: ['edge', 'prod-1/istio-ingress'],
        hosts: [
          { pattern: '*.apps.example.com', gateways: ['edge/public'] },
          { pattern: 'shop.example.com', clusters: ['prod-1'] },
        ],
        issuers: [
          {
            name: 'Company login',
            issuer: 'https://login.example.com',
            jwksUri: 'https://login.example.com/keys',
            audiences: ['shop'],
            fromHeaders: [{ name: 'x-token' }, { name: 'x-t', prefix: 'T ' }],
            claims: [{ name: 'tier', values: ['gold'] }],
          },
          { name: 'other', issuer: 'https://other.example.com' },
        ],
        approval: {
          otherHosts: 3,
          allowSelf: true,
          notify: ['group:default/platform'],
        },
        shadow: 'off',
        deadlines: {
          shadow: '5s',
          propagation: '30s',
          operation: { minutes: 5 },
          hold: '2h',
        },
        quotas: { perEntityPerDay: 2, running: 1, plansPerMinute: 7 },
      }),
    ).toEqual({
      enabled: true,
      writing: { default: { mode: 'copy' }, clusters: {} },
      namespaces: ['edge', 'prod-1/istio-ingress'],
      hosts: [
        {
          pattern: '*.apps.example.com',
          clusters: [],
          gateways: ['edge/public'],
        },
        { pattern: 'shop.example.com', clusters: ['prod-1'], gateways: [] },
      ],
      issuers: [
        {
          name: 'Company login',
          issuer: 'https://login.example.com',
          jwksUri: 'https://login.example.com/keys',
          audiences: ['shop'],
          fromHeaders: [{ name: 'x-token' }, { name: 'x-t', prefix: 'T ' }],
          claims: [{ name: 'tier', values: ['gold'] }],
        },
        {
          name: 'other',
          issuer: 'https://other.example.com',
          audiences: [],
          fromHeaders: [],
          claims: [],
        },
      ],
      shadow: { mode: 'off', windowMs: 5000 },
      approval: {
        otherHosts: 3,
        allowSelf: true,
        notify: ['group:default/platform'],
      },
      deadlines: expect.objectContaining({
        propagationMs: 30_000,
        operationMs: 300_000,
        holdMs: 7_200_000,
      }),
      quotas: { perEntityPerDay: 2, running: 1, plansPerMinute: 7 },
    });
  });

  it('lets clusters be written in ways of their own', () => {
    const { writing } = read({
      writeMode: 'direct',
      clusters: [
        {
          name: 'prod',
          writeMode: 'pull-request',
          pullRequest: {
            template: 'jwt-by-gitlab',
            repoUrl: 'gitlab.example.com:8443?owner=shop%2Fops&repo=clusters',
            directory: 'clusters/prod/istio-jwt',
          },
        },
        { name: 'stage', writeMode: 'pull-request' },
        { name: 'legacy', writeMode: 'copy' },
      ],
    });
    expect(writing).toEqual({
      default: { mode: 'direct' },
      clusters: {
        prod: {
          mode: 'pull-request',
          pullRequest: {
            template: 'template:default/jwt-by-gitlab',
            repoUrl: 'gitlab.example.com:8443?owner=shop%2Fops&repo=clusters',
            directory: 'clusters/prod/istio-jwt',
          },
        },
        stage: {
          mode: 'pull-request',
          pullRequest: {
            template: 'template:default/istio-jwt-pull-request',
            directory: 'istio-jwt',
          },
        },
        legacy: { mode: 'copy' },
      },
    });
  });

  it('has where pull requests go for places that others keep, without making them the rule', () => {
    expect(
      read({ pullRequest: { repoUrl: 'github.com?owner=shop&repo=clusters' } })
        .writing.default,
    ).toEqual({
      mode: 'direct',
      pullRequest: {
        template: 'template:default/istio-jwt-pull-request',
        directory: 'istio-jwt',
        repoUrl: 'github.com?owner=shop&repo=clusters',
      },
    });
  });

  it.each<[JsonObject, RegExp]>([
    [{ writeMode: 'by-mail' }, /writeMode is 'by-mail'/],
    [
      { clusters: [{ name: 'a', writeMode: 'git' }] },
      /clusters\[0\]\.writeMode is 'git'/,
    ],
    [{ clusters: [{ name: 'a' }, { name: 'a' }] }, /two of one name/],
    [
      { pullRequest: { repoUrl: 'https://token@github.com/shop/clusters' } },
      /pullRequest\.repoUrl/,
    ],
    [{ pullRequest: { directory: '../secrets' } }, /pullRequest\.directory/],
    [{ pullRequest: { directory: '/etc' } }, /pullRequest\.directory/],
    [{ pullRequest: { template: ':' } }, /pullRequest\.template/],
    [{ namespaces: ['*'] }, /namespaces names '\*'/],
    [
      { issuers: [{ name: 'a', issuer: 'i', jwksUri: 'file:///etc/keys' }] },
      /issuers\[0\]\.jwksUri/,
    ],
    [
      { issuers: [{ name: 'a', issuer: 'i', jwksUri: 'https://u:p@x/k' }] },
      /without credentials/,
    ],
    [
      {
        issuers: [
          { name: 'a', issuer: 'i' },
          { name: 'a', issuer: 'j' },
        ],
      },
      /two of one name/,
    ],
    [{ hosts: [{ pattern: '*' }] }, /hosts\[0\]\.pattern is '\*'/],
    [{ hosts: [{ pattern: '*.com' }] }, /at least two labels/],
    [{ hosts: [{ pattern: 'Shop.example.com' }] }, /lower case/],
    [
      { hosts: [{ pattern: 'a.example.com', gateways: ['public'] }] },
      /gateways names 'public'/,
    ],
    [{ shadow: 'maybe' }, /shadow is 'maybe'/],
    [{ deadlines: { shadow: '11m' } }, /longer than 10 minutes/],
    [{ approval: { otherHosts: -1 } }, /otherHosts: -1/],
    [{ quotas: { running: 0 } }, /running: 0/],
  ])('says what is wrong with %j', (config, message) => {
    expect(() => read(config)).toThrow(message);
  });
});
