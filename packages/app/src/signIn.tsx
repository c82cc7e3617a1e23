import { ProxiedSignInPage } from '@backstage/core-components';
import { createFrontendModule } from '@backstage/frontend-plugin-api';
import { SignInPageBlueprint } from '@backstage/plugin-app-react';

const KEY = 'sandbox-person';

/**
 * Whoever opens the portal of the sandbox is the guest, without a click. `?as=platform` makes the window
 * that of somebody of the platform team, until it is closed: what the guest asks for, somebody else
 * approves.
 */
function chooseProvider(): 'guest' | 'sandbox-platform' {
  const asked = new URLSearchParams(window.location.search).get('as');
  if (asked) sessionStorage.setItem(KEY, asked);
  return sessionStorage.getItem(KEY) === 'platform'
    ? 'sandbox-platform'
    : 'guest';
}

export const signInPage = SignInPageBlueprint.make({
  params: {
    loader: async () => props =>
      <ProxiedSignInPage {...props} provider={chooseProvider()} />,
  },
});

export const signInModule = createFrontendModule({
  pluginId: 'app',
  extensions: [signInPage],
});
