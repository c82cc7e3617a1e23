import {
  AuditorService,
  BackstageCredentials,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import { Entity } from '@backstage/catalog-model';
import { ResourcePermission } from '@backstage/plugin-permission-common';
import { Request } from 'express';
import { EntityAccess, openEntity, OpenEntity } from './openEntity';
import { withAudit } from './withAudit';

/** A request whose path names an entity. */
export type EntityRequest = Request<
  { kind: string; namespace: string; name: string },
  any,
  any,
  any
>;

export interface EntityReading extends EntityAccess {
  auditor: AuditorService;
  httpAuth: HttpAuthService;
}

/** Of people and of other plugins. */
export function readCredentials(
  { httpAuth }: Pick<EntityReading, 'httpAuth'>,
  request: Request<any, any, any, any>,
): Promise<BackstageCredentials> {
  return httpAuth.credentials(request, { allow: ['user', 'service'] });
}

/** As {@link openEntity}, of the entity that the path names. */
export async function openRequested(
  options: EntityReading,
  request: EntityRequest,
  ...wanted: ResourcePermission<'catalog-entity'>[]
): Promise<OpenEntity> {
  return openEntity(
    options,
    request.params,
    await readCredentials(options, request),
    ...wanted,
  );
}

/** Reads something of an entity that the caller may see, as one event of the audit log. */
export function readAudited<T>(
  options: EntityReading,
  request: EntityRequest,
  what: string,
  read: (entity: Entity) => Promise<T>,
): Promise<T> {
  return withAudit(
    options.auditor,
    {
      eventId: 'entity-read',
      severityLevel: 'low',
      request,
      meta: { entityRef: nameEntity(request), what },
    },
    async () => read((await openRequested(options, request)).entity),
  );
}

const PAGE_SIZE = 50;

/** The OpenAPI validator has bounded both. */
export function readPage({ query }: EntityRequest): {
  limit: number;
  cursor?: string;
} {
  return { limit: Number(query.limit ?? PAGE_SIZE), cursor: query.cursor };
}

export function nameEntity({ params }: EntityRequest): string {
  return `${params.kind}:${params.namespace}/${params.name}`.toLowerCase();
}
