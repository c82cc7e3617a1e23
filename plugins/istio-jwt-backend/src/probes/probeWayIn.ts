import { Observation } from 'backstage-plugin-istio-jwt-common';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProbesConfig } from '../config';
import { digestConfiguration } from '../status/digestConfiguration';
import { distrustVerdict } from '../status/distrustVerdict';
import { deriveExpectation, Expectation } from './deriveExpectation';
import { Forger } from './Forger';
import { GatewayClient, isCertificateError } from './GatewayClient';
import { judgeAnswer } from './judgeAnswer';
import { locateToken } from './locateToken';
import { describeRequest, PlannedProbe, WayInPlan } from './planProbes';
import { TokenSources } from './TokenSources';
import { VectorToken } from './vectors';

/** A gateway takes a moment to follow its configuration; a disagreement is looked at again after this. */
const SECOND_LOOK_MS = 1500;

export interface ProbeTools {
  forger: Forger;
  tokenSources: TokenSources;
  config: ProbesConfig;
  /** Waits for a free slot and for the gateway's rate. */
  throttle<T>(send: () => Promise<T>): Promise<T>;
  signal: AbortSignal;
}

/** How a way in is reached, or why it is not. */
export type Reach =
  | { kind: 'client'; client: GatewayClient }
  | { kind: 'unreachable'; reason: string };

/** Sends one probe and holds its answer against the configuration of that moment. */
export async function runProbe(
  plan: WayInPlan,
  probe: PlannedProbe,
  reach: Reach,
  tools: ProbeTools,
): Promise<Observation> {
  const token = await makeToken(plan, probe, tools);
  const first = await attempt(plan, probe, token, reach, tools);
  if (first.result !== 'disagrees' || tools.signal.aborted) {
    return first;
  }
  await sleep(SECOND_LOOK_MS, undefined, { signal: tools.signal }).catch(
    () => {},
  );
  return tools.signal.aborted
    ? first
    : attempt(plan, probe, token, reach, tools);
}

async function makeToken(
  { mirror, host }: WayInPlan,
  { vector, issuer, issuerUse }: PlannedProbe,
  { forger, tokenSources }: ProbeTools,
): Promise<VectorToken> {
  try {
    return await vector.makeToken({
      issuer,
      now: Math.floor(Date.now() / 1000),
      forge: (claims, kid) => forger.forge(claims, kid),
      getValidToken: async () =>
        issuerUse
          ? tokenSources.getToken({
              issuer: issuer.issuer,
              audiences: issuer.audiences,
              cluster: mirror.config.name,
              host: host.replace(/:\d+$/, ''),
            })
          : {
              kind: 'none',
              reason:
                'No issuer is configured on this way in, so no token is valid here.',
            },
    });
  } catch {
    return { kind: 'not-tested', reason: 'The token could not be made.' };
  }
}

async function attempt(
  plan: WayInPlan,
  probe: PlannedProbe,
  token: VectorToken,
  reach: Reach,
  tools: ProbeTools,
): Promise<Observation> {
  const { mirror, service, wayIn, host } = plan;
  const { vector, issuer, issuerUse, path } = probe;
  const location = locateToken(mirror.mesh, issuerUse);
  const carried =
    token.kind === 'token' && location.kind === 'header' ? location : undefined;
  const request = describeRequest(
    plan,
    path,
    tools.config.userAgent,
    token.kind === 'token' && carried
      ? [
          {
            in: 'header',
            name: carried.name,
            prefix: carried.prefix,
            validity: token.validity,
            claims: token.claims,
          },
        ]
      : [],
  );
  const expectation = expect(
    plan,
    deriveExpectation(mirror.mesh, service, wayIn, request),
  );
  const observation = {
    vector: vector.id,
    title: vector.title,
    wayInId: wayIn.id,
    service: { cluster: mirror.config.name, ...service },
    issuer: token.kind === 'none' ? undefined : issuer.issuer,
    request: { method: 'GET', host, path },
    expected: expectation.expected,
    configuration: digestConfiguration(mirror.mesh, wayIn),
    at: new Date().toISOString(),
  };
  const skip = (reason: string): Observation => ({
    ...observation,
    observed: { kind: 'not-tested', reason },
    result: 'not-tested',
  });
  if (token.kind === 'not-tested') {
    return skip(token.reason);
  }
  if (reach.kind === 'unreachable') {
    return skip(reach.reason);
  }
  if (expectation.kind === 'elsewhere') {
    return skip(expectation.reason);
  }
  if (token.kind === 'token' && location.kind === 'unsupported') {
    return skip(location.reason);
  }
  if (tools.signal.aborted) {
    return skip('The run was cancelled.');
  }
  const observed = await tools.throttle(() =>
    reach.client.get({
      host,
      path,
      headers:
        token.kind === 'token' && carried
          ? { [carried.name]: `${carried.prefix}${token.text}` }
          : {},
      signal: tools.signal,
    }),
  );
  if (tools.signal.aborted) {
    return skip('The run was cancelled.');
  }
  if (observed.kind === 'error' && isCertificateError(observed)) {
    return skip(observed.message);
  }
  return {
    ...observation,
    observed,
    ...temper(plan, judgeAnswer(expectation.expected, observed)),
  };
}

/** An expectation from a picture with holes is none. */
function expect(
  { mirror, wayIn }: WayInPlan,
  expectation: Expectation,
): Expectation {
  const { state, reason } = distrustVerdict(wayIn, {
    unreadKinds: mirror.unreadKinds,
    malformed: mirror.parseErrors,
    rootNamespace: mirror.config.rootNamespace,
  });
  return state === 'unknown' && wayIn.state !== 'unknown'
    ? { ...expectation, expected: { status: null, why: reason } }
    : expectation;
}

/** Against an old picture of the cluster, a difference proves nothing. */
function temper(
  { mirror }: WayInPlan,
  judgement: ReturnType<typeof judgeAnswer>,
): ReturnType<typeof judgeAnswer> {
  return judgement.result === 'disagrees' &&
    mirror.freshness.state.kind !== 'synced'
    ? {
        result: 'inconclusive',
        note: 'The answer differs, and the picture of the cluster is not up to date.',
      }
    : judgement;
}
