import { expect, test } from '@playwright/test';
import {
  callKubernetes,
  overviewOf,
  resetSandbox,
  runProbes,
  tabOf,
  takePicture,
} from './portal.ts';

const POLICIES =
  '/apis/security.istio.io/v1/namespaces/default/authorizationpolicies';

test.beforeEach(resetSandbox);
test.afterAll(resetSandbox);

test('the card says what protects the backend, and what does not', async ({
  page,
}) => {
  await page.goto(overviewOf('backend'));
  await expect(
    page.getByText('A token is required for some requests'),
  ).toBeVisible();
  await expect(page.getByText('testing@secure.istio.io')).toBeVisible();
  await expect(
    page.getByText(/without a valid token.*sa\/frontend/).first(),
  ).toBeVisible();
  await expect(page.getByText('Sandbox', { exact: true })).toBeVisible();
  await takePicture(page, 'card');
});

test('probes through the gateway agree with the verdict', async ({ page }) => {
  await page.goto(tabOf('backend'));
  for (const policy of [
    'ingress-jwt',
    'ingress-jwt-policy',
    'backend-jwt',
    'backend-jwt-policy',
    'backend-allow-frontend',
  ]) {
    await expect(
      page.getByRole('button', { name: new RegExp(`^${policy} `) }),
    ).toBeVisible();
  }
  await runProbes(page);

  const probes = page.getByRole('table', { name: /Probes of/ }).first();
  const noToken = probes.getByRole('row').filter({ hasText: 'No token' });
  await expect(noToken).toContainText('RBAC: access denied');
  await expect(noToken).toContainText('Agrees');
  await expect(
    probes.getByRole('row').filter({ hasText: 'Disagrees' }),
  ).toHaveCount(0);
  await takePicture(page, 'tab');
});

test('a finding names the sibling policy that opens the backend', async ({
  page,
}) => {
  await page.goto(tabOf('backend'));
  const findings = page.getByRole('region', { name: 'Findings' });
  await expect(findings).toContainText('sibling-allow');
  await expect(findings).toContainText('backend-allow-frontend');
});

test('the card follows a change in the cluster within two seconds', async ({
  page,
}) => {
  await page.goto(overviewOf('backend'));
  await expect(page.getByText('Partial').first()).toBeVisible();
  // The signal's connection is made after the first render.
  await page.waitForTimeout(1_000);

  await callKubernetes('DELETE', `${POLICIES}/backend-allow-frontend`);
  await expect(
    page.getByText('A valid token is required.', { exact: true }),
  ).toBeVisible({
    timeout: 2_000,
  });

  await callKubernetes('DELETE', `${POLICIES}/backend-jwt-policy`);
  await expect(page.getByText('No token is needed.').first()).toBeVisible({
    timeout: 2_000,
  });
});
