/** The lab's mesh config, as a cluster would hold it: the engine reads it there. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../kube.ts';
import { runDir } from '../paths.ts';
import { sleep } from '../wait.ts';

const file = join(runDir, 'mesh.yaml');
/** istiod looks at its mesh config when the file changes. */
const UNTIL_READ_MS = 4000;

export const describeMeshConfig = (): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'istio', namespace: 'istio-system' },
  data: { mesh: readFileSync(file, 'utf8') },
});

/**
 * Adds to the mesh config, as a person would who edits it.
 *
 * @returns what takes the addition away again
 */
export async function addToMeshConfig(yaml: string): Promise<() => void> {
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, `${before}${yaml}\n`);
  await sleep(UNTIL_READ_MS);
  return () => writeFileSync(file, before);
}
