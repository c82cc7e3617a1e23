import {
  createExtensionTester,
  mockApis,
  renderInTestApp,
  TestApiProvider,
} from '@backstage/frontend-test-utils';
import { discoveryApiRef } from '@backstage/frontend-plugin-api';
import { SignInPageBlueprint } from '@backstage/plugin-app-react';
import { waitFor } from '@testing-library/react';
import { signInPage } from './signIn';

const session = {
  profile: { displayName: 'Guest' },
  providerInfo: {},
  backstageIdentity: {
    token: `x.${btoa(JSON.stringify({ exp: Date.now() / 1000 + 3600 }))}.x`,
    identity: {
      type: 'user',
      userEntityRef: 'user:development/guest',
      ownershipEntityRefs: ['user:development/guest'],
    },
  },
};

describe('the sign-in page', () => {
  const fetched: string[] = [];
  const original = global.fetch;

  beforeEach(() => {
    fetched.length = 0;
    global.fetch = (async (url: string) => {
      fetched.push(String(url));
      return { ok: true, json: async () => session };
    }) as unknown as typeof fetch;
  });

  afterEach(() => {
    global.fetch = original;
  });

  it.each([
    ['', 'guest'],
    ['?as=platform', 'sandbox-platform'],
    // As long as the window is there.
    ['', 'sandbox-platform'],
    ['?as=guest', 'guest'],
  ])(
    'signs in whoever comes by “%s” as the %s, without a click',
    async (query, provider) => {
      window.history.replaceState(null, '', `/${query}`);
      const SignInPage = createExtensionTester(signInPage).get(
        SignInPageBlueprint.dataRefs.component,
      );
      const onSignInSuccess = jest.fn();
      renderInTestApp(
        <TestApiProvider
          apis={[
            [
              discoveryApiRef,
              mockApis.discovery({ baseUrl: 'http://portal.example' }),
            ],
          ]}
        >
          <SignInPage onSignInSuccess={onSignInSuccess} />
        </TestApiProvider>,
      );
      await waitFor(() => expect(onSignInSuccess).toHaveBeenCalledTimes(1));
      expect(fetched).toEqual([
        `http://portal.example/api/auth/${provider}/refresh`,
      ]);
      const [identity] = onSignInSuccess.mock.calls[0];
      await expect(identity.getBackstageIdentity()).resolves.toMatchObject({
        userEntityRef: 'user:development/guest',
      });
    },
  );
});
