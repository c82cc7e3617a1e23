import { AuthService } from '@backstage/backend-plugin-api';
import { CATALOG_FILTER_EXISTS } from '@backstage/catalog-client';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { CatalogService } from '@backstage/plugin-catalog-node';
import {
  ANNOTATION_KUBERNETES_ID,
  ANNOTATION_KUBERNETES_LABEL_SELECTOR,
} from 'backstage-plugin-istio-jwt-common';
import { ScheduleConfig } from '../config';

const PAGE = 200;
const MAX_ENTITIES = 50_000;

/** Refs of all entities that say which Services are theirs, a page at a time. */
export async function* listEntities(options: {
  auth: AuthService;
  catalog: CatalogService;
  /** Catalog filters, of which one has to match. Empty: all. */
  filters: ScheduleConfig['entities'];
  signal?: AbortSignal;
}): AsyncGenerator<string[]> {
  const { auth, catalog, filters, signal } = options;
  const filter = [
    ANNOTATION_KUBERNETES_LABEL_SELECTOR,
    ANNOTATION_KUBERNETES_ID,
  ].flatMap(annotation =>
    (filters.length > 0 ? filters : [{}]).map(wanted => ({
      ...wanted,
      [`metadata.annotations.${annotation}`]: CATALOG_FILTER_EXISTS,
    })),
  );
  const fields = ['kind', 'metadata.namespace', 'metadata.name'];
  let cursor: string | undefined;
  let listed = 0;
  do {
    // Service tokens are short-lived; a long listing needs several.
    const credentials = await auth.getOwnServiceCredentials();
    const { items, pageInfo } = await catalog.queryEntities(
      cursor
        ? { cursor, fields, limit: PAGE }
        : { filter, fields, limit: PAGE },
      { credentials },
    );
    yield items.map(entity => stringifyEntityRef(entity));
    listed += items.length;
    cursor = pageInfo.nextCursor;
  } while (cursor && listed < MAX_ENTITIES && !signal?.aborted);
}
