import { EnablementChange } from 'backstage-plugin-istio-jwt-common';

export interface PolicyFile {
  /** Within the folder. */
  name: string;
  content: string;
}

/** One file per object: those to be written with their content, those to be deleted by name. */
export function listFiles(changes: readonly EnablementChange[]): {
  written: PolicyFile[];
  deleted: string[];
} {
  return {
    written: changes.flatMap(change =>
      change.after === undefined
        ? []
        : [{ name: nameFile(change), content: change.after }],
    ),
    deleted: changes.filter(({ after }) => after === undefined).map(nameFile),
  };
}

/** By kind, namespace and name: two namespaces may share a folder. */
function nameFile({ ref: { kind, namespace, name } }: EnablementChange) {
  return [kind.toLowerCase(), namespace ?? '', name]
    .map(part => part.replace(/[^\w.-]/g, '-'))
    .join('.')
    .concat('.yaml');
}
