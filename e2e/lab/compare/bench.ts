/** What engine and Envoy are compared on: proxies that take policy sets and answer. */
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import type { Decision } from './engine.ts';
import type { Random } from './random.ts';
import type { Caller, SampleRequest } from './requests.ts';
import type { TokenStock } from './tokens.ts';

const PLURALS: Record<string, string> = {
  RequestAuthentication: 'requestauthentications',
  PeerAuthentication: 'peerauthentications',
  AuthorizationPolicy: 'authorizationpolicies',
  Gateway: 'gateways',
  VirtualService: 'virtualservices',
};
const POLICIES = [
  'requestauthentications',
  'peerauthentications',
  'authorizationpolicies',
];
const SECURITY = '/apis/security.istio.io/v1';

export interface Seen {
  /** `closed`: the connection ended without an answer. */
  status: number | 'closed';
  body: string;
}

export interface Said extends Pick<Decision, 'body' | 'details' | 'trace'> {
  status: Seen['status'] | 'unknown';
}

export interface Bench {
  readonly title: string;
  readonly callers: readonly Caller[];
  /** One set at random, with placeholders that `instantiate` fills in. */
  generate(random: Random, stock: TokenStock): Manifest[];
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

export type Outcome = 'agree' | 'status' | 'body' | 'unknown';

/** Compares status and body. What the engine says it does not know is no agreement. */
export function compare(
  said: Said,
  seen: Seen,
  request: SampleRequest,
): Outcome {
  if (said.status === 'unknown') return 'unknown';
  if (said.status !== seen.status) return 'status';
  // HEAD has no body, what passes answers for itself, the parser's words are not promised.
  if (request.method === 'HEAD' || said.status === 200 || said.status === 400) {
    return 'agree';
  }
  return said.body === undefined || said.body === seen.body ? 'agree' : 'body';
}

/** Whether the API server would take a policy: a dry run. */
export async function isAccepted(lab: Lab, policy: Manifest): Promise<boolean> {
  const { namespace, name } = policy.metadata!;
  const plural = PLURALS[policy.kind!];
  const answer = await lab.kube.send(
    'PATCH',
    `/apis/${policy.apiVersion}/namespaces/${namespace}/${plural}/${name}?fieldManager=compare&dryRun=All&force=true`,
    policy,
    'application/apply-patch+yaml',
  );
  return answer.status < 300;
}

/** Takes away the policies that a run which was cut off left in a namespace. */
export async function removeLeftovers(
  lab: Lab,
  namespace: string,
  isOurs: (name: string) => boolean,
): Promise<void> {
  for (const plural of POLICIES) {
    const path = `${SECURITY}/namespaces/${namespace}/${plural}`;
    for (const { metadata } of await lab.kube.list(path)) {
      if (!isOurs(metadata!.name!)) continue;
      await lab.kube.send('DELETE', `${path}/${metadata!.name}`);
    }
  }
}
