import { MismatchCause, Observation } from 'backstage-plugin-istio-jwt-common';
import { ObservationExplanation } from 'istio-jwt-policy-engine';
import { WayInPlan } from '../planProbes';

/** Everything that the checks look at. */
export interface Mismatch {
  plan: WayInPlan;
  observation: Observation;
  observed: Extract<Observation['observed'], { kind: 'answer' }>;
  explanation: ObservationExplanation;
  /** Address that the request went to, `host:port`. */
  address: string | undefined;
  /** The same request again, each on a connection of its own. */
  repeated: Observation[];
}

/** One check; undefined where the cause has nothing to do with such an answer. */
export type CauseCheck = (mismatch: Mismatch) => MismatchCause | undefined;

export function agrees({ result }: Observation): boolean {
  return result === 'agrees';
}
