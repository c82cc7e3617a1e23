import { assessService } from '..';
import { BACKEND } from '../__testUtils__/gateways';
import { BACKEND_JWT } from '../__testUtils__/handsOn';
import { meshOf } from '../__testUtils__/mesh';

const SERVICE = `
apiVersion: v1
kind: Namespace
metadata: {name: default, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {app: backend}, ports: [{name: http, port: 80, targetPort: web}]}
`;
const PORTS = 'ports: [{name: web, containerPort: 8080}]';
const template = (rest = '', labels = '', ports = PORTS) =>
  `template: {metadata: {labels: {app: backend, ${labels}}, ${rest}}, spec: {containers: [{name: app, ${ports}}]}}`;
const maker = (
  apiVersion: string,
  kind: string,
  spec: string,
  { name = 'maker', metadata = '', status = '' } = {},
) => `
apiVersion: ${apiVersion}
kind: ${kind}
metadata: {name: ${name}, namespace: default, ${metadata}}
spec: {${spec}}
status: {${status}}
`;
const pod = (annotations = '', ports = PORTS, more = '') => `
apiVersion: v1
kind: Pod
metadata: {name: backend-0, namespace: default, labels: {app: backend}, annotations: {${annotations}}}
spec: {containers: [{name: app, ${ports}}, {name: istio-proxy}]${more}}
`;
const statesOf = (...texts: string[]) =>
  assessService(meshOf([SERVICE, BACKEND_JWT, ...texts]), BACKEND)
    .waysIn.map(({ state }) => state)
    .sort();

const UNINJECTED = 'sidecar.istio.io/inject: "false"';
const OWNED = 'ownerReferences: [{kind: X, name: backend}]';

describe('what makes Pods', () => {
  it.each([
    ['apps/v1', 'Deployment', template],
    ['apps/v1', 'StatefulSet', template],
    ['apps/v1', 'DaemonSet', template],
    ['apps/v1', 'ReplicaSet', template],
    ['v1', 'ReplicationController', template],
    ['batch/v1', 'Job', template],
    ['argoproj.io/v1alpha1', 'Rollout', template],
    [
      'batch/v1',
      'CronJob',
      (rest: string, labels: string) =>
        `jobTemplate: {spec: {${template(rest, labels)}}}`,
    ],
  ])('counts: %s %s', (apiVersion, kind, specOf) => {
    const good = maker('apps/v1', 'Deployment', template(), { name: 'good' });
    const bad = maker(apiVersion, kind, specOf('', UNINJECTED));
    expect(statesOf(good, bad)).toEqual(['enforced', 'open']);
    expect(statesOf(maker(apiVersion, kind, specOf('', '')))).toEqual([
      'enforced',
    ]);
  });

  it.each([
    ['ReplicaSet', 'replicas: 0', { metadata: OWNED }, false],
    ['ReplicaSet', 'replicas: 1', { metadata: OWNED }, true],
    ['ReplicaSet', 'replicas: 0', {}, true],
    [
      'Job',
      'completions: 1',
      { metadata: OWNED, status: 'completionTime: "2026-01-01T00:00:00Z"' },
      false,
    ],
    ['Job', 'completions: 1', { metadata: OWNED }, true],
  ])('counts unless it is history: %s, %s, %j', (kind, spec, rest, counts) => {
    const bad = `${spec}, ${template('', UNINJECTED)}`;
    const version = kind === 'Job' ? 'batch/v1' : 'apps/v1';
    const good = maker('apps/v1', 'Deployment', template(), { name: 'good' });
    expect(statesOf(good, maker(version, kind, bad, rest))).toEqual(
      counts ? ['enforced', 'open'] : ['enforced'],
    );
  });
});

describe('a template whose Pods are there as a cluster says', () => {
  const deployment = (generation: number) =>
    maker('apps/v1', 'Deployment', template(`annotations: {${UNINJECTED}}`), {
      metadata: `generation: ${generation}`,
      status: 'observedGeneration: 2',
    });

  it('says no more than they do', () => {
    expect(statesOf(pod(), deployment(2))).toHaveLength(1);
    expect(statesOf(pod(), deployment(3))).toHaveLength(2);
    expect(statesOf(deployment(2))).toHaveLength(1);
  });
});

describe('a template that was changed since its Pod started', () => {
  const deployment = (annotations = '', { labels = '', ports = PORTS } = {}) =>
    maker(
      'apps/v1',
      'Deployment',
      template(`annotations: {${annotations}}`, labels, ports),
    );
  const EXCLUDED = 'traffic.sidecar.istio.io/excludeInboundPorts: "8080"';

  it.each<[string, string, string[]]>([
    ['a port that is excluded', deployment(EXCLUDED), ['enforced', 'open']],
    [
      'an interception mode',
      deployment('sidecar.istio.io/interceptionMode: NONE'),
      ['enforced', 'open'],
    ],
    [
      'another bootstrap',
      deployment('sidecar.istio.io/bootstrapOverride: mine'),
      ['unknown'],
    ],
    [
      'a template of the injector',
      deployment('inject.istio.io/templates: mine'),
      ['enforced', 'unknown'],
    ],
    [
      'no sidecar any more',
      deployment('sidecar.istio.io/inject: "false"'),
      ['enforced', 'open'],
    ],
    [
      'another port of the same name',
      deployment('', { ports: PORTS.replace('8080', '15020') }),
      ['enforced', 'open'],
    ],
  ])('counts beside the Pod: %s', (_, changed, states) => {
    expect(statesOf(pod(), changed)).toEqual(states);
  });

  it.each([
    [
      'Istio’s CNI writes the defaults',
      pod(
        'traffic.sidecar.istio.io/excludeInboundPorts: "15020,15021", traffic.sidecar.istio.io/includeInboundPorts: "*", sidecar.istio.io/interceptionMode: REDIRECT',
      ),
      deployment(),
    ],
    [
      'the init container says the same',
      pod(
        '',
        PORTS,
        ', initContainers: [{name: istio-init, args: ["-m", REDIRECT, "-b", "*", "-d", "15090,15021,9090,15020"]}]',
      ),
      deployment('traffic.sidecar.istio.io/excludeInboundPorts: "9090"'),
    ],
  ])('is the Pod’s where %s', (_, real, made) => {
    expect(statesOf(real, made)).toEqual(['enforced']);
  });
});
