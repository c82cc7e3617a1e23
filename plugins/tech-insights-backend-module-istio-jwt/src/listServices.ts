import { AuthService, DiscoveryService } from '@backstage/backend-plugin-api';
import { ResponseError } from '@backstage/errors';
import {
  CoveragePage,
  CoverageService,
} from 'backstage-plugin-istio-jwt-common';

const PAGE = 200;
/** Of one page, in ms. */
const TIMEOUT_MS = 30_000;
/** A list that does not end is none. */
const MAX_PAGES = 1000;

/**
 * Services that some entity claims, a page at a time.
 *
 * @throws ResponseError where the backend refuses
 */
export async function* listServices({
  auth,
  discovery,
}: {
  auth: AuthService;
  discovery: DiscoveryService;
}): AsyncGenerator<CoverageService> {
  const baseUrl = await discovery.getBaseUrl('istio-jwt');
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const query = new URLSearchParams({ claimed: 'true', limit: String(PAGE) });
    if (cursor !== undefined) {
      query.set('cursor', cursor);
    }
    // Tokens are short-lived; a long list needs several.
    const { token } = await auth.getPluginRequestToken({
      onBehalfOf: await auth.getOwnServiceCredentials(),
      targetPluginId: 'istio-jwt',
    });
    const response = await fetch(`${baseUrl}/v1/coverage/services?${query}`, {
      headers: { Authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    const page: CoveragePage = await response.json();
    yield* page.items;
    cursor = page.nextCursor;
    if (cursor === undefined) {
      return;
    }
  }
  throw new Error(`The coverage did not end after ${MAX_PAGES} pages.`);
}
