import { ClusterMirror } from '../../cluster';
import { digestConfiguration } from '../../status/digestConfiguration';
import { agrees, CauseCheck, Mismatch } from './Mismatch';

/** istiod is far quicker; a change as recent as this may still be on its way when istiod is busy. */
const RECENT_MS = 60_000;

export const checkSnapshot: CauseCheck = ({ plan, observation }) => {
  const { mirror, wayIn } = plan;
  const cause = {
    id: 'snapshot-stale' as const,
    title: 'The configuration changed while the probes ran',
  };
  const now = digestConfiguration(mirror.mesh, wayIn);
  if (now !== observation.configuration) {
    return {
      ...cause,
      finding: 'likely',
      evidence:
        'The configuration of this way in is not the one that the expectation was derived from.',
      next: 'Run the probes again.',
    };
  }
  return {
    ...cause,
    finding: 'ruled-out',
    evidence: `Every kind that counts is being watched, and nothing of this way in changed meanwhile.`,
  };
};

export const checkPropagation: CauseCheck = ({ plan, repeated }) => {
  const cause = {
    id: 'propagation' as const,
    title: 'The proxy has not followed a change yet',
  };
  if (repeated.length > 0 && repeated.every(agrees)) {
    return {
      ...cause,
      finding: 'likely',
      evidence: `Moments later the same request was answered as configured, ${repeated.length} times of ${repeated.length}.`,
      next: 'Run the probes again.',
    };
  }
  const changedAt = readLastChange(plan.mirror);
  if (changedAt && Date.now() - changedAt < RECENT_MS) {
    return {
      ...cause,
      finding: 'possible',
      evidence: `Something in the cluster changed at ${new Date(
        changedAt,
      ).toISOString()}; Istio usually needs less than a second.`,
      next: 'Run the probes again in a minute.',
    };
  }
  return {
    ...cause,
    finding: 'ruled-out',
    evidence: `Nothing in the cluster changed within the last minute, and the request was sent ${
      repeated.length + 1
    } times.`,
  };
};

export const checkEnvoyFilters: CauseCheck = ({ plan }) => {
  const cause = {
    id: 'envoy-filter' as const,
    title:
      'An EnvoyFilter, WasmPlugin or TrafficExtension changes what the proxy does',
  };
  const names = listExtensions(plan);
  return names.length > 0
    ? {
        ...cause,
        finding: 'possible',
        evidence: `In reach of these proxies, and by its form not on the path of this request: ${names.join(
          ', ',
        )}.`,
        next: 'Look at what it patches, or try without it.',
      }
    : {
        ...cause,
        finding: 'ruled-out',
        evidence:
          'There is none in the namespaces of these proxies nor in the root namespace.',
      };
};

const MAX_NAMES = 5;

function listExtensions({ mirror, wayIn }: Mismatch['plan']): string[] {
  const { mesh } = mirror;
  const namespaces = new Set([
    mesh.rootNamespace,
    ...wayIn.hops.map(({ proxy }) => proxy.namespace),
  ]);
  return ['EnvoyFilter', 'WasmPlugin', 'TrafficExtension']
    .flatMap(kind =>
      mesh
        .list(kind)
        .filter(({ metadata }) => namespaces.has(metadata.namespace ?? ''))
        .map(
          ({ metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`,
        ),
    )
    .slice(0, MAX_NAMES);
}

function readLastChange({ freshness }: ClusterMirror): number | undefined {
  return freshness.lastChangeAt
    ? Date.parse(freshness.lastChangeAt)
    : undefined;
}
