/** The Kubernetes objects that the repository ships, or applies to somebody's cluster. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { repoRoot } from '../../lib/toolchain.mjs';

const FILES = [
  'plugins/*/manifests/*.yaml',
  'deploy/**/*.yaml',
  'e2e/lab/topology/existing-cluster.yaml',
];

export function parseManifests(text) {
  return parseAllDocuments(text).map(document => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS();
  });
}

/** @returns {{ file: string, object: Record<string, any> }[]} */
export function readManifests() {
  return globSync(FILES, { cwd: repoRoot })
    .sort()
    .flatMap(file =>
      parseManifests(readFileSync(join(repoRoot, file), 'utf8'))
        .filter(Boolean)
        .map(object => ({ file, object })),
    );
}

/** The Pod that an object is or makes, or undefined. */
export function findPodSpec({ kind, spec }) {
  if (kind === 'Pod') return spec;
  if (kind === 'CronJob') return spec.jobTemplate.spec.template.spec;
  return spec?.template?.spec;
}
