/** Manifests that people apply to their clusters: Pods of the level `restricted`, and no right too many. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { repoRoot } from '../lib/toolchain.mjs';
import { judgePod } from './manifests/judgePod.mjs';
import { judgeRights } from './manifests/judgeRights.mjs';
import { findPodSpec, readManifests } from './manifests/readManifests.mjs';

const objects = readManifests();
const nameOf = ({ file, object: { kind, metadata } }) =>
  `${kind} ${metadata.name} of ${file}`;

const pods = objects.filter(({ object }) => findPodSpec(object));
const roles = objects.filter(({ object }) => /Role$/.test(object.kind));

it('Pods and roles are among what is shipped', () => {
  assert.ok(pods.some(({ object }) => object.kind === 'Deployment'));
  assert.ok(roles.some(({ object }) => object.kind === 'ClusterRole'));
  assert.ok(roles.some(({ object }) => object.kind === 'Role'));
});

for (const entry of pods) {
  it(`${nameOf(entry)} runs under the level restricted`, () => {
    assert.deepEqual(judgePod(findPodSpec(entry.object)), []);
  });
}

for (const entry of roles) {
  it(`${nameOf(entry)} grants no more than is used`, () => {
    assert.ok(entry.object.rules.length > 0);
    assert.deepEqual(judgeRights(entry.object), []);
  });
}

it('bindings lead to roles of the same file, and to accounts alone', () => {
  const bindings = objects.filter(({ object }) =>
    /RoleBinding$/.test(object.kind),
  );
  assert.equal(bindings.length, roles.length);
  for (const { file, object } of bindings) {
    const role = roles.find(
      other =>
        other.file === file &&
        other.object.kind === object.roleRef.kind &&
        other.object.metadata.name === object.roleRef.name,
    );
    assert.ok(role, `${file}: ${object.roleRef.name}`);
    assert.deepEqual(
      object.subjects.map(({ kind }) => kind),
      ['ServiceAccount'],
    );
  }
});

it('the script for a cluster applies no Pod or role of its own', () => {
  const script = readFileSync(
    join(repoRoot, 'deploy/quickstart/quickstart.sh'),
    'utf8',
  );
  const applied = [...script.matchAll(/apply -f ("[^"]+"|\S+)/g)].map(
    ([, what]) => what,
  );
  assert.deepEqual(applied.sort(), [
    '"$manifests/prober.yaml"',
    '"$manifests/read-rbac.yaml"',
    '-',
  ]);
});

describe('what the check refuses', () => {
  const fit = () => ({
    securityContext: {
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'a',
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        },
      },
    ],
  });
  const changes = {
    'a network of the host': pod => (pod.hostNetwork = true),
    'a folder of the host': pod =>
      (pod.volumes = [{ name: 'v', hostPath: { path: '/' } }]),
    'root by leave': pod => delete pod.securityContext.runAsNonRoot,
    'root by number': pod => (pod.containers[0].securityContext.runAsUser = 0),
    'no seccomp': pod => delete pod.securityContext.seccompProfile,
    'seccomp turned off in a container': pod =>
      (pod.containers[0].securityContext.seccompProfile = {
        type: 'Unconfined',
      }),
    'more privileges': pod =>
      delete pod.containers[0].securityContext.allowPrivilegeEscalation,
    'capabilities kept': pod =>
      delete pod.containers[0].securityContext.capabilities,
    'capabilities added': pod =>
      (pod.containers[0].securityContext.capabilities.add = ['NET_ADMIN']),
    'a privileged container': pod =>
      (pod.containers[0].securityContext.privileged = true),
    'a port of the host': pod =>
      (pod.containers[0].ports = [{ containerPort: 80, hostPort: 80 }]),
    'a probe of another host': pod =>
      (pod.containers[0].livenessProbe = { httpGet: { host: '10.0.0.1' } }),
    'an unfit init container': pod => (pod.initContainers = [{ name: 'i' }]),
    'a sysctl': pod =>
      (pod.securityContext.sysctls = [{ name: 'kernel.msgmax', value: '1' }]),
  };
  it('lets a fit Pod through', () => assert.deepEqual(judgePod(fit()), []));
  for (const [what, change] of Object.entries(changes)) {
    it(`a Pod with ${what}`, () => {
      const pod = fit();
      change(pod);
      assert.ok(judgePod(pod).length > 0);
    });
  }

  const grant = (rule, kind = 'Role') =>
    judgeRights({
      kind,
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: ['get'], ...rule },
      ],
    });
  it('rights by wildcard, to secrets, to more rights, or to write everywhere', () => {
    assert.deepEqual(grant({}), []);
    for (const rule of [
      { verbs: ['*'] },
      { resources: ['*'] },
      { resources: ['*/scale'] },
      { apiGroups: ['*'] },
      { resources: ['secrets'] },
      { verbs: ['impersonate'] },
      { verbs: ['deletecollection'] },
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'] },
      { nonResourceURLs: ['/metrics'] },
    ]) {
      assert.equal(grant(rule).length, 1, JSON.stringify(rule));
    }
    assert.deepEqual(grant({ verbs: ['patch'] }), []);
    assert.equal(grant({ verbs: ['patch'] }, 'ClusterRole').length, 1);
  });
});
