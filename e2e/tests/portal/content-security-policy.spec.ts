import { expect, test } from '@playwright/test';
import { overviewOf, tabOf } from './portal.ts';

test('no page needs an inline script', async ({ page }) => {
  const refused: string[] = [];
  page.on('console', message => {
    if (/Content Security Policy/.test(message.text())) {
      refused.push(message.text());
    }
  });

  const response = await page.goto('/');
  const scripts = response!
    .headers()
    ['content-security-policy'].split(';')
    .find(directive => directive.startsWith('script-src '));
  expect(scripts).toContain("'self'");
  expect(scripts).not.toContain('unsafe-inline');

  for (const address of [
    overviewOf('backend'),
    tabOf('backend'),
    `${tabOf('backend')}?jwt=inspect`,
    '/jwt-coverage',
  ]) {
    await page.goto(address);
    await expect(page.getByRole('heading').first()).toBeVisible();
    await expect(page.getByRole('progressbar')).toHaveCount(0);
  }
  expect(refused).toEqual([]);
});
