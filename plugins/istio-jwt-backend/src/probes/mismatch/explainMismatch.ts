import {
  MismatchCause,
  MismatchExplanation,
  Observation,
} from 'backstage-plugin-istio-jwt-common';
import { explainObservation, ProxyRequest } from 'istio-jwt-policy-engine';
import { WayInPlan } from '../planProbes';
import {
  checkEnvoyFilters,
  checkPropagation,
  checkSnapshot,
} from './configurationChecks';
import { CauseCheck, Mismatch } from './Mismatch';
import {
  checkInFront,
  checkKeySet,
  checkOtherGateway,
  checkSync,
} from './wireChecks';

/** In the order in which they are worth a thought where no check tells them apart. */
const CHECKS: CauseCheck[] = [
  checkSnapshot,
  checkPropagation,
  checkInFront,
  checkKeySet,
  checkOtherGateway,
  checkSync,
  checkEnvoyFilters,
];

const ORDER: MismatchCause['finding'][] = ['likely', 'possible', 'ruled-out'];

/** Enough that two replicas behind one address are met, but for one time in sixteen. */
export const REPEATS = 5;

/**
 * Lists what may be behind an answer that is not what the configuration says, each with the check
 * that was made.
 *
 * @param request - what was sent, as the engine reads it
 * @param repeat - sends the request again on a connection of its own
 */
export async function explainMismatch(
  plan: WayInPlan,
  observation: Observation,
  request: ProxyRequest,
  address: string | undefined,
  repeat: () => Promise<Observation>,
): Promise<MismatchExplanation | undefined> {
  const { observed } = observation;
  if (observed.kind !== 'answer') return undefined;
  const repeated: Observation[] = [];
  for (let i = 0; i < REPEATS; i++) repeated.push(await repeat());
  const explanation = explainObservation(
    plan.mirror.mesh,
    plan.wayIn,
    request,
    {
      status: observed.status,
      body: observed.body,
      headers: listHeaders(observed),
    },
  );
  const mismatch: Mismatch = {
    plan,
    observation,
    observed,
    explanation,
    address,
    repeated,
  };
  const causes = CHECKS.flatMap(check => check(mismatch) ?? []);
  return {
    vector: observation.vector,
    summary: [explanation.summary, explanation.fix].filter(Boolean).join(' '),
    causes: ORDER.flatMap(finding =>
      causes.filter(cause => cause.finding === finding),
    ),
  };
}

function listHeaders({ origin }: Mismatch['observed']): Record<string, string> {
  return {
    ...(origin?.server ? { server: origin.server } : {}),
    ...(origin?.passedOn ? { 'x-envoy-upstream-service-time': '0' } : {}),
  };
}
