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
        approval: { otherHosts: 3, allowSelf: true },
        deadlines: { propagation: '30s', operation: { minutes: 5 } },
        quotas: { perEntityPerDay: 2, running: 1 },
      }),
    ).toEqual({
      enabled: true,
      writeMode: 'copy',
      namespaces: ['edge', 'prod-1/istio-ingress'],
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
      approval: { otherHosts: 3, allowSelf: true },
      deadlines: expect.objectContaining({
        propagationMs: 30_000,
        operationMs: 300_000,
      }),
      quotas: { perEntityPerDay: 2, running: 1 },
    });
  });

  it.each<[JsonObject, RegExp]>([
    [{ writeMode: 'pull-request' }, /writeMode is 'pull-request'/],
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
    [{ approval: { otherHosts: -1 } }, /otherHosts: -1/],
    [{ quotas: { running: 0 } }, /running: 0/],
  ])('says what is wrong with %j', (config, message) => {
    expect(() => read(config)).toThrow(message);
  });
});
