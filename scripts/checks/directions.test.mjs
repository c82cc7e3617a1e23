/**
 * Packages depend on each other in one direction, as docs/architecture.md says. That code imports nothing but
 * what its package.json names is ESLint's to see (`import/no-extraneous-dependencies`).
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { listWorkspaces } from './readWorkspaces.mjs';

const ENGINE = 'istio-jwt-policy-engine';
const COMMON = 'backstage-plugin-istio-jwt-common';
const NODE = 'backstage-plugin-istio-jwt-node';

/** What a workspace may depend on, of the workspaces. Anything else it may not. */
const MAY = {
  [ENGINE]: [],
  [COMMON]: [ENGINE],
  [NODE]: [COMMON],
  'backstage-plugin-istio-jwt': [COMMON, ENGINE],
  'backstage-plugin-istio-jwt-backend': [COMMON, NODE, ENGINE],
  'istio-jwt-sandbox': [ENGINE],
};

/** They host or try what the others make: everything is theirs to use, and nobody's to import. */
const HOSTS = ['app', 'backend', 'e2e'];

const workspaces = listWorkspaces();
const names = workspaces.map(({ manifest }) => manifest.name);

function dependenciesOf({ manifest }) {
  return Object.keys({
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies,
  }).filter(name => names.includes(name));
}

for (const workspace of workspaces) {
  const { name } = workspace.manifest;
  it(`${name} depends on nothing above it`, () => {
    const dependencies = dependenciesOf(workspace);
    if (HOSTS.includes(name)) {
      // The backend serves the app.
      const allowed = name === 'backend' ? ['app'] : [];
      assert.deepEqual(
        dependencies.filter(
          other => HOSTS.includes(other) && !allowed.includes(other),
        ),
        [],
      );
      return;
    }
    const may = MAY[name] ?? modulesMay(name);
    assert.deepEqual(
      dependencies.filter(other => !may.includes(other)),
      [],
    );
  });
}

/** Modules for plugins of others speak to the backend by its API. */
function modulesMay(name) {
  assert.match(
    name,
    /^backstage-plugin-.+-backend-module-istio-jwt$/,
    `docs/architecture.md and this test do not know ${name}`,
  );
  return [COMMON, NODE];
}
