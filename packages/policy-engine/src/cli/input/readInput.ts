import { Terminal } from '../Terminal';
import { UsageError } from '../UsageError';
import { MeshInput } from './MeshInput';
import { readPaths, readNamedText } from './readPaths';
import { readStandardInput, STANDARD_INPUT } from './standardInput';

/** Where a mesh is read from. */
export interface InputChoice {
  paths: readonly string[];
  kubeconfig?: string;
  context?: string;
  /** Of objects in files that name none. */
  namespace?: string;
  /** Lines will be asked for: what helps to read stays, and helps to find them. */
  lines?: boolean;
  /** Where `-` among the paths is read from; absent where the input is for something else. */
  terminal?: Terminal;
}

/** RFC 1123 label. */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Reads a mesh from files, from a cluster, or from a cluster with files on top. */
export async function readInput(choice: InputChoice): Promise<MeshInput> {
  const { paths, kubeconfig, context, namespace } = choice;
  const { lines = false, terminal } = choice;
  if (paths.length === 0 && kubeconfig === undefined) {
    throw new UsageError('name files or folders, or a cluster by --kubeconfig');
  }
  if (context !== undefined && kubeconfig === undefined) {
    throw new UsageError('--context needs --kubeconfig');
  }
  if (namespace !== undefined && !NAMESPACE.test(namespace)) {
    throw new UsageError('--namespace must be the name of a namespace');
  }
  const input = new MeshInput({
    isOfCluster: kubeconfig !== undefined,
    namespace,
  });
  if (kubeconfig !== undefined) {
    // Kubernetes' client takes longer to load than most folders take to read.
    const { readCluster } = await import('./readCluster');
    await readCluster(input, kubeconfig, context);
  }
  readPaths(
    input,
    paths.filter(path => path !== STANDARD_INPUT),
  );
  if (paths.includes(STANDARD_INPUT)) {
    if (!terminal) throw new UsageError('only audit reads a mesh from -');
    input.standardInput = await readStandardInput(terminal);
    readNamedText(input, STANDARD_INPUT, input.standardInput);
  }
  if (!lines) input.thread?.stop();
  return input;
}
