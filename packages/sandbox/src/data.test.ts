import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  assessService,
  decideWayIn,
  Mesh,
  parseObjects,
} from 'istio-jwt-policy-engine';
import { parseAllDocuments } from 'yaml';
import { DATA_DIRECTORY, startSandbox } from '.';
import { findKindOf } from './api/kinds';
import { readDataDirectory } from './loadData';
import { sendRequest } from './__testUtils__/sendRequest';

function readCatalog(file: string) {
  return parseAllDocuments(
    readFileSync(join(DATA_DIRECTORY, file), 'utf8'),
  ).map(document => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
}

function loadMesh(): Mesh {
  const { resources, errors } = parseObjects(readDataDirectory());
  expect(errors).toEqual([]);
  const mesh = new Mesh();
  resources.forEach(resource => mesh.apply(resource));
  return mesh;
}

describe('demo mesh', () => {
  it.each([
    ['default', 'frontend', 'open'],
    ['default', 'backend', 'partial'],
    ['payments', 'payments', 'enforced'],
    ['reviews', 'reviews', 'validated-only'],
    ['inventory', 'inventory', 'partial'],
    ['recommendations', 'recommendations', 'unknown'],
    ['partners', 'partner-api', 'over-blocked'],
    // Configuration alone cannot show the drift.
    ['orders', 'orders', 'enforced'],
  ])('%s/%s is %s by its configuration', (namespace, name, state) => {
    const assessment = assessService(loadMesh(), { namespace, name });
    expect(
      assessment.waysIn.map(({ id, state: own, reason }) => ({
        id,
        own,
        reason,
      })),
    ).not.toEqual([]);
    expect({ state: assessment.state, reason: assessment.reason }).toEqual({
      state,
      reason: expect.any(String),
    });
  });

  it('enforces backend at the gateway and admits the frontend in the mesh', () => {
    const { waysIn } = assessService(loadMesh(), {
      namespace: 'default',
      name: 'backend',
    });
    expect(waysIn.map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual([
      'gateway enforced',
      'in-mesh partial',
    ]);
    const inMesh = waysIn.find(({ kind }) => kind === 'in-mesh')!;
    expect(inMesh.exposures).toContainEqual(
      expect.objectContaining({
        admittedBy: expect.objectContaining({ name: 'backend-allow-frontend' }),
      }),
    );
  });

  it('drifts at orders: the gateway answers 200 where the configuration says 403', async () => {
    const mesh = loadMesh();
    const { waysIn } = assessService(mesh, {
      namespace: 'orders',
      name: 'orders',
    });
    const wayIn = waysIn.find(({ kind }) => kind === 'gateway')!;
    const request = { port: 8080, host: 'orders.example.com', path: '/' };
    expect(decideWayIn(mesh, wayIn, request).status).toBe(403);

    const sandbox = await startSandbox({ apiPort: 0, nodePorts: 'free' });
    try {
      const gateway = sandbox.gateways.find(
        ({ service }) => service === 'orders/orders-gateway',
      )!;
      const answer = await sendRequest(gateway.url, {
        host: 'orders.example.com',
      });
      expect(answer.status).toBe(200);
    } finally {
      await sandbox.stop();
    }
  });

  it('labels Service and Pods of every catalog component', () => {
    const objects = readDataDirectory();
    const components = readCatalog('catalog/entities.yaml').filter(
      entity => entity.kind === 'Component',
    );
    expect(components).toHaveLength(8);
    for (const { metadata } of components) {
      const id = metadata.annotations['backstage.io/kubernetes-id'];
      const kinds = objects
        .filter(
          object =>
            object.metadata.labels?.['backstage.io/kubernetes-id'] === id &&
            object.metadata.namespace ===
              metadata.annotations['backstage.io/kubernetes-namespace'],
        )
        .map(({ kind }) => kind);
      expect(new Set(kinds)).toEqual(new Set(['Service', 'Pod']));
      expect(kinds.filter(kind => kind === 'Service')).toHaveLength(1);
    }
  });

  it('gives every owner in the catalog as an entity', () => {
    const entities = readCatalog('catalog/entities.yaml');
    const groups = entities
      .filter(({ kind }) => kind === 'Group')
      .map(({ metadata }) => `group:default/${metadata.name}`);
    const owners = entities.flatMap(({ spec }) => spec.owner ?? []);
    const guest = entities.find(({ metadata }) => metadata.name === 'guest');
    expect(groups).toEqual(expect.arrayContaining([...new Set(owners)]));
    expect(guest.metadata.namespace).toBe('development');
    expect(owners).toEqual(expect.arrayContaining(guest.spec.memberOf));
  });

  it('holds policies that the API refuses, for tests', async () => {
    const policies = readCatalog('bad/malformed-policies.yaml');
    const sandbox = await startSandbox({ apiPort: 0, nodePorts: 'free' });
    try {
      for (const object of policies) {
        const { plural } = findKindOf(object)!;
        const response = await fetch(
          `${sandbox.apiUrl}/apis/security.istio.io/v1/namespaces/default/${plural}`,
          { method: 'POST', body: JSON.stringify(object) },
        );
        const { reason, details } = await response.json();
        expect({ name: details.name, reason }).toEqual({
          name: object.metadata.name,
          reason: 'Invalid',
        });
      }
    } finally {
      await sandbox.stop();
    }
    expect(policies).toHaveLength(7);
  });

  it('holds two Services for one entity, for tests', async () => {
    const objects = [
      ...readDataDirectory(),
      ...readCatalog('bad/two-services.yaml'),
    ];
    const sandbox = await startSandbox({
      apiPort: 0,
      nodePorts: 'free',
      objects,
    });
    try {
      const response = await fetch(
        `${sandbox.apiUrl}/api/v1/services?labelSelector=backstage.io/kubernetes-id%3Dtwo-services`,
      );
      expect((await response.json()).items).toHaveLength(2);
    } finally {
      await sandbox.stop();
    }
  });
});
