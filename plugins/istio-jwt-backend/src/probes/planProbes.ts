import { IssuerUse, Mesh, WayInAssessment } from 'istio-jwt-policy-engine';
import { ClusterMirror } from '../cluster';
import { EntityTarget } from '../entity';
import { AssessedService, hostMatches } from '../status/assessEntity';
import { describeIssuer, locateToken } from './locateToken';
import { findOrigins, Origin } from './findOrigins';
import { describeSource } from './describeSource';
import { planWitnesses } from './planWitnesses';
import { IssuerContext, Vector, VECTORS } from './vectors';

/** One request to be sent. */
export interface PlannedProbe {
  vector: Vector;
  issuer: IssuerContext;
  issuerUse?: IssuerUse;
  path: string;
}

/** All requests to one way in from one place. */
export interface WayInPlan {
  mirror: ClusterMirror;
  service: { namespace: string; name: string };
  wayIn: WayInAssessment;
  origin: Origin;
  /** Value of the Host header. */
  host: string;
  probes: PlannedProbe[];
  /** Left out, for a run is bounded. */
  omitted: number;
}

const MAX_ISSUERS = 3;
const MAX_PATHS = 5;
const MAX_PROBES = 600;
/** For a way in that trusts nobody: such a token has to come from somewhere. */
const NO_ISSUER: IssuerContext = {
  issuer: 'https://istio-jwt-probe.invalid',
  audiences: [],
  keys: [],
  claimHeaders: [],
};
/** What is asked first, and all that is asked at the further paths of a route. */
const ESSENTIAL = ['no-token', 'valid-token'];
/** What can depend on who asks: other vectors fail at the token, whoever sends it. */
const OF_EACH_CALLER = [...ESSENTIAL, 'expired'];

/** Which requests show whether the services of an entity answer as configured; what says most comes first. */
export function planProbes(
  target: EntityTarget,
  assessed: AssessedService[],
  optIn: readonly string[] = [],
): WayInPlan[] {
  const vectors = VECTORS.filter(
    each => !each.optIn || optIn.includes(each.id),
  );
  return assessed.flatMap(({ mirror, assessment, status }) => {
    const shown = new Set(status.waysIn.map(({ id }) => id));
    return assessment.waysIn
      .filter(({ id }) => shown.has(id))
      .flatMap(wayIn => {
        const host = chooseHost(wayIn, target.hosts);
        return findOrigins(mirror, assessment.service, wayIn).map(
          (origin, index): WayInPlan => ({
            omitted: 0,
            mirror,
            service: assessment.service,
            wayIn,
            origin,
            host,
            probes: planWayIn({
              mesh: mirror.mesh,
              wayIn,
              paths: choosePaths(wayIn, target.probePaths),
              vectors:
                index === 0
                  ? vectors
                  : vectors.filter(({ id }) => OF_EACH_CALLER.includes(id)),
              plain: { host, source: describeSource(origin) },
            }),
          }),
        );
      });
  });
}

/** Keeps a run within bounds: every way in gets an even share. */
export function boundPlans(plans: WayInPlan[]): WayInPlan[] {
  let left = MAX_PROBES;
  return plans.map((plan, index) => {
    const share = Math.ceil(left / (plans.length - index));
    const probes = plan.probes.slice(0, share);
    left -= probes.length;
    return { ...plan, probes, omitted: plan.probes.length - probes.length };
  });
}

/** Paths that get every vector, and further ones of the route. */
interface Paths {
  whole: string[];
  more: string[];
}

function planWayIn({
  mesh,
  wayIn,
  paths: { whole, more },
  vectors,
  plain,
}: {
  mesh: Mesh;
  wayIn: WayInAssessment;
  paths: Paths;
  vectors: readonly Vector[];
  plain: { host: string; source: ReturnType<typeof describeSource> };
}): PlannedProbe[] {
  const issuers = listIssuers(mesh, wayIn).slice(0, MAX_ISSUERS);
  const first = issuers[0] ?? { issuer: NO_ISSUER };
  const plan = (path: string, chosen: readonly Vector[]): PlannedProbe[] =>
    chosen.flatMap((vector): PlannedProbe[] =>
      vector.scope === 'way-in' || issuers.length === 0
        ? [{ vector, path, ...first }]
        : issuers.map(issuer => ({ vector, path, ...issuer })),
    );
  const essential = vectors.filter(({ id }) => ESSENTIAL.includes(id));
  const others = vectors.filter(({ id }) => !ESSENTIAL.includes(id));
  const paths = [...whole, ...more];
  const witnesses = planWitnesses(mesh, wayIn, { ...plain, paths });
  return [
    ...paths.flatMap(path => plan(path, essential)),
    ...witnesses.map(witness => ({ ...witness, ...first })),
    ...whole.flatMap(path => plan(path, others)),
  ];
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
    const key = JSON.stringify([
      { ...issuer, claimHeaders: [] },
      locateToken(mesh, issuerUse),
    ]);
    if (!contexts.has(key)) contexts.set(key, { issuer, issuerUse });
  }
  return [...contexts.values()];
}

/** The entity's own, or one path for each route to the service. */
function choosePaths(wayIn: WayInAssessment, wanted: string[]): Paths {
  if (wanted.length > 0) {
    return { whole: wanted.slice(0, MAX_PATHS), more: [] };
  }
  const plain = wayIn.paths
    .filter(path => /^\/[\w\-./]*\*?$/.test(path))
    .map(path => path.replace(/\*$/, ''));
  const [path = '/', ...more] = new Set(plain);
  return { whole: [path], more: more.slice(0, MAX_PATHS - 1) };
}

/** What a client would write: the port is left out where it is the scheme's own. */
export function chooseHost(wayIn: WayInAssessment, hosts: string[]): string {
  const wanted = hosts.find(
    host => !host.startsWith('*') && hostMatches(wayIn.host, host),
  );
  const host = (wanted ?? wayIn.host)
    .replace(/^\*\./, 'istio-jwt-probe.')
    .replace(/^\*$/, 'istio-jwt-probe.example');
  const standard = wayIn.protocol === 'https' ? 443 : 80;
  return wayIn.port === standard ? host : `${host}:${wayIn.port}`;
}
