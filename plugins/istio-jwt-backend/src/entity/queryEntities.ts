import { BackstageCredentials } from '@backstage/backend-plugin-api';
import { CATALOG_FILTER_EXISTS } from '@backstage/catalog-client';
import { Entity } from '@backstage/catalog-model';
import { CatalogService } from '@backstage/plugin-catalog-node';
import {
  ANNOTATION_KUBERNETES_ID,
  ANNOTATION_KUBERNETES_LABEL_SELECTOR,
} from 'backstage-plugin-istio-jwt-common';

const PAGE = 500;

/** Entities that say which Services are theirs. */
export const ANNOTATED: Record<string, string | symbol>[] = [
  ANNOTATION_KUBERNETES_LABEL_SELECTOR,
  ANNOTATION_KUBERNETES_ID,
].map(annotation => ({
  [`metadata.annotations.${annotation}`]: CATALOG_FILTER_EXISTS,
}));

/** Entities of the catalog, a page at a time. */
export async function* queryEntities({
  catalog,
  getCredentials,
  filter,
  fields,
  atMost,
  signal,
}: {
  catalog: CatalogService;
  /** Asked for each page: service tokens are short-lived, and a long listing needs several. */
  getCredentials: () => Promise<BackstageCredentials>;
  filter: Record<string, string | symbol>[];
  fields: string[];
  /** Absent: all. */
  atMost?: number;
  signal?: AbortSignal;
}): AsyncGenerator<Entity[]> {
  let cursor: string | undefined;
  let listed = 0;
  do {
    const { items, pageInfo } = await catalog.queryEntities(
      cursor
        ? { cursor, fields, limit: PAGE }
        : { filter, fields, limit: PAGE },
      { credentials: await getCredentials() },
    );
    yield items;
    listed += items.length;
    cursor = pageInfo.nextCursor;
  } while (cursor && listed < (atMost ?? Infinity) && !signal?.aborted);
}
