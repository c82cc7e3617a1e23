import {
  AnswerChange,
  EnablementIssuer,
  WayInEffect,
} from 'istio-jwt-policy-engine';
import { OperationCheck } from '../operation';

/** Ways in of neighbours that are asked before and after; more would be a burden on others. */
const MAX_NEIGHBOURS = 10;
const MAX_PER_NEIGHBOUR = 4;

/** The requests by which an operation is watched, from what its plan says of them. */
export function listChecks(
  effects: readonly WayInEffect[],
  issuer: EnablementIssuer,
): OperationCheck[] {
  const targets = effects.filter(({ isTarget }) => isTarget);
  return [
    ...targets.flatMap(effect => checkTarget(effect, issuer)),
    ...sampleNeighbours(effects, targets).flatMap(effect =>
      checkNeighbour(effect, issuer),
    ),
  ];
}

function checkTarget(
  effect: WayInEffect,
  issuer: EnablementIssuer,
): OperationCheck[] {
  const checks = effect.answers
    // Of issuers that are trusted besides, only those whose tokens come to be answered otherwise.
    .filter(
      ({ kind, before, after }) => kind !== 'other-issuer' || before !== after,
    )
    .map(answer => toCheck(effect, answer, issuer));
  const plain = checks.find(({ kind }) => kind === 'no-token');
  const isTrusted = effect.answers.some(
    ({ kind, after }) => kind === 'not-a-jwt' && after.startsWith('401'),
  );
  return plain && isTrusted
    ? [
        ...checks,
        {
          ...plain,
          kind: 'expired',
          title: `Expired token of ${issuer.issuer}`,
          issuer: placeOf(issuer),
          before: 'unknown',
          after: '401 Jwt is expired',
        },
      ]
    : checks;
}

/** One way in per host, from different services first as the plan has them. */
function sampleNeighbours(
  effects: readonly WayInEffect[],
  targets: readonly WayInEffect[],
): WayInEffect[] {
  const seen = new Set(targets.map(placeKey));
  return effects
    .filter(effect => {
      const key = placeKey(effect);
      const isNew =
        !effect.isTarget && effect.wayIn.kind === 'gateway' && !seen.has(key);
      if (isNew) seen.add(key);
      return isNew;
    })
    .slice(0, MAX_NEIGHBOURS);
}

function placeKey({ service, wayIn }: WayInEffect): string {
  return JSON.stringify([
    wayIn.host,
    wayIn.port,
    service.namespace,
    service.name,
  ]);
}

/** What the plan says will be answered as before has to be. Anything else it told as a warning. */
function checkNeighbour(
  effect: WayInEffect,
  issuer: EnablementIssuer,
): OperationCheck[] {
  return effect.answers
    .filter(
      ({ kind, before, after }) => kind !== 'not-a-jwt' && before === after,
    )
    .slice(0, MAX_PER_NEIGHBOUR)
    .map(answer => toCheck(effect, answer, issuer));
}

function toCheck(
  effect: WayInEffect,
  { kind, title, request, before, after }: AnswerChange,
  issuer: EnablementIssuer,
): OperationCheck {
  const { isTarget, service, wayIn } = effect;
  const claims = request.tokens?.[0]?.claims;
  return {
    of: isTarget ? 'target' : 'neighbour',
    service,
    wayInId: wayIn.id,
    host: wayIn.host,
    kind,
    title,
    path: request.path ?? '/',
    ...(kind === 'valid-token' || kind === 'not-a-jwt'
      ? { issuer: placeOf(issuer) }
      : {}),
    ...(kind === 'other-issuer'
      ? {
          issuer: {
            issuer: String(claims?.iss ?? ''),
            audiences: [claims?.aud ?? []].flat().map(String),
          },
        }
      : {}),
    before,
    after,
    ...findUnrouted(effect, before, after),
  };
}

/** Proxies decide before they route: what policies refuse, they refuse without a route, too. */
function findUnrouted(
  effect: WayInEffect,
  before: string,
  after: string,
): { unrouted?: string } {
  if (effect.before !== 'absent' && effect.after !== 'absent') return {};
  const closed = effect.before === 'absent' ? after : before;
  return { unrouted: closed === '200' ? '404' : closed };
}

function placeOf({
  issuer,
  audiences,
  fromHeaders,
}: EnablementIssuer): OperationCheck['issuer'] {
  const header = fromHeaders?.[0];
  return { issuer, audiences, ...(header ? { header } : {}) };
}
