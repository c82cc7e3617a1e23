import { expect, Locator, Page, test } from '@playwright/test';
import { openCoverage, resetSandbox, rowOf, takePicture } from './portal.ts';

test.beforeAll(resetSandbox);

/** Presses a key until the target has the focus, as somebody does who has no mouse. */
async function reach(
  page: Page,
  target: Locator,
  { key = 'Tab', within = 40 } = {},
): Promise<void> {
  for (let presses = 0; presses < within; presses++) {
    if (await target.evaluate(element => element === document.activeElement)) {
      return;
    }
    await page.keyboard.press(key);
  }
  await expect(target, `not reached by ${within} times ${key}`).toBeFocused();
}

test('filters, order, rows and dialogs work by keyboard alone', async ({
  page,
}) => {
  test.setTimeout(120_000);
  await openCoverage(page);
  await expect(rowOf(page, 'reviews')).toBeVisible({ timeout: 60_000 });

  await test.step('a filter is reached and chosen', async () => {
    const open = page
      .getByRole('group', { name: 'Services by state' })
      .getByRole('button', { name: /Open/ });
    await reach(page, open, { within: 60 });
    await page.keyboard.press('Space');
    await expect(open).toHaveAttribute('aria-pressed', 'true');
    await expect(rowOf(page, 'reviews')).toHaveCount(0);
    await expect(open).toBeFocused();
  });

  await test.step('a dialog is opened and left, and the focus is back', async () => {
    const button = page.getByRole('button', { name: 'Saved views' });
    await reach(page, button);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Saved views' });
    await expect(dialog).toBeVisible();
    await reach(page, dialog.getByRole('textbox', { name: 'Save it as' }));
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(button).toBeFocused();
  });

  await test.step('the list is sorted', async () => {
    const views = page.getByRole('tab', { name: 'Services' });
    await reach(page, views);
    const header = page
      .getByRole('grid', { name: 'Services' })
      .getByRole('columnheader', { name: 'Findings' });
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowUp');
    await reach(page, header, { key: 'ArrowRight' });
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/sort=findings/);
    await expect(header).toHaveAttribute('aria-sort', 'ascending');
    await expect(header).toBeFocused();
  });

  await test.step('an exception is asked for from a row', async () => {
    const link = page.getByRole('link', {
      name: 'Ask for an exception for frontend',
    });
    await page.keyboard.press('ArrowDown');
    await reach(page, link, { key: 'ArrowRight' });
    await page.keyboard.press('Enter');
    const reason = page.getByRole('textbox', { name: /Reason/ });
    await expect(reason).toBeVisible();
    await reach(page, reason);
    await page.keyboard.type('A public page: nothing in it is secret.');
    await page.keyboard.press('Tab');
    await typeDay(page, new Date(Date.now() + 30 * 86_400_000));
    await reach(page, page.getByRole('button', { name: 'Ask for it' }));
    await page.keyboard.press('Enter');
    await expect(page.getByText('Waits for an approval')).toBeVisible();
    await takePicture(page, 'exception');
  });

  await test.step('the question before its end is left, and answered', async () => {
    const end = page.getByRole('button', { name: 'End it now' });
    await reach(page, end);
    await page.keyboard.press('Enter');
    await reach(page, page.getByRole('button', { name: 'Keep it' }), {
      within: 3,
    });
    await page.keyboard.press('Enter');
    await expect(end).toBeFocused();
    await page.keyboard.press('Enter');
    await reach(page, page.getByRole('button', { name: 'End the exception' }), {
      within: 3,
    });
    await page.keyboard.press('Enter');
    await expect(page.getByText('Taken back').first()).toBeVisible();
  });

  await test.step('a row leads to the service', async () => {
    await page.goto('/jwt-coverage?state=open');
    const link = rowOf(page, 'frontend').getByRole('link', {
      name: 'frontend',
      exact: true,
    });
    await expect(link).toBeVisible();
    await reach(page, page.getByRole('tab', { name: 'Services' }), {
      within: 80,
    });
    await page.keyboard.press('Tab');
    await reach(page, link, { key: 'ArrowRight' });
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/component\/frontend\/istio-jwt/);
  });
});

/** Into the date field that has the focus, in the order of the browser's language (en-US). */
async function typeDay(page: Page, day: Date) {
  const [year, month, date] = day.toISOString().slice(0, 10).split('-');
  await page.keyboard.type(`${month}${date}${year}`);
}
