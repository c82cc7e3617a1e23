/**
 * What deploy/quickstart asks of kubectl, kind and istioctl, which are stand-ins here: the script is tried on a
 * real API server by `yarn workspace e2e install-try quickstart`, without kubelet and without kind.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { parse } from 'yaml';
import { repoRoot } from '../lib/toolchain.mjs';

const SCRIPT = join(repoRoot, 'deploy/quickstart/quickstart.sh');
const TOKEN = 'a-token-of-the-account';

/** Answers of a cluster by the end of the command line; what is not here succeeds and says nothing. */
const CLUSTER = {
  'config current-context': 'somewhere',
  "cluster['server']}": 'https://127.0.0.1:6443',
  "cluster['certificate-authority-data']}": 'Q0E=',
  'create token': TOKEN,
  'get services': 'shop cart app=cart\nkube-system kube-dns k8s-app=kube-dns',
  'get daemonsets': 'daemonset.apps/istio-cni-node',
};

describe('deploy/quickstart', { skip: process.platform === 'win32' }, () => {
  let folder;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'quickstart-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A command that notes how it was called, and answers where a part of its arguments fits. */
  function standIn(name, answers = {}) {
    const file = join(folder, name);
    const cases = Object.entries(answers).map(
      ([part, { text, code = 0 }]) =>
        `*${JSON.stringify(part)}*) printf '%s\\n' '${text}'; exit ${code} ;;`,
    );
    writeFileSync(
      file,
      `#!/usr/bin/env bash\nprintf '%s\\n' "${name} $*" >>${folder}/calls\ncase "$*" in\n${cases.join(
        '\n',
      )}\nesac\n`,
    );
    chmodSync(file, 0o755);
  }
  function quickstart(args, { cluster = {}, commands = {} } = {}) {
    const kubectl = Object.entries({ ...CLUSTER, ...cluster }).map(
      ([part, answer]) => [
        part,
        typeof answer === 'string' ? { text: answer } : answer,
      ],
    );
    standIn('kubectl', Object.fromEntries(kubectl));
    for (const [name, answers] of Object.entries(commands)) {
      standIn(name, answers);
    }
    const { status, stdout, stderr } = spawnSync('bash', [SCRIPT, ...args], {
      encoding: 'utf8',
      env: { PATH: [folder, '/usr/bin', '/bin'].join(delimiter) },
    });
    const log = join(folder, 'calls');
    const calls = existsSync(log)
      ? readFileSync(log, 'utf8').trim().split('\n')
      : [];
    return { status, stdout, stderr, calls };
  }
  const has = (calls, ...parts) =>
    calls.some(call => parts.every(part => call.includes(part)));

  it('prints settings that are YAML, with no token in them', () => {
    const { status, stdout, stderr, calls } = quickstart(['--name', 'shop']);
    assert.equal(status, 0, stderr);
    assert.deepEqual(parse(stdout), {
      istioJwt: {
        clusters: [
          {
            name: 'shop',
            url: 'https://127.0.0.1:6443',
            serviceAccountToken: '${K8S_TOKEN}',
            caData: 'Q0E=',
            probers: [{ namespace: 'istio-jwt-prober' }],
          },
        ],
      },
    });
    assert.ok(!`${stdout}${stderr}`.includes(TOKEN));
    assert.match(stderr, /kubernetes-label-selector: app=cart/);
    assert.doesNotMatch(stderr, /kube-dns/);
    assert.ok(calls.slice(1).every(call => /--context somewhere/.test(call)));
  });

  it('makes a kind cluster once, with the plugin that makes restricted Pods possible', () => {
    const commands = { kind: {}, istioctl: {} };
    const first = quickstart(['--kind', 'demo'], { commands });
    assert.equal(first.status, 0, first.stderr);
    assert.ok(has(first.calls, 'kind create cluster --name demo'));
    assert.ok(
      has(
        first.calls,
        'istioctl install --context kind-demo',
        'components.cni.enabled=true',
      ),
    );
    const label = 'pod-security.kubernetes.io/enforce=restricted';
    assert.ok(has(first.calls, 'label namespace istio-jwt-prober', label));
    assert.match(first.stdout, /name: 'kind-demo'/);

    rmSync(join(folder, 'calls'));
    const again = quickstart(['--kind', 'demo'], {
      commands: { ...commands, kind: { 'get clusters': { text: 'demo' } } },
    });
    assert.equal(again.status, 0, again.stderr);
    assert.ok(!has(again.calls, 'kind create'));
  });

  it('does not hold the prober to restricted where sidecars need more', () => {
    const { calls } = quickstart([], { cluster: { 'get daemonsets': '' } });
    assert.ok(has(calls, 'apply -f', 'prober.yaml'));
    assert.ok(!has(calls, 'label namespace'));
  });

  it('says how to find out why a prober does not start, and goes on', () => {
    const { status, stdout, stderr } = quickstart([], {
      cluster: { 'rollout status': { text: '', code: 1 } },
    });
    assert.equal(status, 0);
    assert.match(stderr, /The prober is not ready.*get events/);
    assert.match(stdout, /istioJwt:/);
  });

  it('sets up no prober where none is wanted', () => {
    const { stdout, calls } = quickstart(['--without-prober']);
    assert.ok(!has(calls, 'istio-jwt-prober'));
    assert.equal(parse(stdout).istioJwt.clusters[0].probers, undefined);
  });

  it('says so where a cluster has no Service yet', () => {
    const { status, stderr } = quickstart([], {
      cluster: { 'get services': 'kube-system kube-dns k8s-app=kube-dns' },
    });
    assert.equal(status, 0, stderr);
    assert.match(stderr, /No Service of yours/);
  });

  it('ends with the reason where something is missing', () => {
    const expectEnd = (args, options, message) => {
      const { status, stdout, stderr } = quickstart(args, options);
      assert.equal(status, 1, message);
      assert.match(stderr, message);
      assert.equal(stdout, '');
    };
    const fails = { text: '', code: 1 };
    expectEnd(['--kind', 'demo'], {}, /kind is not on the PATH/);
    expectEnd([], { cluster: { '/version': fails } }, /does not answer/);
    expectEnd([], { cluster: { 'get crd': fails } }, /has no Istio/);
    expectEnd([], { cluster: { 'create token': fails } }, /gives no token/);
    expectEnd(['--nonsense'], {}, /Unknown option --nonsense/);
    expectEnd(['--name'], {}, /--name needs a value/);
  });
});
