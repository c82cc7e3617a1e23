import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { readStatus } from '../service/readStatus';
import { ENTITY_REF, readEntityRef } from './readEntityRef';
import type { ActionParts } from './registerActions';

const MAX_FINDINGS = 50;

/** `istio-jwt:status` */
export function registerStatusAction({ actionsRegistry, status }: ActionParts) {
  actionsRegistry.register({
    name: 'status',
    title: 'JWT status of a service',
    description:
      'Whether a valid JSON Web Token is really required to reach a service on Istio, for every way in, by the configuration and by the last probes. "unknown" is never a yes: its reason says what is not known.',
    attributes: { readOnly: true, destructive: false, idempotent: true },
    schema: {
      input: z => z.object({ entityRef: z.string().describe(ENTITY_REF) }),
      output: z =>
        z.object({
          entityRef: z.string(),
          state: z
            .string()
            .describe(
              'Of the worst way in: enforced, validated-only, open, over-blocked, partial, drift or unknown',
            ),
          reason: z.string(),
          problems: z
            .array(z.string())
            .describe('What keeps the portal from saying more, and what to do'),
          clusters: z.array(
            z.object({
              name: z.string(),
              state: z
                .string()
                .describe('synced, or why what is said may be out of date'),
            }),
          ),
          services: z.array(
            z.object({
              service: z.string().describe('cluster/namespace/name'),
              state: z.string(),
              reason: z.string(),
              waysIn: z.array(
                z.object({
                  id: z.string(),
                  kind: z.string(),
                  host: z.string(),
                  port: z.number(),
                  protocol: z.string(),
                  state: z.string(),
                  reason: z.string(),
                  passesWithoutToken: z.array(z.string()),
                }),
              ),
              findings: z.array(
                z.object({
                  id: z.string(),
                  severity: z.string(),
                  title: z.string(),
                  fix: z.string(),
                }),
              ),
            }),
          ),
        }),
    },
    action: async ({ input, credentials }) => ({
      output: digest(
        await readStatus(status, {
          ref: readEntityRef(input.entityRef),
          credentials,
        }),
      ),
    }),
  });
}

/** What fits into a conversation; the HTTP API has all of it. */
function digest({
  entityRef,
  state,
  reason,
  problems,
  freshness,
  services,
}: EntityStatus) {
  return {
    entityRef,
    state,
    reason,
    problems: problems.map(({ message, fix }) => `${message} ${fix}`),
    clusters: freshness.map(({ cluster, state: of }) => ({
      name: cluster,
      state: of.kind,
    })),
    services: services.map(service => ({
      service: `${service.cluster}/${service.namespace}/${service.name}`,
      state: service.state,
      reason: service.reason,
      waysIn: service.waysIn.map(wayIn => ({
        id: wayIn.id,
        kind: wayIn.kind,
        host: wayIn.host,
        port: wayIn.port,
        protocol: wayIn.protocol,
        state: wayIn.state,
        reason: wayIn.reason,
        passesWithoutToken: wayIn.exposures.map(({ summary }) => summary),
      })),
      findings: service.findings
        .slice(0, MAX_FINDINGS)
        .map(({ id, severity, title, fix }) => ({ id, severity, title, fix })),
    })),
  };
}
