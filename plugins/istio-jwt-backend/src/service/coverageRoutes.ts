import { AuditorService, HttpAuthService } from '@backstage/backend-plugin-api';
import { JsonObject } from '@backstage/types';
import {
  CoverageExceptionChange,
  CoverageExceptionRequest,
  CoverageExceptionState,
  CoverageExportFormat,
  CoverageFilter,
  CoverageGroupBy,
  CoverageOwnerNoticeRequest,
  CoverageSort,
} from 'backstage-plugin-istio-jwt-common';
import { Request, Router } from 'express';
import { ProtectionState } from 'istio-jwt-policy-engine';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Caller, CoverageService } from '../coverage';
import { EXPORTS } from '../coverage/export';
import { listAllServices } from '../coverage/listAllServices';
import { readCredentials } from './entityRequest';
import { nameCaller } from './nameCaller';
import { withAudit } from './withAudit';

type CoverageRequest = Request<any, any, any, any>;

const PAGE_SIZE = 50;
const TREND_DAYS = 90;

/** Adds the paths of coverage and exceptions. Everything is filtered by what the caller may see. */
export function addCoverageRoutes(
  router: Router,
  options: { auditor: AuditorService; httpAuth: HttpAuthService },
  coverage: CoverageService,
): void {
  const { auditor } = options;
  const open = async (request: CoverageRequest): Promise<Caller> => {
    const credentials = await readCredentials(options, request);
    return {
      credentials,
      name: nameCaller(credentials),
      viewer: await coverage.viewers.get(credentials),
    };
  };
  const audited = <T>(
    request: CoverageRequest,
    eventId: string,
    severityLevel: 'low' | 'medium',
    meta: JsonObject,
    work: (caller: Caller) => Promise<T>,
  ): Promise<T> =>
    withAudit(auditor, { eventId, severityLevel, request, meta }, async () =>
      work(await open(request)),
    );
  const read = <T>(
    request: CoverageRequest,
    what: string,
    work: (caller: Caller) => Promise<T>,
  ) => audited(request, 'coverage-read', 'low', { what }, work);

  router.get('/v1/coverage/services', async (request, response) => {
    const { query } = request as CoverageRequest;
    response.json(
      await read(request, 'services', ({ viewer }) =>
        coverage.reader.list(viewer, readFilter(query), {
          sort: (query.sort ?? 'title') as CoverageSort,
          order: query.order === 'desc' ? 'desc' : 'asc',
          limit: Number(query.limit ?? PAGE_SIZE),
          cursor: query.cursor,
        }),
      ),
    );
  });

  router.get('/v1/coverage/summary', async (request, response) => {
    response.json(
      await read(request, 'summary', caller =>
        coverage.summarise(caller, readFilter(request.query)),
      ),
    );
  });

  router.get('/v1/coverage/trend', async (request, response) => {
    const { owner, system, namespace, cluster, claimed } = readFilter(
      request.query,
    );
    response.json(
      await read(request, 'trend', async ({ viewer }) => ({
        points: await coverage.trend.read(
          viewer,
          { owner, system, namespace, cluster, claimed },
          Number(request.query.days ?? TREND_DAYS),
          Date.now(),
        ),
      })),
    );
  });

  router.get('/v1/coverage/groups', async (request, response) => {
    response.json(
      await read(request, 'groups', ({ viewer }) =>
        coverage.counts.group(
          viewer,
          readFilter(request.query),
          request.query.by as CoverageGroupBy,
          Date.now(),
        ),
      ),
    );
  });

  router.get('/v1/coverage/hosts', async (request, response) => {
    const { query } = request as CoverageRequest;
    response.json(
      await read(request, 'hosts', ({ viewer }) =>
        coverage.hosts.list(viewer, query.gateway, readFilter(query), {
          limit: Number(query.limit ?? PAGE_SIZE),
          cursor: query.cursor,
        }),
      ),
    );
  });

  router.get('/v1/coverage/findings', async (request, response) => {
    response.json(
      await read(request, 'findings', async ({ viewer }) => ({
        findings: await coverage.findings.list(
          viewer,
          readFilter(request.query),
        ),
      })),
    );
  });

  router.get('/v1/coverage/export', async (request, response) => {
    const format = request.query.format as CoverageExportFormat;
    const { contentType, write } = EXPORTS[format];
    await audited(
      request,
      'coverage-export',
      'medium',
      { format },
      async ({ viewer }) => {
        const services = listAllServices(
          coverage.reader,
          viewer,
          readFilter(request.query),
        );
        response
          .status(200)
          .set('Content-Type', contentType)
          .set('X-Content-Type-Options', 'nosniff')
          .set(
            'Content-Disposition',
            `attachment; filename="istio-jwt-coverage.${format}"`,
          );
        // A reader that is slow is waited for, so that no more than a page is in memory.
        await pipeline(Readable.from(write(services)), response);
      },
    ).catch(error => {
      // Whoever went away needs no answer, and what is half sent cannot be taken back.
      if (!response.headersSent) {
        throw error;
      }
      response.destroy();
    });
  });

  router.get('/v1/coverage/owner-notices', async (request, response) => {
    response.json(
      await read(request, 'owner-notices', caller =>
        coverage.ownerNotices.preview(caller, readFilter(request.query)),
      ),
    );
  });

  router.post('/v1/coverage/owner-notices', async (request, response) => {
    const body = request.body as CoverageOwnerNoticeRequest;
    response.json(
      await audited(
        request,
        'owner-notice-send',
        'medium',
        { filter: { ...body.filter }, atMost: body.atMost },
        caller => coverage.ownerNotices.send(caller, body),
      ),
    );
  });

  router.get('/v1/exceptions', async (request, response) => {
    const { query } = request as CoverageRequest;
    response.json(
      await audited(request, 'exception-read', 'low', {}, caller =>
        coverage.exceptions.list(caller, {
          state: query.state as CoverageExceptionState | undefined,
          limit: Number(query.limit ?? PAGE_SIZE),
          cursor: query.cursor,
        }),
      ),
    );
  });

  router.post('/v1/exceptions', async (request, response) => {
    const body = request.body as CoverageExceptionRequest;
    const created = await audited(
      request,
      'exception-create',
      'medium',
      { scope: { ...body.scope }, expiresAt: body.expiresAt },
      caller => coverage.exceptions.create(caller, body),
    );
    response.status(201).json(created);
  });

  router.get('/v1/exceptions/:exceptionId', async (request, response) => {
    const exceptionId = idOf(request);
    response.json(
      await audited(request, 'exception-read', 'low', { exceptionId }, caller =>
        coverage.exceptions.get(caller, exceptionId),
      ),
    );
  });

  router.patch('/v1/exceptions/:exceptionId', async (request, response) => {
    const body = request.body as CoverageExceptionChange;
    response.json(
      await audited(
        request,
        body.approve ? 'exception-approve' : 'exception-change',
        'medium',
        { exceptionId: idOf(request), revision: body.revision },
        caller => coverage.exceptions.change(caller, idOf(request), body),
      ),
    );
  });

  router.delete('/v1/exceptions/:exceptionId', async (request, response) => {
    const revision = Number(request.query.revision);
    response.json(
      await audited(
        request,
        'exception-revoke',
        'medium',
        { exceptionId: idOf(request), revision },
        caller => coverage.exceptions.revoke(caller, idOf(request), revision),
      ),
    );
  });
}

/** The OpenAPI validator has checked all of them. */
function readFilter(query: CoverageRequest['query']): CoverageFilter {
  const { q, owner, system, namespace, cluster, finding } = query;
  const { issuer, soleIssuer, gateway } = query;
  return {
    q,
    owner,
    system,
    namespace,
    cluster,
    issuer,
    soleIssuer,
    gateway,
    finding,
    state: [query.state ?? []].flat() as ProtectionState[],
    ...(query.claimed === undefined
      ? {}
      : { claimed: String(query.claimed) === 'true' }),
  };
}

function idOf(request: CoverageRequest): string {
  return request.params.exceptionId;
}
