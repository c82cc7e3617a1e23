/** The lab's mesh config, as a cluster would hold it: the engine reads it there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../kube.ts';
import { runDir } from '../paths.ts';

export const describeMeshConfig = (): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'istio', namespace: 'istio-system' },
  data: { mesh: readFileSync(join(runDir, 'mesh.yaml'), 'utf8') },
});
