/** How a test reaches the lab of its own, or a cluster that somebody else made. */
import { execFile } from 'node:child_process';
import { ensureIstioFiles } from './builds.ts';
import {
  existingKubeconfig,
  findGatewayAddress,
  openExisting,
} from './existing-cluster.ts';
import { request } from './http.ts';
import { kubeconfigPath } from './paths.ts';
import { readState, type LabState } from './state.ts';
import {
  addressOf,
  GATEWAY_API_GATEWAY,
  INGRESS,
  SECOND_GATEWAY,
  type GatewayWorkload,
} from './topology/workloads.ts';
import { selectIstioLine } from './versions.ts';

export interface LabGateway {
  /** By the node's address and the Service's NodePort, as a client outside would come. */
  url: string;
  nodePort: number;
  /** Address of the proxy itself, where its target ports listen. */
  address: string;
}

/** On an existing cluster, one that is not there throws when it is read. */
export interface LabGateways {
  readonly ingress: LabGateway;
  readonly second: LabGateway;
  readonly gatewayApi: LabGateway;
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

export function runKubectl(
  kubectl: string,
  kubeconfig: string,
  args: string[],
  input?: string,
) {
  return new Promise<{ code: number; stdout: string; stderr: string }>(
    resolve => {
      const child = execFile(
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
      child.stdin?.end(input);
    },
  );
}

export interface Connection {
  mode: 'own' | 'existing';
  kubeconfig: string;
  kubectl: string;
  istioFiles: string;
  gateways: LabGateways;
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
  const kube = openExisting(kubeconfig);
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

export function connect(): Promise<Connection> | Connection {
  const existing = existingKubeconfig();
  return existing ? connectExisting(existing) : connectOwn();
}
