/** Whether a cluster would take a policy, and whether the engine says the same. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import { tryRun } from '../run.ts';
import { parseObjects } from './engine.ts';

const PLURALS: Record<string, string> = {
  RequestAuthentication: 'requestauthentications',
  PeerAuthentication: 'peerauthentications',
  AuthorizationPolicy: 'authorizationpolicies',
  Gateway: 'gateways',
  Sidecar: 'sidecars',
  DestinationRule: 'destinationrules',
  BackendTLSPolicy: 'backendtlspolicies',
  VirtualService: 'virtualservices',
  HTTPRoute: 'httproutes',
  GRPCRoute: 'grpcroutes',
  TCPRoute: 'tcproutes',
  TLSRoute: 'tlsroutes',
  ListenerSet: 'listenersets',
  ReferenceGrant: 'referencegrants',
  Ingress: 'ingresses',
  ServiceEntry: 'serviceentries',
  WorkloadEntry: 'workloadentries',
};

export interface Acceptance {
  /** Why API server or Istio's webhook refuse it; undefined where both take it. */
  refusal?: string;
  /** Why the engine says that it would be refused. */
  engine?: string;
}

const keyOf = ({ kind, metadata }: Manifest) =>
  `${kind}/${metadata!.namespace}/${metadata!.name}`;

/** The schema and rules of the CRDs: a dry run. */
async function dryRun(lab: Lab, policy: Manifest): Promise<string | undefined> {
  const { namespace, name } = policy.metadata!;
  const plural = PLURALS[policy.kind!];
  const answer = await lab.kube.send(
    'PATCH',
    `/apis/${policy.apiVersion}/namespaces/${namespace}/${plural}/${name}?fieldManager=istio-jwt-lab&dryRun=All&force=true`,
    policy,
    'application/apply-patch+yaml',
  );
  return answer.status < 300 ? undefined : answer.body.slice(0, 300);
}

/** What Istio's validating webhook refuses. The lab has no webhook; istioctl runs the same checks. */
function validate(lab: Lab, policies: Manifest[]): Map<string, string> {
  const refused = new Map<string, string>();
  if (policies.length === 0) return refused;
  const dir = mkdtempSync(join(tmpdir(), 'compare-'));
  try {
    const file = join(dir, 'policies.yaml');
    writeFileSync(file, policies.map(each => stringify(each)).join('---\n'));
    const { istioctl } = lab.state.parts;
    const { stdout, stderr } = tryRun(istioctl, ['validate', '-f', file]);
    // Warnings come in the same form, before the errors.
    const errors = `${stdout}\n${stderr}`.split(/^Error: /m)[1] ?? '';
    for (const line of errors.split('\n')) {
      const found = /^\s*\* (\w+\/[^/]+\/[^:]+): (.*)/.exec(line);
      if (found) refused.set(found[1], found[2]);
    }
    return refused;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** What cluster and engine say of each policy, in their order. Names must differ. */
export async function judgeAcceptance(
  lab: Lab,
  policies: Manifest[],
): Promise<Acceptance[]> {
  const refused = validate(lab, policies);
  return Promise.all(
    policies.map(async policy => {
      const refusal = refused.get(keyOf(policy)) ?? (await dryRun(lab, policy));
      const [error] = parseObjects([policy]).errors;
      return {
        ...(refusal ? { refusal } : {}),
        ...(error ? { engine: `${error.path} ${error.message}` } : {}),
      };
    }),
  );
}
