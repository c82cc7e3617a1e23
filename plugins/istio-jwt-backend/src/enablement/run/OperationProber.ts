import {
  assessService,
  assessWithChanges,
  Mesh,
  Resource,
  WayInAssessment,
} from 'istio-jwt-policy-engine';
import { ClusterMirror, ClusterRegistry } from '../../cluster';
import { ProbesConfig } from '../../config';
import { AddressGuard } from '../../probes/AddressGuard';
import { bareHost } from '../../probes/bareHost';
import { composeRequest } from '../../probes/composeRequest';
import { describeReceiver } from '../../probes/describeReceiver';
import { findOrigins } from '../../probes/findOrigins';
import { Forger } from '../../probes/Forger';
import { GatewayPacer, startPacedRun } from '../../probes/GatewayPacer';
import { chooseHost, WayInPlan } from '../../probes/planProbes';
import { ProbeAnswer } from '../../probes/ProbeClient';
import { Reach } from '../../probes/ProbeTools';
import { reachWayIn } from '../../probes/reachWayIn';
import { TokenSources } from '../../probes/tokenSources';
import { VECTORS } from '../../probes/vectors';
import { OperationCheck } from '../operation';

/** What a check was answered now. */
export type CheckAnswer = ProbeAnswer | { kind: 'not-tested'; reason: string };

export interface OperationProberOptions {
  registry: Pick<ClusterRegistry, 'get'>;
  guard: AddressGuard;
  config: ProbesConfig;
  forger: Forger;
  tokenSources: TokenSources;
  /** That of all probes, so that a gateway meets one rate. */
  pacer: GatewayPacer;
}

const VECTOR_OF: Record<OperationCheck['kind'], string> = {
  'no-token': 'no-token',
  'valid-token': 'valid-token',
  'other-issuer': 'valid-token',
  'not-a-jwt': 'malformed-junk',
  expired: 'expired',
  preflight: 'preflight',
  'exempt-path': 'no-token',
};

/** Sends the requests of an operation, each round on new connections: perhaps to other replicas. */
export class OperationProber {
  constructor(private readonly options: OperationProberOptions) {}

  /** Why nothing can be seen; undefined where probes may be sent. */
  get disabledReason(): string | undefined {
    return this.options.config.enabled
      ? undefined
      : 'Probes are switched off by istioJwt.probes.enabled, so nobody would see what proxies make of it.';
  }

  /** Why a way in cannot be watched by probes; undefined where it may be. */
  static whyUnwatched(
    mirror: ClusterMirror,
    service: { namespace: string; name: string },
    wayIn: WayInAssessment,
  ): string | undefined {
    const [origin] = findOrigins(mirror, service, wayIn);
    return origin.kind === 'nowhere' ? origin.reason : undefined;
  }

  /**
   * Never throws. Answers are in the order of the checks.
   *
   * @param routes - of ways in that may not be there now: they are asked as if they were
   */
  async ask(
    cluster: string,
    checks: readonly OperationCheck[],
    signal: AbortSignal,
    routes: readonly Resource[] = [],
  ): Promise<CheckAnswer[]> {
    const answers: CheckAnswer[] = checks.map(() => ({
      kind: 'not-tested',
      reason: 'Not asked.',
    }));
    const groups = new Map<string, number[]>();
    checks.forEach(({ service, wayInId }, index) => {
      const key = JSON.stringify([service.namespace, service.name, wayInId]);
      groups.set(key, [...(groups.get(key) ?? []), index]);
    });
    await Promise.all(
      [...groups.values()].map(async indexes => {
        const asked = await this.askWayIn(
          cluster,
          indexes.map(index => checks[index]),
          signal,
          routes,
        );
        indexes.forEach((index, each) => {
          answers[index] = asked[each];
        });
      }),
    );
    return answers;
  }

  private async askWayIn(
    cluster: string,
    checks: OperationCheck[],
    signal: AbortSignal,
    routes: readonly Resource[],
  ): Promise<CheckAnswer[]> {
    const [{ service, wayInId }] = checks;
    const mirror = this.options.registry.get(cluster);
    const wayIn = mirror && findWayIn(mirror.mesh, service, wayInId, routes);
    if (!mirror || !wayIn) {
      return checks.map(() => ({
        kind: 'not-tested',
        reason: 'The way in is not there any more.',
      }));
    }
    const plan: WayInPlan = {
      mirror,
      service,
      wayIn,
      origin: findOrigins(mirror, service, wayIn)[0],
      host: chooseHost(wayIn, []),
      probes: [],
      omitted: 0,
    };
    const { guard, config } = this.options;
    const { reach, rateKey } = await reachWayIn(plan, guard, config);
    try {
      return await Promise.all(
        checks.map(check => this.askOne(plan, check, reach, rateKey, signal)),
      );
    } finally {
      if (reach.kind === 'client') await reach.client.close();
    }
  }

  private async askOne(
    plan: WayInPlan,
    check: OperationCheck,
    reach: Reach,
    rateKey: string,
    signal: AbortSignal,
  ): Promise<CheckAnswer> {
    if (reach.kind === 'unreachable') {
      return { kind: 'not-tested', reason: reach.reason };
    }
    const { forger, tokenSources, config, pacer } = this.options;
    const vector = VECTORS.find(({ id }) => id === VECTOR_OF[check.kind]);
    const { issuer = '', audiences = [], header } = check.issuer ?? {};
    try {
      const made = await vector!.makeRequest({
        issuer: { issuer, audiences, keys: [], claimHeaders: [] },
        now: Math.floor(Date.now() / 1000),
        host: plan.host,
        path: check.path,
        forger,
        getValidToken: () =>
          tokenSources.getToken({
            issuer,
            audiences,
            cluster: plan.mirror.config.name,
            host: bareHost(plan.host),
            receiver: describeReceiver(plan),
          }),
      });
      if (made.kind === 'not-tested') return made;
      const composed = composeRequest(plan, made, {
        path: check.path,
        usual: header
          ? {
              kind: 'header',
              name: header.name.toLowerCase(),
              prefix: header.prefix ?? '',
            }
          : { kind: 'header', name: 'authorization', prefix: 'Bearer ' },
        userAgent: config.userAgent,
      });
      if (composed.kind === 'not-tested') return composed;
      return await pacer.send(rateKey, startPacedRun(signal, 'operation'), () =>
        reach.client.send({ ...composed.wire, signal }),
      );
    } catch {
      return { kind: 'not-tested', reason: 'The request could not be made.' };
    }
  }
}

function findWayIn(
  mesh: Mesh,
  service: { namespace: string; name: string },
  wayInId: string,
  routes: readonly Resource[],
): WayInAssessment | undefined {
  const isMeant = ({ id }: WayInAssessment) => id === wayInId;
  return (
    assessService(mesh, service).waysIn.find(isMeant) ??
    (routes.length > 0
      ? assessWithChanges(mesh, service, routes).waysIn.find(isMeant)
      : undefined)
  );
}
