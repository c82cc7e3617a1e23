/** The lab's mesh config, as a cluster would hold it: the engine reads it there. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
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
export const addToMeshConfig = (yaml: string): Promise<() => void> =>
  change(text => `${text}${yaml}\n`);

/** Has gateways trust so many proxies before them; as {@link addToMeshConfig}. */
export const trustProxies = (count: number): Promise<() => void> =>
  change(text => {
    const config = parse(text);
    config.defaultConfig.gatewayTopology = { numTrustedProxies: count };
    return stringify(config);
  });

async function change(edit: (text: string) => string): Promise<() => void> {
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, edit(before));
  await sleep(UNTIL_READ_MS);
  return () => writeFileSync(file, before);
}
