import { WayInStatus } from 'backstage-plugin-istio-jwt-common';
import {
  Decision,
  explainObservation,
  ObservationExplanation,
  ObservedAnswer,
  ProxyRequest,
  WayInDecision,
} from 'istio-jwt-policy-engine';
import { Basis, nameProxies, OPTIONS, settle, Undecided } from './settle';

export { selectBasis, type Basis } from './settle';

/** What a proxy answers where ALLOW policies stand and none is for this host. */
const SHUT_OUT = {
  status: 403 as const,
  body: 'RBAC: access denied',
  summary:
    '403: ALLOW policies for other hosts make the proxy refuse whatever none of them admits, and none is for this host.',
  fix: 'Add an ALLOW policy for this host, or make those of the others DENY policies.',
};

/** What a way in answers, as far as it can be told in the browser. */
export type LocalDecision =
  | {
      kind: 'decided';
      status: Decision['status'];
      body?: string;
      summary: string;
      fix?: string;
    }
  | Undecided;

/** Decides a request on a way in from what the status has, or says why that is not enough. */
export function decideLocally(
  wayIn: WayInStatus,
  basis: Basis,
  request: ProxyRequest,
): LocalDecision {
  const settled = settle(wayIn, basis, request);
  if (settled.kind === 'undecided') {
    return settled;
  }
  if (settled.kind === 'shut-out') {
    return { kind: 'decided', ...SHUT_OUT };
  }
  const { scene, decision } = settled;
  const { status, body } = decision;
  if (status === 200) {
    return {
      kind: 'decided',
      status,
      summary: describePass(decision, wayIn),
    };
  }
  const { summary, fix } = explainObservation(
    scene.mesh,
    wayIn,
    request,
    { status: status === 'unknown' ? 'closed' : status, body },
    OPTIONS,
  );
  return {
    kind: 'decided',
    status,
    ...(body === undefined ? {} : { body }),
    summary,
    ...(fix === undefined ? {} : { fix }),
  };
}

/** What an answer that was seen means, as far as that can be told in the browser. */
export type LocalExplanation =
  | { kind: 'explained'; explanation: ObservationExplanation }
  | Undecided;

/** Leads from an answer that was seen to the rule that decided, or says why it cannot. */
export function explainLocally(
  wayIn: WayInStatus,
  basis: Basis,
  request: ProxyRequest,
  observed: ObservedAnswer,
): LocalExplanation {
  const settled = settle(wayIn, basis, request);
  if (settled.kind === 'undecided') {
    return settled;
  }
  if (settled.kind === 'shut-out') {
    return explainShutOut(observed);
  }
  return {
    kind: 'explained',
    explanation: explainObservation(
      settled.scene.mesh,
      wayIn,
      request,
      observed,
      OPTIONS,
    ),
  };
}

function explainShutOut(observed: ObservedAnswer): LocalExplanation {
  const { status, body, summary, fix } = SHUT_OUT;
  return observed.status === status && observed.body?.trim() === body
    ? {
        kind: 'explained',
        explanation: {
          kind: 'matches',
          origin: 'rbac',
          summary,
          fix,
          predicted: { status, body },
        },
      }
    : {
        kind: 'undecided',
        reasons: [`The configuration gives another answer. ${summary}`],
      };
}

function describePass(decision: WayInDecision, { kind }: WayInStatus): string {
  const names = nameProxies(decision);
  if (names.length === 0) {
    return 'No proxy on the way looks at it.';
  }
  return `Let through by ${names.join(' and ')}.${
    kind === 'gateway' ? ' Where the route leads here, it arrives.' : ''
  }`;
}
