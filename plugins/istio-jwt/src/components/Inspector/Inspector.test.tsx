import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { findViolations } from '../../__testUtils__/findViolations';
import {
  buildService,
  buildStatus,
  buildWayIn,
} from '../../__testUtils__/fixtures';
import {
  createFakeApi,
  renderWithApi,
} from '../../__testUtils__/renderWithApi';
import { EntityIstioJwtContent } from '../EntityIstioJwtContent';

const ISSUER = 'https://login.example';
const RA = {
  kind: 'RequestAuthentication',
  namespace: 'istio-system',
  name: 'ingress-jwt',
};
const AP = {
  kind: 'AuthorizationPolicy',
  namespace: 'istio-system',
  name: 'require-jwt',
};
const GATEWAY = {
  kind: 'gateway' as const,
  namespace: 'istio-system',
  name: 'istio-ingressgateway',
  labels: { istio: 'ingressgateway' },
};
const selector = { matchLabels: { istio: 'ingressgateway' } };

function buildRequired(): EntityStatus {
  const policy = (ref: typeof RA, spec: object) => ({
    cluster: 'main',
    ref,
    yaml: JSON.stringify({
      apiVersion: 'security.istio.io/v1',
      kind: ref.kind,
      metadata: { namespace: ref.namespace, name: ref.name },
      spec: { selector, ...spec },
    }),
  });
  const issuers = [
    {
      issuer: ISSUER,
      audiences: ['shop'],
      jwks: { kind: 'discovery' as const },
      forwardOriginalToken: false,
      requestAuthentication: RA,
    },
  ];
  return buildStatus({
    services: [
      buildService({
        waysIn: [
          buildWayIn({
            paths: [],
            issuers,
            hops: [
              {
                proxy: GATEWAY,
                port: 8080,
                protocol: 'http',
                policies: [
                  { ref: RA, by: 'selector' },
                  { ref: AP, by: 'selector', action: 'ALLOW' },
                ],
              },
            ],
          }),
        ],
      }),
    ],
    policies: [
      policy(RA, { jwtRules: [{ issuer: ISSUER, audiences: ['shop'] }] }),
      policy(AP, {
        rules: [{ from: [{ source: { requestPrincipals: [`${ISSUER}/*`] } }] }],
      }),
    ],
  });
}

const encode = (value: unknown) =>
  Buffer.from(JSON.stringify(value)).toString('base64url');
const SECRET = 'c2VjcmV0LXNpZ25hdHVyZQ';
const write = (claims: object) =>
  `${encode({ alg: 'RS256', kid: 'one' })}.${encode({
    iss: ISSUER,
    sub: 'someone',
    aud: 'shop',
    exp: Date.now() / 1000 + 3600,
    ...claims,
  })}.${SECRET}`;

function open(view: string) {
  const api = createFakeApi({ getStatus: async () => buildRequired() });
  return {
    api,
    ...renderWithApi(<EntityIstioJwtContent />, { api, at: `/?jwt=${view}` }),
  };
}

async function paste(text: string) {
  const field = await screen.findByRole('textbox', { name: /^Token/ });
  fireEvent.change(field, { target: { value: text } });
  return field;
}

const decision = () =>
  screen.findByRole('article', { name: 'http://shop.example' });

describe('The token inspector', () => {
  it('shows and decides a good token', async () => {
    const { container } = open('inspect');
    await paste(`Bearer ${write({})}`);
    expect(await decision()).toHaveTextContent(/^.*Passes/);
    expect(screen.getByRole('table', { name: 'Claims' })).toHaveTextContent(
      /exp.*Expires in (59 minutes|1 hour)/,
    );
    expect(screen.getByRole('table', { name: 'Header' })).toHaveTextContent(
      'kidone',
    );
    expect(
      await screen.findByText(/No policy on any way in names this issuer/),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/The signature is taken for good: it is not checked/),
    ).toBeInTheDocument();
    expect(await findViolations(container)).toEqual([]);
  });

  it.each<[object, RegExp, RegExp]>([
    [
      { iss: `${ISSUER}/` },
      /401 Jwt issuer is not configured/,
      /The trailing slash differs: the token has one/,
    ],
    [
      { aud: 'other' },
      /403 Audiences in Jwt are not allowed/,
      /Audience not allowed: the token is for “other”/,
    ],
    [{ exp: 1_700_000_000 }, /401 Jwt is expired/, /Get a fresh token/],
    [{ sub: undefined }, /403 RBAC: access denied/, /requestPrincipals/],
  ])(
    'says why %j is refused',
    async (claims, answer, why) => {
      open('inspect');
      await paste(write(claims));
      const article = await decision();
      expect(article).toHaveTextContent(answer);
      expect(article).toHaveTextContent(why);
    },
    30_000,
  );

  it('says that something is no JWT, and what that gets', async () => {
    open('inspect');
    await paste('opaque-token');
    expect(await screen.findByText('This is no JWT')).toBeInTheDocument();
    expect(await decision()).toHaveTextContent(/401 Jwt is not in the form/);
  });

  it('sends, stores and keeps nothing', async () => {
    const fetched = jest.spyOn(global, 'fetch');
    const { api } = open('inspect');
    const field = await paste(write({}));
    expect(field).toHaveAttribute('autocomplete', 'off');
    expect(field).toHaveAttribute('spellcheck', 'false');
    await decision();
    const asked = Object.values(api).flatMap(
      method => (method as jest.Mock).mock.calls,
    );
    for (const place of [
      JSON.stringify(asked.map(args => args.slice(0, 2))),
      JSON.stringify(fetched.mock.calls),
      JSON.stringify(localStorage),
      JSON.stringify(sessionStorage),
      document.cookie,
      window.location.href,
    ]) {
      expect(place).not.toContain(SECRET);
    }
    window.dispatchEvent(new Event('pagehide'));
    await waitFor(() => expect(field).toHaveValue(''));
    expect(document.body.innerHTML).not.toContain(SECRET);
    fetched.mockRestore();
  });
});

describe('“I got a 403”', () => {
  it('leads from the answer to the rule and the fix', async () => {
    const { container } = open('refusal');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Explain' }),
    );
    const meaning = await screen.findByRole('region', {
      name: 'What it means',
    });
    expect(meaning).toHaveTextContent('The configuration gives this answer');
    expect(meaning).toHaveTextContent(
      /Rule: AuthorizationPolicy istio-system\/require-jwt, rule 0/,
    );
    expect(within(meaning).getByText('Fix:')).toBeInTheDocument();
    expect(await findViolations(container)).toEqual([]);
  });

  it('says that an answer does not come from the mesh', async () => {
    open('refusal');
    const body = await screen.findByRole('textbox', { name: 'Body' });
    fireEvent.change(body, { target: { value: '{"error":"login"}' } });
    await userEvent.click(screen.getByRole('button', { name: 'Explain' }));
    expect(
      await screen.findByText(
        'This answer does not come from the proxies of this way in',
      ),
    ).toBeInTheDocument();
  });

  it('does not take what is no status, and drops an answer to another question', async () => {
    open('refusal');
    const code = await screen.findByRole('textbox', { name: 'Status' });
    fireEvent.change(code, { target: { value: 'no' } });
    expect(code).toHaveAccessibleDescription(/Three digits/);
    await userEvent.click(screen.getByRole('button', { name: 'Explain' }));
    expect(screen.queryByRole('region', { name: 'What it means' })).toBeNull();
    fireEvent.change(code, { target: { value: '403' } });
    await userEvent.click(screen.getByRole('button', { name: 'Explain' }));
    expect(
      await screen.findByRole('region', { name: 'What it means' }),
    ).toBeInTheDocument();
    fireEvent.change(code, { target: { value: '401' } });
    expect(screen.queryByRole('region', { name: 'What it means' })).toBeNull();
  });
});
