import { InputError } from '@backstage/errors';
import { isSeq, parseDocument, YAMLSeq } from 'yaml';

/**
 * Adds files to `resources` of a kustomization, and takes others out. Comments and order stay.
 *
 * @throws InputError for what is no kustomization
 */
export function updateKustomization(
  text: string,
  { added, removed }: { added: string[]; removed: string[] },
): string {
  const document = parseDocument(text);
  const resources = document.get('resources') ?? new YAMLSeq();
  if (document.errors.length > 0 || !isSeq(resources)) {
    throw new InputError(
      'kustomization.yaml is no YAML, or its resources are no list. Repair it first.',
    );
  }
  const names = resources.toJSON() as unknown[];
  const nameless = (name: unknown) => String(name).replace(/^\.\//, '');
  const known = names.map(nameless);
  const missing = added.filter(name => !known.includes(name));
  const indexes = known.flatMap((name, index) =>
    removed.includes(name) ? [index] : [],
  );
  if (missing.length === 0 && indexes.length === 0) return text;
  for (const index of indexes.reverse()) resources.delete(index);
  for (const name of missing) resources.add(document.createNode(name));
  document.set('resources', resources);
  return document.toString();
}
