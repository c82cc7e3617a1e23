import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labDir } from '../paths.ts';
import { ETCD_VERSION, KUBERNETES_VERSION } from '../versions.ts';
import { downloadModule, go } from './go.ts';
import type { Part } from './part.ts';

export function describeEtcd(): Part {
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

export function describeKubernetes(programs: string[]): Part {
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

export function describeKubeletExec(): Part {
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
