import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const installDir = dirname(fileURLToPath(import.meta.url));
export const repoRoot = dirname(dirname(installDir));

/** The pages whose instructions are carried out. */
export const pages = {
  install: join(repoRoot, 'docs/how-to/install.md'),
  frontend: join(repoRoot, 'plugins/istio-jwt/README.md'),
  backend: join(repoRoot, 'plugins/istio-jwt-backend/README.md'),
};
