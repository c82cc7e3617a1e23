import { homedir } from 'node:os';
import { join } from 'node:path';

/** Binaries by version, kept between runs. Never inside the work tree. */
export const cacheDir = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'backstage-istio-jwt',
  'lab',
);

/**
 * State, keys and logs of the running lab. Not under the home directory: the proxies run as another
 * user and must be able to enter it.
 */
export const runDir = process.env.LAB_RUN_DIR ?? '/var/lib/istio-jwt-lab';

export const logsDir = join(runDir, 'logs');
export const processesDir = join(runDir, 'processes');
export const kubeconfigPath = join(runDir, 'kubeconfig');
export const statePath = join(runDir, 'state.json');

/** Folder with this file's neighbours: Go modules, manifests, programs. */
export const labDir = import.meta.dirname;
