import {
  CoverageFilter,
  CoverageService,
} from 'backstage-plugin-istio-jwt-common';
import { CoverageReader } from './read/CoverageReader';
import { Viewer } from './read/Viewer';

const PAGE = 500;

/** Every service that the filter means and the caller may see. A page at a time is in memory. */
export async function* listAllServices(
  reader: Pick<CoverageReader, 'readPage'>,
  viewer: Viewer,
  filter: CoverageFilter,
): AsyncGenerator<CoverageService> {
  let cursor: string | undefined;
  do {
    const page = await reader.readPage(viewer, filter, {
      sort: 'title',
      order: 'asc',
      limit: PAGE,
      cursor,
    });
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}
