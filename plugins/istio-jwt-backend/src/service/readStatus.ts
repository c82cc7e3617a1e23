import { AuditorService } from '@backstage/backend-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import {
  EntityStatus,
  istioJwtProbeRunPermission,
} from 'backstage-plugin-istio-jwt-common';
import { StatusNotifier, StatusService } from '../status';
import { authorizeEntity } from './authorizeEntity';
import { EntityCall } from './EnablementCalls';
import { nameCaller } from './nameCaller';
import { EntityAccess, openEntity } from './openEntity';
import { withAudit } from './withAudit';

export interface StatusParts extends EntityAccess {
  auditor: AuditorService;
  statuses: StatusService;
  notifier: StatusNotifier;
  probesEnabled: boolean;
}

/** An entity's status, for a caller who may read it. @throws as {@link openEntity} */
export async function readStatus(
  parts: StatusParts,
  { ref, credentials, request }: EntityCall,
): Promise<EntityStatus> {
  const { auditor, statuses, notifier, permissions, probesEnabled } = parts;
  return withAudit(
    auditor,
    {
      eventId: 'status-read',
      severityLevel: 'low',
      request,
      meta: {
        entityRef: stringifyEntityRef(ref),
        ...(request ? {} : { caller: nameCaller(credentials) }),
      },
    },
    async () => {
      const { entity } = await openEntity(parts, ref, credentials);
      const shared = await statuses.getStatus(entity);
      notifier.noteRead(entity, shared.revision);
      return {
        ...shared,
        generatedAt: new Date().toISOString(),
        canRunProbes:
          probesEnabled &&
          (await authorizeEntity(
            permissions,
            istioJwtProbeRunPermission,
            shared.entityRef,
            credentials,
          )),
      };
    },
  );
}
