/** The script for a cluster, on the running lab (`yarn lab up`), and a portal with the settings it prints. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { readStatus } from '../lab/lab.ts';
import { kubeconfigPath } from '../lab/paths.ts';
import { findFreePort } from '../lab/state.ts';
import { waitFor } from '../lab/wait.ts';
import { say, startUntil, stopAll } from './commands.ts';
import { repoRoot } from './paths.ts';

/** An entity of the lab's catalog with a Service behind its gateway. */
const ENTITY = 'echo';
const SCRIPT = join(repoRoot, 'deploy/quickstart/quickstart.sh');

export async function tryQuickstart(workDir: string): Promise<void> {
  const { state } = readStatus();
  if (!state) throw new Error('The lab is down; yarn lab up starts it');
  const kubectl = state.parts.kubectl;
  const env = {
    ...process.env,
    KUBECONFIG: kubeconfigPath,
    PATH: `${dirname(kubectl)}${delimiter}${process.env.PATH}`,
  };
  const settings = join(workDir, 'app-config.istio-jwt.yaml');
  // No kubelet of the lab starts what is applied: its own Pods are its probers.
  const printed = execFileSync(
    SCRIPT,
    ['--name', 'quickstart', '--without-prober'],
    { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  writeFileSync(settings, printed);
  const token = execFileSync(
    kubectl,
    ['-n', 'backstage', 'create', 'token', 'backstage', '--duration', '1h'],
    { env, encoding: 'utf8' },
  ).trim();
  if (printed.includes(token.split('.')[1])) {
    throw new Error('The settings hold a token');
  }

  const port = await findFreePort();
  const url = `http://localhost:${port}`;
  const transform = createRequire(import.meta.url).resolve(
    '@backstage/cli/config/nodeTransform.cjs',
  );
  const entities = join(repoRoot, 'e2e/lab/portal/catalog.yaml');
  try {
    await startUntil(
      `${url}/.backstage/health/v1/readiness`,
      [
        process.execPath,
        ...['--require', transform, 'src'],
        ...['--config', join(repoRoot, 'app-config.yaml')],
        ...['--config', settings],
      ],
      {
        cwd: join(repoRoot, 'packages/backend'),
        log: join(workDir, 'quickstart.log'),
        env: {
          NODE_ENV: 'development',
          K8S_TOKEN: token,
          APP_CONFIG_backend_baseUrl: JSON.stringify(url),
          APP_CONFIG_backend_listen_port: String(port),
          APP_CONFIG_catalog_locations: JSON.stringify([
            { type: 'file', target: entities },
          ]),
        },
      },
    );
    say(await waitFor('a state', () => readState(url), { timeoutMs: 60_000 }));
  } finally {
    await stopAll();
  }
}

async function readState(url: string): Promise<string | undefined> {
  const signIn = await fetch(`${url}/api/auth/guest/refresh`, {
    headers: { 'x-requested-with': 'XMLHttpRequest' },
  });
  const { backstageIdentity } = await signIn.json();
  const answer = await fetch(
    `${url}/api/istio-jwt/v1/entities/component/default/${ENTITY}/status`,
    { headers: { authorization: `Bearer ${backstageIdentity.token}` } },
  );
  if (!answer.ok) return undefined;
  const { services, problems, freshness } = await answer.json();
  if (services.length === 0) return undefined;
  const unread = freshness.flatMap(
    ({ missingKinds }: { missingKinds: unknown[] }) => missingKinds,
  );
  if (problems.length + unread.length > 0) {
    throw new Error(JSON.stringify([...problems, ...unread]));
  }
  const [service] = services;
  return `The portal says of ${service.cluster}/${service.namespace}/${service.name}: ${service.state}`;
}
