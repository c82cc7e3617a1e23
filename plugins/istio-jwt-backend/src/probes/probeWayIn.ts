import {
  MismatchExplanation,
  Observation,
} from 'backstage-plugin-istio-jwt-common';
import { IssuerUse } from 'istio-jwt-policy-engine';
import { JWK } from 'jose';
import { setTimeout as sleep } from 'node:timers/promises';
import { nameKind } from '../cluster/kinds';
import { ProbesConfig } from '../config';
import { digestConfiguration } from '../status/digestConfiguration';
import { distrustVerdict } from '../status/distrustVerdict';
import { bareHost } from './bareHost';
import { composeRequest } from './composeRequest';
import { deriveExpectation, Expectation } from './deriveExpectation';
import { describeInformative } from './describeInformative';
import { describeReceiver } from './describeReceiver';
import { Forger } from './Forger';
import { nameCaller } from './findOrigins';
import { isCertificateError } from './GatewayClient';
import { judgeAnswer } from './judgeAnswer';
import { locateToken } from './locateToken';
import { measureSettling } from './measureSettling';
import { explainMismatch } from './mismatch/explainMismatch';
import { PlannedProbe, WayInPlan } from './planProbes';
import { ProbeAnswer, ProbeClient } from './ProbeClient';
import { TokenSources } from './tokenSources';
import { VectorRequest } from './vectors';

/** A disagreement is looked at again after this, for one odd answer may be chance. */
const SECOND_LOOK_MS = 1500;
const SETTLING =
  'The configuration changed within the last minute. Proxies answer connections that were open before as before, by default for up to 45 seconds: what differs is asked again after that.';

export interface ProbeTools {
  forger: Forger;
  tokenSources: TokenSources;
  config: ProbesConfig;
  /** Public keys that an issuer published, as far as they were read. */
  listPublicKeys(use: IssuerUse): JWK[];
  /** Waits for a free slot, for the gateway's rate, and while it is to be left alone. */
  throttle(send: () => Promise<ProbeAnswer>): Promise<ProbeAnswer>;
  /** Tells people why the run takes its time. */
  tell(note: string): void;
  /** From a change on, for how long answers of before may come. Default: {@link SETTLE_MS}. */
  settleMs?: number;
  signal: AbortSignal;
}

/** How a way in is reached, or why it is not. */
export type Reach =
  | { kind: 'client'; client: ProbeClient }
  | { kind: 'unreachable'; reason: string };

/** Sends one probe and holds its answer against the configuration of that moment. */
export async function runProbe(
  plan: WayInPlan,
  probe: PlannedProbe,
  reach: Reach,
  tools: ProbeTools,
): Promise<Observation> {
  const vector = await makeRequest(plan, probe, tools);
  const first = await attempt(plan, probe, vector, reach, tools);
  if (first.result !== 'disagrees' || tools.signal.aborted) {
    return first;
  }
  const settling = measureSettling(plan, tools.settleMs);
  if (settling > SECOND_LOOK_MS) tools.tell(SETTLING);
  await sleep(Math.max(SECOND_LOOK_MS, settling), undefined, {
    signal: tools.signal,
  }).catch(() => {});
  if (tools.signal.aborted) return first;
  const second = await attempt(plan, probe, vector, reach, tools);
  return second.result === 'disagrees' && measureSettling(plan, tools.settleMs)
    ? {
        ...second,
        result: 'inconclusive',
        note: 'The answer differs, and the configuration has changed again: it may be that of before.',
      }
    : second;
}

/**
 * Looks into an answer that disagrees: what may be behind it, by checks that are made now.
 *
 * @param address - where the request went, `host:port`
 */
export async function explainProbe(
  plan: WayInPlan,
  probe: PlannedProbe,
  observation: Observation,
  reach: Reach,
  address: string | undefined,
  tools: ProbeTools,
): Promise<MismatchExplanation | undefined> {
  if (reach.kind !== 'client') return undefined;
  const made = await makeRequest(plan, probe, tools);
  const composed = compose(plan, probe, made, tools);
  if (composed.kind === 'not-tested') return undefined;
  return explainMismatch(
    plan,
    observation,
    composed.engine,
    address,
    async () => {
      const client = reach.client.reconnect();
      try {
        return await attempt(
          plan,
          probe,
          made,
          { kind: 'client', client },
          tools,
        );
      } finally {
        await client.close();
      }
    },
  );
}

function compose(
  plan: WayInPlan,
  { issuerUse, path }: PlannedProbe,
  made: VectorRequest,
  { config }: ProbeTools,
): ReturnType<typeof composeRequest> {
  return made.kind === 'request'
    ? composeRequest(plan, made, {
        path,
        usual: locateToken(plan.mirror.mesh, issuerUse),
        userAgent: config.userAgent,
      })
    : made;
}

async function makeRequest(
  { mirror, host, wayIn, origin }: WayInPlan,
  { vector, issuer, issuerUse, path }: PlannedProbe,
  { forger, tokenSources, listPublicKeys, config }: ProbeTools,
): Promise<VectorRequest> {
  try {
    return await vector.makeRequest({
      issuer:
        issuerUse && issuer.keys.length === 0
          ? { ...issuer, keys: listPublicKeys(issuerUse) }
          : issuer,
      now: Math.floor(Date.now() / 1000),
      host,
      path,
      forger,
      fallbackKey: config.fallbackKey as JWK | undefined,
      getValidToken: async shape =>
        issuerUse
          ? tokenSources.getToken({
              issuer: issuer.issuer,
              audiences: issuer.audiences,
              cluster: mirror.config.name,
              host: bareHost(host),
              receiver: describeReceiver({ wayIn, origin }),
              ...shape,
            })
          : {
              kind: 'none',
              reason:
                'No issuer is configured on this way in, so no token is valid here.',
            },
    });
  } catch {
    return { kind: 'not-tested', reason: 'The request could not be made.' };
  }
}

async function attempt(
  plan: WayInPlan,
  probe: PlannedProbe,
  made: VectorRequest,
  reach: Reach,
  tools: ProbeTools,
): Promise<Observation> {
  const { mirror, service, wayIn, host } = plan;
  const { vector, issuer, path } = probe;
  const composed = compose(plan, probe, made, tools);
  const carriesToken = made.kind === 'request' && made.tokens.length > 0;
  const base = {
    vector: vector.id,
    title: vector.title,
    group: vector.group,
    ...(vector.informative ? { informative: true as const } : {}),
    wayInId: wayIn.id,
    service: { cluster: mirror.config.name, ...service },
    caller: nameCaller(plan.origin),
    issuer:
      carriesToken || made.kind === 'not-tested' ? issuer.issuer : undefined,
    configuration: digestConfiguration(mirror.mesh, wayIn),
    at: new Date().toISOString(),
  };
  if (composed.kind === 'not-tested') {
    // One reason for all probes of a way in reads better than several.
    const reason =
      reach.kind === 'unreachable' ? reach.reason : composed.reason;
    return {
      ...base,
      request: composed.shown ?? { method: 'GET', host, path },
      expected: { status: null, why: composed.reason },
      observed: { kind: 'not-tested', reason },
      result: 'not-tested',
    };
  }
  const derived = expect(
    plan,
    deriveExpectation(mirror.mesh, service, wayIn, composed.engine),
  );
  const expectation = vector.informative ? expectNothing(derived) : derived;
  const observation = {
    ...base,
    request: composed.shown,
    expected: expectation.expected,
  };
  const skip = (reason: string): Observation => ({
    ...observation,
    observed: { kind: 'not-tested', reason },
    result: 'not-tested',
  });
  if (reach.kind === 'unreachable') {
    return skip(reach.reason);
  }
  if (expectation.kind === 'elsewhere') {
    return skip(expectation.reason);
  }
  if (tools.signal.aborted) {
    return skip('The run was cancelled.');
  }
  const observed = await tools.throttle(() =>
    reach.client.send({ ...composed.wire, signal: tools.signal }),
  );
  if (tools.signal.aborted) {
    return skip('The run was cancelled.');
  }
  if (observed.kind === 'error' && isCertificateError(observed)) {
    return skip(observed.message);
  }
  return {
    ...observation,
    observed: omitEchoed(observed),
    ...(vector.informative
      ? describeInformative(made, observed)
      : temper(plan, judgeAnswer(expectation.expected, observed))),
  };
}

function omitEchoed(answer: ProbeAnswer): Observation['observed'] {
  if (answer.kind === 'error') return answer;
  const { echoed, ...rest } = answer;
  return rest;
}

/** What an informative probe is answered says nothing of whether the configuration holds. */
function expectNothing(expectation: Expectation): Expectation {
  const { why } = expectation.expected;
  return { ...expectation, expected: { status: null, why } };
}

/** An expectation from a picture with holes is none. */
function expect(
  { mirror, wayIn, origin }: WayInPlan,
  expectation: Expectation,
): Expectation {
  if (origin.kind === 'prober' && origin.prober.caller.uncertain) {
    const why = `What the other side sees of the prober is not known: ${origin.prober.caller.uncertain}.`;
    return { ...expectation, expected: { status: null, why } };
  }
  const { state, reason } = distrustVerdict(wayIn, {
    unreadKinds: mirror.unreadKinds,
    reading: mirror.reading,
    malformed: mirror.parseErrors,
    rootNamespace: mirror.mesh.rootNamespace,
  });
  return state === 'unknown' && wayIn.state !== 'unknown'
    ? { ...expectation, expected: { status: null, why: reason } }
    : expectation;
}

/** Against an old picture of the cluster, or one with holes, a difference proves nothing. */
function temper(
  { mirror, origin }: WayInPlan,
  judgement: ReturnType<typeof judgeAnswer>,
): ReturnType<typeof judgeAnswer> {
  if (judgement.result !== 'disagrees') {
    return judgement;
  }
  if (mirror.freshness.state.kind !== 'synced') {
    return {
      result: 'inconclusive',
      note: 'The answer differs, and the picture of the cluster is not up to date.',
    };
  }
  if (origin.kind === 'prober' && origin.prober.caller.reroutedBy) {
    const { kind, namespace, name } = origin.prober.caller.reroutedBy;
    return {
      result: 'inconclusive',
      note: `The answer differs, and ${kind} ${namespace}/${name} may send requests from inside the mesh elsewhere.`,
    };
  }
  const unread = mirror.unreadKinds.filter(
    ({ neededFor }) => neededFor !== 'probes',
  );
  return unread.length > 0
    ? {
        result: 'inconclusive',
        note: `The answer differs, and ${unread
          .map(nameKind)
          .join(', ')} could not be read.`,
      }
    : judgement;
}
