import { IssuerUse, Mesh, WayInAssessment } from 'istio-jwt-policy-engine';
import { ClusterMirror } from '../cluster';
import { EntityTarget } from '../entity';
import { AssessedService, hostMatches } from '../status/assessEntity';
import { describeIssuer, locateToken } from './locateToken';
import { IssuerContext, Vector, VECTORS } from './vectors';

/** One request to be sent. */
export interface PlannedProbe {
  vector: Vector;
  issuer: IssuerContext;
  issuerUse?: IssuerUse;
  path: string;
}

/** All requests to one way in. */
export interface WayInPlan {
  mirror: ClusterMirror;
  service: { namespace: string; name: string };
  wayIn: WayInAssessment;
  /** Value of the Host header. */
  host: string;
  probes: PlannedProbe[];
}

const MAX_ISSUERS = 3;
const MAX_PATHS = 5;
const MAX_PROBES = 300;
/** For a way in that trusts nobody: such a token has to come from somewhere. */
const NO_ISSUER: IssuerContext = {
  issuer: 'https://istio-jwt-probe.invalid',
  audiences: [],
  keys: [],
};

/** Which requests show whether the services of an entity answer as configured. Bounded. */
export function planProbes(
  target: EntityTarget,
  assessed: AssessedService[],
  optIn: readonly string[] = [],
): WayInPlan[] {
  const vectors = VECTORS.filter(
    each => !each.optIn || optIn.includes(each.id),
  );
  let left = MAX_PROBES;
  return assessed.flatMap(({ mirror, assessment, status }) => {
    const shown = new Set(status.waysIn.map(({ id }) => id));
    return assessment.waysIn
      .filter(({ id }) => shown.has(id))
      .map((wayIn): WayInPlan => {
        const probes = planWayIn(mirror.mesh, wayIn, target, vectors).slice(
          0,
          left,
        );
        left -= probes.length;
        return {
          mirror,
          service: assessment.service,
          wayIn,
          host: chooseHost(wayIn, target.hosts),
          probes,
        };
      });
  });
}

function planWayIn(
  mesh: Mesh,
  wayIn: WayInAssessment,
  target: EntityTarget,
  vectors: readonly Vector[],
): PlannedProbe[] {
  const issuers = listIssuers(mesh, wayIn).slice(0, MAX_ISSUERS);
  const first = issuers[0] ?? { issuer: NO_ISSUER };
  return choosePaths(wayIn, target.probePaths).flatMap(path =>
    vectors.flatMap((vector): PlannedProbe[] =>
      vector.scope === 'way-in' || issuers.length === 0
        ? [{ vector, path, ...first }]
        : issuers.map(issuer => ({ vector, path, ...issuer })),
    ),
  );
}

/** Every issuer once: two proxies of a way in that ask for the same token need one set of probes. */
function listIssuers(
  mesh: Mesh,
  wayIn: WayInAssessment,
): { issuer: IssuerContext; issuerUse: IssuerUse }[] {
  const contexts = new Map<
    string,
    { issuer: IssuerContext; issuerUse: IssuerUse }
  >();
  for (const issuerUse of wayIn.issuers) {
    const issuer = describeIssuer(mesh, issuerUse);
    const key = JSON.stringify([issuer, locateToken(mesh, issuerUse)]);
    if (!contexts.has(key)) contexts.set(key, { issuer, issuerUse });
  }
  return [...contexts.values()];
}

/** A path that the route sends to the service, where the entity names none. */
function choosePaths(wayIn: WayInAssessment, wanted: string[]): string[] {
  if (wanted.length > 0) {
    return wanted.slice(0, MAX_PATHS);
  }
  const plain = wayIn.paths.find(path => /^\/[\w\-./]*\*?$/.test(path));
  return [wayIn.paths.length === 0 || !plain ? '/' : plain.replace(/\*$/, '')];
}

/** What a client would write: the port is left out where it is the scheme's own. */
function chooseHost(wayIn: WayInAssessment, hosts: string[]): string {
  const wanted = hosts.find(
    host => !host.startsWith('*') && hostMatches(wayIn.host, host),
  );
  const host = (wanted ?? wayIn.host)
    .replace(/^\*\./, 'istio-jwt-probe.')
    .replace(/^\*$/, 'istio-jwt-probe.example');
  const standard = wayIn.protocol === 'https' ? 443 : 80;
  return wayIn.port === standard ? host : `${host}:${wayIn.port}`;
}

/** A host that cannot leave its header. */
export function isSafeHost(host: string): boolean {
  return /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?$/i.test(host);
}
