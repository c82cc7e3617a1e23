import { Observation } from 'backstage-plugin-istio-jwt-common';
import { nameKind } from '../cluster/kinds';
import { digestConfiguration } from '../status/digestConfiguration';
import { distrustVerdict } from '../status/distrustVerdict';
import { deriveExpectation, Expectation } from './deriveExpectation';
import { describeInformative } from './describeInformative';
import { nameCaller } from './findOrigins';
import { isCertificateError } from './GatewayClient';
import { judgeAnswer } from './judgeAnswer';
import { compose } from './makeRequest';
import { PlannedProbe, WayInPlan } from './planProbes';
import { ProbeAnswer } from './ProbeClient';
import { ProbeTools, Reach } from './ProbeTools';
import { VectorRequest } from './vectors';

/** Sends one request and holds its answer against the configuration of that moment. */
export async function askOnce(
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
