import { CoverageFilter } from 'backstage-plugin-istio-jwt-common';

/** Where the frontend plugin has its page. */
const PAGE = '/jwt-coverage';

/** An address of the coverage page, for notifications; the page reads it by the same names. */
export function linkToCoverage(
  filter: CoverageFilter,
  focus: { view?: 'findings' | 'exceptions'; exception?: string } = {},
): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...focus, ...filter })) {
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) {
      params.set(name, String(value));
    }
  }
  const query = params.toString();
  return query ? `${PAGE}?${query}` : PAGE;
}
