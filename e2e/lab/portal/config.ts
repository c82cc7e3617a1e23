import { join } from 'node:path';
import { exportJWK } from 'jose';
import { ensureIstioFiles } from '../builds.ts';
import { existingKubeconfig } from '../existing-cluster.ts';
import { Kube } from '../kube.ts';
import { kubeconfigPath, labDir } from '../paths.ts';
import { readState } from '../state.ts';
import { loadSampleIssuer } from '../tokens/mint.ts';
import { selectIstioLine } from '../versions.ts';
import { ensurePortalAccount, WRITABLE_NAMESPACES } from './account.ts';
import { toVariables } from './toVariables.ts';

export interface PortalOptions {
  /** Statistics of proxies may be read, which the shipped manifests do not grant. */
  portForward?: boolean;
  /** Pods that ask inside the mesh, as `namespace/app`. */
  probers?: string[];
}

/** Two callers: one that a policy of the hands-on case names, and one that none does. */
const PROBERS = ['default/frontend', 'default/stranger'];

/**
 * The portal on the lab as an operator would configure it, with an account that has the rights of the
 * shipped manifests alone. On somebody's cluster it uses the kubeconfig that was given.
 *
 * @returns environment variables; Backstage reads JSON from `APP_CONFIG_…`, before any file
 */
export async function configurePortal(
  overrides: Record<string, unknown> = {},
  { portForward = false, probers = PROBERS }: PortalOptions = {},
): Promise<Record<string, string>> {
  const existing = existingKubeconfig();
  const state = existing ? undefined : readState();
  const kubeconfig =
    existing ?? (await ensurePortalAccount(new Kube(kubeconfigPath)));
  const line = selectIstioLine(state?.istioLine);
  const sample = loadSampleIssuer(
    await ensureIstioFiles(line, text => process.stdout.write(`${text}\n`)),
  );
  const signingJwk = {
    ...(await exportJWK(sample.key)),
    kid: sample.kid,
    alg: sample.alg,
  };
  // The lab's own key sets, which are served without TLS.
  const keyHosts = state
    ? [`http://${state.subnet}.1:${state.ports.jwks}`]
    : [];
  return toVariables({
    istioJwt_clusters: [
      {
        name: 'lab',
        kubeconfig,
        portForward,
        probers: probers.map(prober => {
          const [namespace, app] = prober.split('/');
          return { namespace, labelSelector: `app=${app}`, container: 'app' };
        }),
      },
    ],
    istioJwt_tokenSources: [
      { issuer: sample.issuer, signingJwk: JSON.stringify(signingJwk) },
    ],
    istioJwt_jwks_allowedHosts: keyHosts,
    // The lab's host is its test's alone: nobody else has to approve.
    istioJwt_enablement: {
      enabled: true,
      // The demo offers pull requests where it may not write; the lab has no template for them.
      pullRequest: null,
      namespaces: WRITABLE_NAMESPACES,
      hosts: [{ pattern: '*.new.example.com' }],
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
      quotas: { perEntityPerDay: 1000, plansPerMinute: 1000 },
    },
    // All tests' requests go to one gateway of the lab's own.
    istioJwt_probes_ratePerGateway: 100,
    catalog_locations: [
      { type: 'file', target: join(labDir, 'portal', 'catalog.yaml') },
    ],
    ...overrides,
  });
}
