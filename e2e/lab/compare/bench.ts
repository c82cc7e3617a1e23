/** What engine and Envoy are compared on: proxies that take policy sets and answer. */
import type { Manifest } from '../kube.ts';
import type { Decision, WayInDecision } from './engine.ts';
import type { Random } from './random.ts';
import type { Caller, SampleRequest } from './requests.ts';
import type { TokenStock } from './tokens.ts';

export interface Seen {
  /** `closed`: the connection ended without an answer. 200: a TCP connection was let through. */
  status: number | 'closed';
  body: string;
  /** What the answer says its body's length is, which an answer to HEAD says as well. */
  length?: number;
  /** Envoy's response-code details, where the bench has its proxies tell them. */
  details?: string;
}

export interface Said extends Pick<Decision, 'body' | 'details' | 'trace'> {
  status: Seen['status'] | 'unknown';
  /** Why it is unknown, where no step of the trace says so. */
  reason?: string;
}

/** What the engine says of a request's whole way. */
export function toSaid({ status, body, hops, reason }: WayInDecision): Said {
  const trace = hops.flatMap(({ decision }) => decision.trace);
  return { status, body, trace, reason };
}

/** The same, where a route of the gateway may answer by itself or lead nowhere. */
export function toRouted(way: WayInDecision): Said {
  const said = toSaid(way);
  if (way.status !== 200) return said;
  switch (way.route?.kind) {
    case 'direct-response':
    case 'redirect':
      return { ...said, status: way.route.status };
    case 'not-found':
      return { ...said, status: 404 };
    default:
      return said;
  }
}

export interface Bench {
  readonly title: string;
  readonly callers: readonly Caller[];
  /** One set at random, with placeholders that `instantiate` fills in. */
  generate(random: Random, stock: TokenStock): Manifest[];
  /** Default: 60. */
  readonly requestsPerSet?: number;
  /** Policy sets that it takes at once. */
  readonly slots: number;
  /** What `policies` are on one slot: the placeholders filled in. */
  instantiate(
    policies: Manifest[],
    slot: number,
    generation: string,
  ): Manifest[];
  /** Puts one instantiated set on each slot (the rest get none) and waits until it is in force. */
  deploy(sets: Manifest[][], generation: string): Promise<void>;
  /** What the engine says on the slot, given its instantiated set. */
  judge(slot: number, policies: Manifest[]): (request: SampleRequest) => Said;
  /** What Envoy says. */
  ask(slot: number, requests: SampleRequest[]): Promise<Seen[]>;
  /** Takes the policies away. */
  clear(): Promise<void>;
}

export function fillIn(
  policies: Manifest[],
  values: Record<string, string>,
): Manifest[] {
  const filled = JSON.stringify(policies).replace(
    /\$([A-Z]+[0-9]?)/g,
    (text, name) => values[name] ?? text,
  );
  return JSON.parse(filled);
}

export type Outcome = 'agree' | 'status' | 'body' | 'details' | 'unknown';

export const isDisagreement = (outcome: Outcome) =>
  outcome !== 'agree' && outcome !== 'unknown';

/**
 * Compares status, body and response-code details, as far as the engine names them and the answer
 * shows them. What the engine says it does not know is no agreement.
 */
export function compare(
  said: Said,
  seen: Seen,
  request: SampleRequest,
): Outcome {
  if (said.status === 'unknown') return 'unknown';
  if (said.status !== seen.status) return 'status';
  if (!hasSameBody(said, seen, request)) return 'body';
  const tells =
    said.details !== undefined &&
    seen.details !== undefined &&
    !Array.isArray(request.headers.authorization) &&
    // A rule that is not known may be the one that Envoy names.
    said.trace.every(step => step.outcome !== 'unknown');
  return tells && said.details !== seen.details ? 'details' : 'agree';
}

function hasSameBody(
  said: Said,
  seen: Seen,
  { method, headers }: SampleRequest,
) {
  if (said.body === undefined) return true;
  // Of several tokens joined to one text the engine says that it is none, not what is wrong with it.
  if (said.status === 401 && Array.isArray(headers.authorization)) return true;
  // An answer to HEAD has no body, but says how long it would be.
  return method === 'HEAD'
    ? seen.length === undefined || seen.length === Buffer.byteLength(said.body)
    : seen.body === said.body;
}
