import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const installDir = dirname(fileURLToPath(import.meta.url));
export const repoRoot = dirname(dirname(installDir));

/** The pages whose instructions are carried out. */
export const pages = {
  install: join(repoRoot, 'docs/how-to/install.md'),
  frontend: join(repoRoot, 'plugins/istio-jwt/README.md'),
  scaffolder: join(
    repoRoot,
    'plugins/scaffolder-backend-module-istio-jwt/README.md',
  ),
  techInsights: join(
    repoRoot,
    'plugins/tech-insights-backend-module-istio-jwt/README.md',
  ),
};

/** Where pages say what to add, to the backend and to the frontend. */
export const additions: { page: string; heading: string }[] = [
  { page: pages.install, heading: 'Backend' },
  { page: pages.install, heading: 'Frontend' },
  { page: pages.scaffolder, heading: 'Install' },
  { page: pages.techInsights, heading: 'Install' },
];
