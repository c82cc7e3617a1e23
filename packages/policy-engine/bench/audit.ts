/* eslint-disable no-console */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { generate } from './generate';
import { plant, Planted } from './plant';

/**
 * Runs `istio-jwt audit` and `istioctl analyze --use-kube=false` on the same generated folders, in
 * turn, as whole processes, and prints the ratio of their times, the memory, and whether every
 * planted misconfiguration was found.
 *
 * Run: yarn workspace istio-jwt-policy-engine bench:audit [services…]; ISTIOCTL names istioctl.
 */
const sizes = process.argv.slice(2).map(Number);
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const CLI = resolve(__dirname, '../bin/istio-jwt.cjs');

interface Run {
  seconds: number;
  mebibytes: number;
  stdout: string;
  status: number | null;
}

/** Wall time and peak resident memory of a process, as the kernel counted them. */
function measure(command: string, args: string[], folder: string): Run {
  const usage = join(folder, 'usage');
  const out = join(folder, 'out');
  const { status, error } = spawnSync(
    '/bin/sh',
    [
      '-c',
      '/usr/bin/time -o "$0" -f "%e %M" "$@" > "$OUT"',
      usage,
      command,
      ...args,
    ],
    {
      env: { ...process.env, OUT: out },
      stdio: ['ignore', 'ignore', 'ignore'],
    },
  );
  if (error) throw error;
  const [seconds, kibibytes] = readFileSync(usage, 'utf8')
    .trim()
    .split('\n')
    .at(-1)!
    .split(' ')
    .map(Number);
  const stdout = readFileSync(out, 'utf8');
  return { seconds, mebibytes: kibibytes / 1024, stdout, status };
}

function writeMesh(services: number, folder: string): Planted[] {
  const planted = plant(services);
  const resources = [
    ...generate({ services }),
    ...planted.map(p => p.resource),
  ];
  const files = new Map<string, string[]>();
  for (const resource of resources) {
    const { namespace, name } = resource.metadata;
    // One file per service, as people keep them.
    const file = `${namespace}/${name.replace(/-0$/, '')}.yaml`;
    const documents = files.get(file) ?? [];
    files.set(file, documents);
    documents.push(stringify(resource));
  }
  for (const [file, documents] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), documents.join('---\n'));
  }
  return planted;
}

function findMissing(stdout: string, planted: readonly Planted[]): string[] {
  const { findings } = JSON.parse(stdout);
  const found = new Set(
    findings.map(
      ({ id, resource }: any) => `${id} ${resource.namespace}/${resource.name}`,
    ),
  );
  return planted
    .map(
      ({ id, resource: { metadata } }) =>
        `${id} ${metadata.namespace}/${metadata.name}`,
    )
    .filter(name => !found.has(name));
}

function findIstioctl(): string | undefined {
  if (process.env.ISTIOCTL) return process.env.ISTIOCTL;
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const lab = join(cache, 'backstage-istio-jwt', 'lab');
  if (!existsSync(lab)) return undefined;
  return readdirSync(lab)
    .filter(name => name.startsWith('istio-1.'))
    .sort()
    .reverse()
    .map(name => join(lab, name, 'istioctl'))
    .find(existsSync);
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function compare(services: number, istioctl: string | undefined): boolean {
  const work = mkdtempSync(join(tmpdir(), 'istio-jwt-bench-'));
  try {
    const mesh = join(work, 'mesh');
    const planted = writeMesh(services, mesh);
    const ours: Run[] = [];
    const theirs: Run[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const args = ['audit', mesh, '--output', 'json'];
      ours.push(measure(process.execPath, [CLI, ...args], work));
      if (istioctl) {
        const flags = ['analyze', '--use-kube=false', mesh];
        theirs.push(measure(istioctl, flags, work));
      }
    }
    const time = median(ours.map(run => run.seconds));
    const peak = Math.max(...ours.map(run => run.mebibytes));
    const missing = findMissing(ours[0].stdout, planted);
    const other = istioctl ? median(theirs.map(run => run.seconds)) : undefined;
    const ratio =
      other === undefined ? 'no istioctl' : `${(other / time).toFixed(1)}×`;
    console.log(
      `${services} services: audit ${time.toFixed(2)} s, istioctl analyze ${
        other?.toFixed(2) ?? '–'
      } s, ratio ${ratio}; peak ${peak.toFixed(0)} MiB (istioctl ${Math.max(
        0,
        ...theirs.map(run => run.mebibytes),
      ).toFixed(0)}); planted ${planted.length}, missed ${missing.length}`,
    );
    missing.slice(0, 5).forEach(name => console.log(`  missed: ${name}`));
    return missing.length === 0 && ours.every(run => run.status === 1);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const istioctl = findIstioctl();
if (!istioctl) {
  console.log('No istioctl: `yarn lab up` builds one, or name it by ISTIOCTL.');
}
const wanted = sizes.length > 0 ? sizes : [1000, 4000, 10_000];
const good = wanted.map(services => compare(services, istioctl));
process.exitCode = good.every(Boolean) ? 0 : 1;
