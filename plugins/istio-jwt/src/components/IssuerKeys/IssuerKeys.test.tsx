import { screen, within } from '@testing-library/react';
import {
  IssuerHealth,
  IssuerHealthView,
  KeySetView,
} from 'backstage-plugin-istio-jwt-common';
import { findViolations } from '../../__testUtils__/findViolations';
import { buildStatus } from '../../__testUtils__/fixtures';
import {
  createFakeApi,
  renderWithApi,
} from '../../__testUtils__/renderWithApi';
import { EntityIstioJwtCard } from '../EntityIstioJwtCard';
import { EntityIstioJwtContent } from '../EntityIstioJwtContent';

const ago = (minutes: number) =>
  new Date(Date.now() - minutes * 60_000).toISOString();

const keySet: KeySetView = {
  keys: [
    { kid: 'one', kty: 'RSA', alg: 'RS256', use: 'sig', private: false },
    { kid: 'leaked', kty: 'RSA', private: true },
    { kty: 'EC', crv: 'x', private: false, unusable: 'Envoy knows no curve' },
    { kid: 'rfc', private: false, knownFrom: 'RFC 7515, appendix A.3' },
  ],
  keyCount: 4,
  bytes: 1434,
  durationMs: 87,
  rotatedAt: ago(180),
  watchedSince: ago(9000),
};

function buildView(
  health: IssuerHealth,
  overrides: Partial<IssuerHealthView> = {},
): IssuerHealthView {
  return {
    issuer: 'https://login.example',
    jwks: { kind: 'uri', uri: 'https://login.example/jwks' },
    uri: 'https://login.example/jwks',
    usedBy: [
      {
        cluster: 'main',
        ref: {
          kind: 'RequestAuthentication',
          namespace: 'istio-system',
          name: 'ingress-jwt',
        },
      },
    ],
    health,
    tokens: [],
    ...overrides,
  };
}

const failing: IssuerHealth = {
  kind: 'failing',
  checkedAt: ago(0),
  since: ago(12),
  failure: {
    code: 'http-status',
    brief: 'HTTP 500',
    reason: 'https://login.example/jwks answers 500.',
    document: 'keys',
  },
  lastGood: { at: ago(13), keySet },
};
const healthy: IssuerHealth = {
  kind: 'healthy',
  checkedAt: ago(1),
  since: ago(9000),
  keySet,
  warnings: ['The discovery document is of issuer "https://other.example".'],
};

function renderTab(...issuerHealth: IssuerHealthView[]) {
  return renderWithApi(<EntityIstioJwtContent />, {
    api: createFakeApi({
      getStatus: async () => buildStatus({ issuerHealth }),
    }),
  });
}

describe('Keys of the issuers', () => {
  it('shows a healthy set with its keys, rotation and what is odd', async () => {
    const { container } = renderTab(
      buildView(healthy, {
        tokens: [
          { kid: 'one', alg: 'RS256', published: true },
          { kid: 'gone', alg: 'RS256', published: false },
        ],
      }),
    );
    const article = await screen.findByRole('article', {
      name: 'https://login.example',
    });
    expect(article).toHaveTextContent('Healthy');
    expect(article).toHaveTextContent('4 keys, 1.4 KiB in 87 ms');
    expect(article).toHaveTextContent('Keys last changed 3 hours ago');
    expect(article).toHaveTextContent('https://other.example');
    const rows = within(article).getAllByRole('row').slice(1);
    expect(rows[0]).toHaveTextContent('oneRSARS256sigNoneIn order');
    expect(rows[1]).toHaveTextContent('Private material is published');
    expect(rows[2]).toHaveTextContent('Envoy knows no curve');
    expect(rows[3]).toHaveTextContent(
      'Everybody can sign tokens: its private part stands in RFC 7515, appendix A.3',
    );
    expect(article).toHaveTextContent(
      'key id one, RS256) fits a published key',
    );
    expect(article).toHaveTextContent('key id gone, RS256) fits none');
    expect(await findViolations(container)).toEqual([]);
  });

  it.each<[IssuerHealth, string[]]>([
    [{ kind: 'checking' }, ['Checking', 'for the first time']],
    [
      failing,
      [
        'Failing',
        'answers 500',
        'Failing since 12 minutes ago',
        'Last read 13 minutes ago',
        'istiod keeps a set that it has read',
      ],
    ],
    [
      {
        kind: 'not-checked',
        reason: 'login.example is not among the hosts.',
        fix: "Add 'login.example'.",
      },
      ['Not checked', 'not among the hosts', "Fix: Add 'login.example'."],
    ],
    [
      { kind: 'inline', keys: keySet.keys.slice(0, 1), keyCount: 1 },
      ['In the policy', 'do not follow the issuer', 'Keys (1)'],
    ],
  ])('says what is known: %j', async (health, texts) => {
    const { container } = renderTab(buildView(health));
    const article = await screen.findByRole('article', {
      name: 'https://login.example',
    });
    texts.forEach(text => expect(article).toHaveTextContent(text));
    expect(await findViolations(container)).toEqual([]);
  });

  it('puts failing issuers first', async () => {
    renderTab(
      buildView(healthy, { issuer: 'https://good.example' }),
      buildView(failing, { issuer: 'https://bad.example' }),
    );
    const names = (
      await screen.findAllByRole('article', { name: /good|bad/ })
    ).map(article => article.querySelector('h3')?.textContent);
    expect(names).toEqual(['https://bad.example', 'https://good.example']);
  });

  it('tells a failing issuer on the card, and nothing of healthy ones', async () => {
    const { container } = renderWithApi(<EntityIstioJwtCard />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({
            issuerHealth: [
              buildView(healthy, { issuer: 'https://good.example' }),
              buildView(failing),
            ],
          }),
      }),
    });
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent(
      'Keys of https://login.example cannot be read: HTTP 500',
    );
    expect(alert).toHaveTextContent('Failing since 12 minutes ago');
    expect(screen.queryByText(/good\.example/)).not.toBeInTheDocument();
    expect(await findViolations(container)).toEqual([]);
  });

  it('tells on the card that keys seem not to have arrived', async () => {
    renderWithApi(<EntityIstioJwtCard />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({
            issuerHealth: [
              buildView(healthy, {
                suspicion: {
                  message: 'istiod failed most likely.',
                  at: ago(2),
                },
              }),
            ],
          }),
      }),
    });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /seem not to have arrived in the proxies.*istiod failed most likely/,
    );
  });
});
