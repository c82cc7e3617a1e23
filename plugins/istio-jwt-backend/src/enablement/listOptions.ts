import {
  EnablementServiceOption,
  EnablementWayInOption,
  ProposedExemptPath,
} from 'backstage-plugin-istio-jwt-common';
import { Mesh } from 'istio-jwt-policy-engine';
import { EnablementConfig } from '../config';
import { AssessedService } from '../status/assessEntity';
import { listGatewayOptions, listServicePorts } from './listGateways';
import { listKubeletProbes } from './listKubeletProbes';
import { MANAGED_BY, MANAGED_BY_LABEL, OPERATION_ANNOTATION } from './marks';
import { findWriting } from './plan/findWriting';
import { OperationProber } from './run/OperationProber';

const MAX_PATHS = 20;
const HEALTH_PATH =
  /^\/(?:[\w-]+\/)*(?:healthz?|livez?|readyz?|liveness|readiness|ping|status|actuator\/health|\.well-known\/acme-challenge)(?:\/\*?|\*)?$/i;
/** As openapi.yaml takes them. */
const PLAIN_PATH = /^\/[A-Za-z0-9\-._~!$&'()+,;=:@/%]{0,500}\*?$/;

/** What can be chosen for a plan of each service. */
export function listServiceOptions(
  config: EnablementConfig,
  assessed: readonly AssessedService[],
): EnablementServiceOption[] {
  return assessed.map(service => {
    const { mirror, assessment, status } = service;
    const { cluster, namespace, name } = status;
    const gateways = assessment.waysIn.filter(({ kind }) => kind === 'gateway');
    const chosen = gateways.length > 0 ? gateways : assessment.waysIn;
    return {
      cluster,
      namespace,
      name,
      sandbox: mirror.config.sandbox,
      waysIn: listWaysIn(service),
      gateways: listGatewayOptions(config, cluster, mirror.mesh, namespace),
      ports: listServicePorts(mirror.mesh, { namespace, name }),
      exemptPaths: proposeExemptPaths(service),
      writing: findWriting(
        config,
        cluster,
        mirror.mesh,
        [
          ...new Set(
            chosen.map(({ kind, hops }) =>
              kind === 'gateway' && hops[0]
                ? hops[0].proxy.namespace
                : namespace,
            ),
          ),
        ],
        chosen.flatMap(({ gateway, route }) => [gateway, route]),
        [],
      ),
    };
  });
}

function listWaysIn({
  mirror,
  assessment,
  status,
}: AssessedService): EnablementWayInOption[] {
  return status.waysIn.map(wayIn => {
    const { id, kind, host, port, protocol, paths, state, reason } = wayIn;
    const disabledReason = whyDisabled();
    return {
      id,
      kind,
      host,
      port,
      protocol,
      paths,
      state,
      reason,
      ...(disabledReason ? { disabledReason } : {}),
    };

    function whyDisabled(): string | undefined {
      if (!/^https?$/.test(protocol)) {
        return `It carries ${protocol}: no proxy on the way sees HTTP, so none can see a token.`;
      }
      if (wayIn.hops.length === 0) {
        return 'No proxy stands on the way, so nothing can look at tokens.';
      }
      const unwatched = OperationProber.whyUnwatched(
        mirror,
        assessment.service,
        wayIn,
      );
      return (
        unwatched &&
        `Whether it works could not be seen from here. ${unwatched}`
      );
    }
  });
}

/** Paths that somebody may rely on without a token. */
function proposeExemptPaths({
  mirror,
  assessment,
}: AssessedService): ProposedExemptPath[] {
  const found = new Map<string, ProposedExemptPath>();
  const propose = (
    path: string,
    source: ProposedExemptPath['source'],
    reason: string,
  ) => {
    if (PLAIN_PATH.test(path) && !found.has(path)) {
      found.set(path, { path, source, reason });
    }
  };
  for (const { paths, exposures, host } of assessment.waysIn) {
    for (const { witness, everything, summary } of exposures) {
      const { path = '/', method = 'GET' } = witness;
      if (!everything && method !== 'OPTIONS' && path !== '/') {
        propose(
          path,
          'exposure',
          `Passes without a token now, by ${host}: ${summary}.`,
        );
      }
    }
    for (const path of paths) {
      if (HEALTH_PATH.test(path)) {
        propose(
          path,
          'route',
          `A route of its own on ${host} that reads like a health check.`,
        );
      }
    }
  }
  for (const { path, reason } of listKubeletProbes(
    mirror.mesh,
    assessment.service,
  )) {
    propose(path, 'kubelet-probe', reason);
  }
  return [...found.values()].slice(0, MAX_PATHS);
}

/** Ids of operations whose objects stand in a cluster for a service, newest marks last. */
export function listMarks(
  mesh: Mesh,
  labels: Record<string, string>,
): string[] {
  const ids = ['RequestAuthentication', 'AuthorizationPolicy']
    .flatMap(kind => mesh.list(kind))
    .filter(
      ({ metadata }) =>
        metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY &&
        Object.entries(labels).every(
          ([key, value]) => metadata.labels?.[key] === value,
        ),
    )
    .map(({ metadata }) => metadata.annotations?.[OPERATION_ANNOTATION] ?? '')
    .filter(Boolean);
  return [...new Set(ids)];
}
