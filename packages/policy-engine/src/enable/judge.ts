import { EnablementPattern, EnablementRequest, Exposure } from '../model';
import { matchesPath } from './matchesPath';
import { SimulatedWayIn, Simulation } from './simulate';

/** They admit the issuer's tokens to whatever the gateway serves, now and later. */
const WIDE = new Set<EnablementPattern>(['own-gateway', 'gateway-wide']);

/** Why a simulated plan may not be carried out; undefined where it may. */
export function whyUnsafe(
  pattern: EnablementPattern,
  { targets, neighbours }: Simulation,
  request: EnablementRequest,
): string | undefined {
  const missing = request.waysIn.find(
    id => !targets.some(({ wayIn }) => wayIn.id === id),
  );
  if (missing !== undefined) {
    return `It would not reach the way in ${missing}.`;
  }
  return (
    firstOf(targets, way => whyNotProtected(way, request)) ??
    firstOf(neighbours, whyHarmed) ??
    (WIDE.has(pattern) ? whyShared(neighbours, request) : undefined)
  );
}

function whyShared(
  neighbours: readonly SimulatedWayIn[],
  { service }: EnablementRequest,
): string | undefined {
  const other = neighbours.find(
    way =>
      way.service.namespace !== service.namespace ||
      way.service.name !== service.name,
  );
  return other
    ? `The gateway serves others too: host ${other.wayIn.host} of ${other.service.namespace}/${other.service.name}.`
    : undefined;
}

function firstOf<T, R>(
  items: readonly T[],
  find: (item: T) => R | undefined,
): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function whyNotProtected(
  { wayIn, assessment, answers }: SimulatedWayIn,
  request: EnablementRequest,
): string | undefined {
  const place = placeOf(wayIn);
  const valid = answers.find(({ kind }) => kind === 'valid-token');
  if (valid && valid.after !== '200') {
    return `${place}: a valid token would be answered ${valid.after}.`;
  }
  if (assessment.state === 'unknown' || assessment.state === 'over-blocked') {
    return `${place} would be ${assessment.state}: ${assessment.reason}`;
  }
  if (assessment.state === 'enforced') return undefined;
  const open = assessment.exposures.find(
    exposure => !isWanted(exposure, request),
  );
  return open || assessment.exposures.length === 0
    ? `${place} would still be ${assessment.state}: ${
        open ? `${open.summary} passes without a token` : assessment.reason
      }`
    : undefined;
}

/** Whether somebody asked for it to stay open. */
function isWanted(
  { witness, everything }: Exposure,
  { exemptPaths, preflights }: EnablementRequest,
): boolean {
  const { method, headers = {}, path = '/' } = witness;
  const isPreflight =
    method === 'OPTIONS' &&
    headers['access-control-request-method'] !== undefined;
  if (isPreflight) return preflights === 'let-through';
  return !everything && exemptPaths.some(pattern => matchesPath(pattern, path));
}

/** A neighbour is harmed where a request that certainly comes is answered otherwise. */
function whyHarmed({
  service,
  wayIn,
  before,
  after,
  samples,
  answers,
}: SimulatedWayIn): string | undefined {
  const place = `${placeOf(wayIn)} of ${service.namespace}/${service.name}`;
  const isOpen = answers.some(
    answer =>
      answer.kind === 'no-token' &&
      answer.before === '200' &&
      answer.after === '200',
  );
  const changed = answers.find(
    (answer, index) =>
      answer.before !== answer.after &&
      // What was refused and would pass is a hole, whoever sends it, unless it passes without a token.
      (samples[index].binding || (answer.after === '200' && !isOpen)),
  );
  if (changed) {
    return `${place}: “${changed.title}” would be answered ${changed.after} instead of ${changed.before}.`;
  }
  const worse = after === 'over-blocked' || after === 'unknown';
  return worse && before !== after
    ? `${place} would be ${after} instead of ${before}.`
    : undefined;
}

function placeOf({ host, port, kind }: SimulatedWayIn['wayIn']): string {
  return kind === 'gateway'
    ? `Host ${host}, port ${port}`
    : `The way in from the mesh, port ${port}`;
}
