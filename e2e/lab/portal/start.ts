/**
 * Starts the portal and its backend on the running lab's kubeconfig, as an operator would configure
 * them, and ends with them.
 */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { exportJWK } from 'jose';
import { ensureIstioFiles } from '../builds.ts';
import { existingKubeconfig } from '../existing-cluster.ts';
import { kubeconfigPath, labDir } from '../paths.ts';
import { readState } from '../state.ts';
import { loadSampleIssuer } from '../tokens/mint.ts';
import { selectIstioLine } from '../versions.ts';

const kubeconfig = existingKubeconfig() ?? kubeconfigPath;
const line = selectIstioLine(readState()?.istioLine);
const sample = loadSampleIssuer(
  await ensureIstioFiles(line, text => process.stdout.write(`${text}\n`)),
);
const signingJwk = {
  ...(await exportJWK(sample.key)),
  kid: sample.kid,
  alg: sample.alg,
};

// The lab's own key sets, which are served without TLS.
const state = existingKubeconfig() ? undefined : readState();
const keyHosts = state ? [`http://${state.subnet}.1:${state.ports.jwks}`] : [];

/** Backstage reads JSON from `APP_CONFIG_…`; it takes precedence over the files. */
const config = {
  istioJwt_clusters: [
    {
      name: 'lab',
      kubeconfig,
      // Two callers: one that a policy of the hands-on case names, and one that none does.
      probers: ['frontend', 'stranger'].map(name => ({
        namespace: 'default',
        labelSelector: `app=${name}`,
        container: 'app',
      })),
    },
  ],
  istioJwt_tokenSources: [
    { issuer: sample.issuer, signingJwk: JSON.stringify(signingJwk) },
  ],
  istioJwt_jwks_allowedHosts: keyHosts,
  // The lab's host is its test's alone: nobody else has to approve.
  istioJwt_enablement: {
    enabled: true,
    namespaces: ['istio-system', 'default'],
    issuers: [
      {
        name: 'sample',
        issuer: sample.issuer,
        ...(keyHosts.length > 0
          ? { jwksUri: `${keyHosts[0]}/sample/jwks.json` }
          : {}),
      },
    ],
    approval: { otherHosts: 10 },
    quotas: { perEntityPerDay: 100 },
  },
  // All tests' requests go to one gateway of the lab's own.
  istioJwt_probes_ratePerGateway: 100,
  catalog_locations: [
    { type: 'file', target: join(labDir, 'portal', 'catalog.yaml') },
  ],
};
const variables = Object.entries(config).map(([key, value]) => [
  `APP_CONFIG_${key}`,
  JSON.stringify(value),
]);

const portal = spawn('yarn', ['start:portal'], {
  cwd: dirname(dirname(labDir)),
  env: { ...process.env, ...Object.fromEntries(variables) },
  stdio: 'inherit',
});
portal.on('exit', code => process.exit(code ?? 1));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => portal.kill(signal));
}
