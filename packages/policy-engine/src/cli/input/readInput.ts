import { UsageError } from '../UsageError';
import { MeshInput } from './MeshInput';
import { readPaths } from './readPaths';

/** Where a mesh is read from. */
export interface InputChoice {
  paths: readonly string[];
  kubeconfig?: string;
  context?: string;
  /** Lines will be asked for: what helps to read stays, and helps to find them. */
  lines?: boolean;
}

/** Reads a mesh from files, from a cluster, or from a cluster with files on top. */
export async function readInput(choice: InputChoice): Promise<MeshInput> {
  const { paths, kubeconfig, context, lines = false } = choice;
  if (paths.length === 0 && kubeconfig === undefined) {
    throw new UsageError('name files or folders, or a cluster by --kubeconfig');
  }
  if (context !== undefined && kubeconfig === undefined) {
    throw new UsageError('--context needs --kubeconfig');
  }
  const input = new MeshInput();
  if (kubeconfig !== undefined) {
    // Kubernetes' client takes longer to load than most folders take to read.
    const { readCluster } = await import('./readCluster');
    await readCluster(input, kubeconfig, context);
  }
  readPaths(input, paths);
  if (!lines) input.thread?.stop();
  return input;
}
