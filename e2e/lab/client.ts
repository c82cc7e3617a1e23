/** What tests hold of a running lab. */
import {
  connect,
  runKubectl,
  type JwksControl,
  type LabGateway,
  type LabGateways,
} from './connection.ts';
import { request, type HttpAnswer, type HttpOptions } from './http.ts';
import { Kube, type Manifest } from './kube.ts';
import { startAmbientCaller } from './parts/ambientCaller.ts';
import { startApiserver, startNode } from './parts/cluster.ts';
import type { LabContext } from './parts/context.ts';
import { startIstiod, type IstiodOptions } from './parts/istiod.ts';
import { startWorkload, waitForProxy } from './parts/proxy.ts';
import { kubeconfigPath } from './paths.ts';
import type { LabState } from './state.ts';
import { stopProcess } from './supervisor.ts';
import {
  loadSampleIssuer,
  readSampleToken,
  type TestIssuer,
} from './tokens/mint.ts';
import { INGRESS } from './topology/workloads.ts';
import { selectIstioLine } from './versions.ts';
import { waitFor } from './wait.ts';

export type { JwksControl, LabGateway, LabGateways };

export interface Answer {
  status: number;
  body: string;
}

export interface Lab {
  /** `existing`: a cluster that LAB_KUBECONFIG names, with {@link existing-cluster.ts}'s limits. */
  mode: 'own' | 'existing';
  /** Throws on an existing cluster. */
  readonly state: LabState;
  kube: Kube;
  gateways: LabGateways;
  /** Throws on an existing cluster. */
  readonly jwks: JwksControl;
  /** The issuer of Istio's sample token, with its private key. */
  sample: TestIssuer;
  sampleToken: string;
  /** kubectl itself, as a person would use it; `input` is what it reads from standard input. */
  kubectl(
    args: string[],
    input?: string,
  ): Promise<{ code: number; stdout: string; stderr: string }>;
  /** `kubectl exec` into a pod, of the namespace `default` unless it is `namespace/name`. */
  exec(
    pod: string,
    command: string[],
  ): Promise<{ code: number; stdout: string; stderr: string }>;
  /** One request from inside a pod, through its sidecar. */
  askFrom(
    pod: string,
    url: string,
    options?: { headers?: Record<string, string>; method?: string },
  ): Promise<Answer>;
  /** One request to a gateway, on a connection of its own. `path` goes out as written. */
  ask(
    gateway: LabGateway,
    path: string,
    options?: HttpOptions & { host?: string },
  ): Promise<HttpAnswer>;
  /**
   * Applies objects and hands back what takes them away again. Use it with `t.after`, so that a
   * failing test leaves nothing for the next.
   */
  applyForTest(input: string | Manifest[]): Promise<() => Promise<void>>;
  /** Ends istiod and starts it anew, its key sets forgotten. Throws on an existing cluster. */
  restartIstiod(options?: IstiodOptions): Promise<void>;
  /**
   * Ends the proxy of the ingress gateway and starts it anew, trusting so many proxies before it. Throws on
   * an existing cluster.
   */
  restartGateway(options?: { trustedProxies?: number }): Promise<void>;
  /**
   * Starts the Pod `ambient/caller`, whose requests to `reports` go through its waypoint. Throws on an
   * existing cluster.
   *
   * @returns what takes it away again
   */
  startAmbientCaller(): Promise<() => Promise<void>>;
  /** Ends a part as a crash would. Throws on an existing cluster. */
  stopPart(part: Part): Promise<void>;
  /** Starts a part again and waits until it answers. One that runs is kept. */
  startPart(part: Part): Promise<void>;
}

/** Parts whose absence tests look at; `node-ports` is the way from outside to every gateway. */
export type Part =
  | 'istiod'
  | 'kube-apiserver'
  | 'node-ports'
  | 'proxy-istio-ingressgateway';

const STARTERS: Record<Part, (context: LabContext) => Promise<void>> = {
  istiod: startIstiod,
  'kube-apiserver': startApiserver,
  'node-ports': startNode,
  'proxy-istio-ingressgateway': context => startGateway(context),
};

async function startGateway(
  context: LabContext,
  trustedProxies = 0,
): Promise<void> {
  const gateway =
    trustedProxies > 0
      ? { ...INGRESS, gatewayTopology: { numTrustedProxies: trustedProxies } }
      : INGRESS;
  await startWorkload(gateway, context, new Kube(kubeconfigPath));
  await waitForProxy(gateway, context.state.subnet);
}

/** Waits until `ask` answers with `status`, `times` times in a row. The configuration has arrived then. */
export async function waitForStatus(
  ask: () => Promise<Answer>,
  status: number,
  options: { timeoutMs?: number; times?: number } = {},
): Promise<Answer> {
  const { timeoutMs = 15_000, times = 3 } = options;
  let row = 0;
  let seen: Answer | undefined;
  try {
    return await waitFor(
      `status ${status}`,
      async () => {
        seen = await ask();
        row = seen.status === status ? row + 1 : 0;
        return row >= times ? seen : undefined;
      },
      { timeoutMs, everyMs: 50 },
    );
  } catch (error) {
    throw new Error(
      `Wanted ${status}, last seen ${seen?.status} ${seen?.body.slice(0, 200)}`,
      { cause: error },
    );
  }
}

function describeContext(state: LabState): LabContext {
  const { parts, istioLine } = state;
  return { state, parts, line: selectIstioLine(istioLine), say: () => {} };
}

/** The running lab, or the cluster that LAB_KUBECONFIG names. Throws where there is none. */
export async function connectLab(): Promise<Lab> {
  const connection = await connect();
  const { mode, kubeconfig, kubectl, istioFiles, gateways } = connection;
  const kube = new Kube(kubeconfig, { onlyOwn: mode === 'existing' });
  const lab: Lab = {
    mode,
    get state() {
      return connection.state();
    },
    kube,
    gateways,
    get jwks() {
      return connection.jwks();
    },
    sample: loadSampleIssuer(istioFiles),
    sampleToken: readSampleToken(istioFiles),
    kubectl: (args, input) => runKubectl(kubectl, kubeconfig, args, input),
    exec(pod, command) {
      const [name, namespace = 'default'] = pod.split('/').reverse();
      const where = ['-n', namespace, name, '-c', 'app'];
      return runKubectl(kubectl, kubeconfig, [
        'exec',
        ...where,
        '--',
        ...command,
      ]);
    },
    async askFrom(pod, url, options = {}) {
      const headers = Object.entries(options.headers ?? {}).flatMap(
        ([name, value]) => ['-H', `${name}: ${value}`],
      );
      const { stdout, stderr } = await lab.exec(pod, [
        ...['curl', '-s', '--path-as-is', '--max-time', '10'],
        ...['-X', options.method ?? 'GET', ...headers],
        ...['-w', '\n%{http_code}', url],
      ]);
      const cut = stdout.lastIndexOf('\n');
      const status = Number(stdout.slice(cut + 1));
      if (cut < 0 || !Number.isInteger(status)) {
        throw new Error(`No answer from ${pod}: ${stderr}`);
      }
      return { status, body: stdout.slice(0, cut) };
    },
    ask(gateway, path, { host, ...options } = {}) {
      return request(`${gateway.url}${path}`, {
        ...options,
        headers: { ...options.headers, ...(host ? { host } : {}) },
      });
    },
    async applyForTest(input) {
      await kube.apply(input);
      return () => kube.remove(input);
    },
    async restartIstiod(options) {
      await stopProcess('istiod');
      await startIstiod(describeContext(lab.state), options);
    },
    async restartGateway({ trustedProxies } = {}) {
      await stopProcess('proxy-istio-ingressgateway');
      await startGateway(describeContext(lab.state), trustedProxies);
    },
    startAmbientCaller: () =>
      startAmbientCaller(describeContext(lab.state), kube),
    async stopPart(part) {
      describeContext(lab.state);
      await stopProcess(part);
    },
    startPart: part => STARTERS[part](describeContext(lab.state)),
  };
  return lab;
}
