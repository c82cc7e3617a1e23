import {
  AuditorService,
  AuditorServiceEventSeverityLevel,
} from '@backstage/backend-plugin-api';
import { JsonObject } from '@backstage/types';
import { Request } from 'express';

/** Runs a piece of work as one event of the audit log, ended by its outcome. */
export async function withAudit<T>(
  auditor: AuditorService,
  event: {
    eventId: string;
    severityLevel?: AuditorServiceEventSeverityLevel;
    /** Absent: of no request over HTTP. */
    request?: Request<any, any, any, any>;
    meta?: JsonObject;
  },
  work: () => Promise<T>,
): Promise<T> {
  const audit = await auditor.createEvent(event);
  try {
    const result = await work();
    await audit.success();
    return result;
  } catch (error) {
    await audit.fail({ error: error as Error });
    throw error;
  }
}
