/** What tests hold of a running lab. */
import { execFile } from 'node:child_process';
import { ensureIstioFiles } from './builds.ts';
import { existingKubeconfig, findGatewayAddress } from './existing-cluster.ts';
import { request, type HttpAnswer, type HttpOptions } from './http.ts';
import { Kube, type Manifest } from './kube.ts';
import { kubeconfigPath } from './paths.ts';
import { startIstiod } from './parts/istiod.ts';
import { readState, type LabState } from './state.ts';
import { stopProcess } from './supervisor.ts';
import {
  loadSampleIssuer,
  readSampleToken,
  type TestIssuer,
} from './tokens/mint.ts';
import {
  addressOf,
  GATEWAY_API_GATEWAY,
  INGRESS,
  SECOND_GATEWAY,
  type GatewayWorkload,
} from './topology/workloads.ts';
import { selectIstioLine } from './versions.ts';
import { waitFor } from './wait.ts';

export interface LabGateway {
  /** By the node's address and the Service's NodePort, as a client outside would come. */
  url: string;
  nodePort: number;
  /** Address of the proxy itself, where its target ports listen. */
  address: string;
}

export interface JwksControl {
  /** Where istiod reads the set `name`. `sample` is there from the start. */
  uri(name: string): string;
  /** Issuer URL for OpenID discovery of the set. */
  issuer(name: string): string;
  set(
    name: string,
    wanted: { keys?: unknown[]; status?: number; delayMs?: number },
  ): Promise<void>;
  /** How often the set was read. */
  hits(name: string): Promise<number>;
}

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
  /** On an existing cluster, one that is not there throws when it is read. */
  gateways: {
    readonly ingress: LabGateway;
    readonly second: LabGateway;
    readonly gatewayApi: LabGateway;
  };
  /** Throws on an existing cluster. */
  readonly jwks: JwksControl;
  /** The issuer of Istio's sample token, with its private key. */
  sample: TestIssuer;
  sampleToken: string;
  /** `kubectl exec` into a pod of the namespace `default`. */
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
  restartIstiod(options?: { ambient?: boolean }): Promise<void>;
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

function describeGateway(
  workload: GatewayWorkload,
  state: LabState,
): LabGateway {
  const port = workload.service.ports.find(each => each.port === 80)!;
  const { namespace, name } = workload;
  const nodePort = state.nodePorts[`${namespace}/${name}/${port.name}`];
  return {
    url: `http://127.0.0.1:${nodePort}`,
    nodePort,
    address: addressOf(workload, state.subnet),
  };
}

function controlJwks(state: LabState): JwksControl {
  const base = `http://${state.subnet}.1:${state.ports.jwks}`;
  return {
    uri: name => `${base}/${name}/jwks.json`,
    issuer: name => `${base}/${name}`,
    async set(name, wanted) {
      const answer = await request(`${base}/control/${name}`, {
        method: 'PUT',
        body: JSON.stringify(wanted),
      });
      if (answer.status !== 200) throw new Error(answer.body);
    },
    async hits(name) {
      const answer = await request(`${base}/control/${name}`);
      return answer.status === 200 ? JSON.parse(answer.body).hits : 0;
    },
  };
}

const missing = (what: string): never => {
  throw new Error(`${what} is missing on an existing cluster (LAB_KUBECONFIG)`);
};

function runKubectl(kubectl: string, kubeconfig: string, args: string[]) {
  return new Promise<{ code: number; stdout: string; stderr: string }>(
    resolve => {
      execFile(
        kubectl,
        args,
        {
          env: { ...process.env, KUBECONFIG: kubeconfig },
          timeout: 30_000,
          maxBuffer: 8 * 1024 * 1024,
        },
        (error, stdout, stderr) =>
          resolve({
            code: error ? Number(error.code ?? 1) : 0,
            stdout,
            stderr,
          }),
      );
    },
  );
}

interface Connection {
  mode: Lab['mode'];
  kubeconfig: string;
  kubectl: string;
  istioFiles: string;
  gateways: Lab['gateways'];
  state: () => LabState;
  jwks: () => JwksControl;
}

function connectOwn(): Connection {
  const state = readState();
  if (!state) throw new Error('The lab is down; `yarn lab up` starts it');
  return {
    mode: 'own',
    kubeconfig: kubeconfigPath,
    kubectl: state.parts.kubectl,
    istioFiles: state.parts.istioFiles,
    gateways: {
      ingress: describeGateway(INGRESS, state),
      second: describeGateway(SECOND_GATEWAY, state),
      gatewayApi: describeGateway(GATEWAY_API_GATEWAY, state),
    },
    state: () => state,
    jwks: () => controlJwks(state),
  };
}

async function connectExisting(kubeconfig: string): Promise<Connection> {
  const kube = new Kube(kubeconfig);
  const [ingress, gatewayApi] = await Promise.all(
    [INGRESS, GATEWAY_API_GATEWAY].map(({ namespace, service }) =>
      findGatewayAddress(kube, namespace, service.name),
    ),
  );
  return {
    mode: 'existing',
    kubeconfig,
    kubectl: 'kubectl',
    istioFiles: await ensureIstioFiles(selectIstioLine(), () => {}),
    gateways: {
      get ingress() {
        return ingress ?? missing('The ingress gateway');
      },
      get second() {
        return missing('The second gateway');
      },
      get gatewayApi() {
        return gatewayApi ?? missing('The proxy of the Gateway backend-api');
      },
    },
    state: () => missing("The lab's own state"),
    jwks: () => missing('The key set server'),
  };
}

/** The running lab, or the cluster that LAB_KUBECONFIG names. Throws where there is none. */
export async function connectLab(): Promise<Lab> {
  const existing = existingKubeconfig();
  const connection = existing ? await connectExisting(existing) : connectOwn();
  const { mode, kubeconfig, kubectl, istioFiles, gateways } = connection;
  const kube = new Kube(kubeconfig);
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
    exec(pod, command) {
      const where = ['-n', 'default', pod, '-c', 'app'];
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
      const { parts, istioLine } = lab.state;
      const line = selectIstioLine(istioLine);
      await stopProcess('istiod');
      await startIstiod(
        { state: lab.state, parts, line, say: () => {} },
        options,
      );
    },
  };
  return lab;
}
