import type { Page } from '@playwright/test';
import { EnablementApi } from '../../lab/portal/EnablementApi.ts';
import { tabOf } from '../portal/portal.ts';

const BACKEND = 'http://localhost:7007';

/** The API of enablement, asked as the person whom the page shows. */
export async function openEnablementApi(
  page: Page,
  entity: string,
): Promise<EnablementApi> {
  const first = page.waitForRequest(
    request =>
      request.url().startsWith(`${BACKEND}/api/istio-jwt/v1`) &&
      request.headers().authorization !== undefined,
  );
  await page.goto(tabOf(entity));
  const { authorization } = (await first).headers();
  return new EnablementApi(BACKEND, authorization, entity);
}
