import { expect, test } from '@playwright/test';
import { resetSandbox, tabOf, takePicture } from './portal.ts';

test.beforeAll(resetSandbox);

const encode = (value: unknown) =>
  Buffer.from(JSON.stringify(value)).toString('base64url');
const SIGNATURE = 'bm90LWEtcmVhbC1zaWduYXR1cmU';

function writeToken(claims: object): string {
  return `${encode({ alg: 'RS256', kid: 'x' })}.${encode(claims)}.${SIGNATURE}`;
}

test('a token is decided in the page, and never leaves it', async ({
  page,
}) => {
  const sent: string[] = [];
  page.on('request', request =>
    sent.push(
      `${request.url()} ${JSON.stringify(request.headers())} ${
        request.postData() ?? ''
      }`,
    ),
  );
  await page.goto(tabOf('reviews'));
  await page
    .getByRole('link', { name: 'Inspect a token' })
    .click({ timeout: 30_000 });
  const field = page.getByRole('textbox', { name: 'Token' });
  const claims = { iss: 'https://login.example.com/', sub: 'me' };
  await field.fill(`Bearer ${writeToken(claims)}`);
  const wayIn = page.getByRole('article', {
    name: 'http://reviews.example.com',
  });
  await expect(wayIn).toContainText('401 Jwt issuer is not configured');
  await expect(wayIn).toContainText('The trailing slash differs');
  await takePicture(page, 'inspector');

  await field.fill(writeToken({ ...claims, iss: 'https://login.example.com' }));
  await expect(wayIn).toContainText('Passes');

  const kept = await page.evaluate(() =>
    JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      document.cookie,
      window.location.href,
      window.history.state,
    ]),
  );
  expect(kept).not.toContain(SIGNATURE);
  await page.getByRole('link', { name: 'JWT protection' }).click();
  await page.goBack();
  await expect(page.getByRole('textbox', { name: 'Token' })).toHaveValue('');
  expect(sent.filter(each => each.includes(SIGNATURE))).toEqual([]);
});

test('a 403 leads to the rule that gave it', async ({ page }) => {
  await page.goto(tabOf('backend'));
  await page
    .getByRole('link', { name: 'I got a 403' })
    .click({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Explain' }).click();
  const meaning = page.getByRole('region', { name: 'What it means' });
  await expect(meaning).toContainText('The configuration gives this answer');
  await expect(meaning).toContainText('ingress-jwt-policy');
  await expect(meaning).toContainText('Send a valid token');
});
