import { EnablementChange } from 'backstage-plugin-istio-jwt-common';
import { PolicyObject } from 'backstage-plugin-istio-jwt-node';
import { stringify } from 'yaml';
import { OperationChange } from '../operation';
import { FIELD_MANAGER } from '../write/DirectWriter';

/** An object as its author would write it. */
export function toYaml(object: PolicyObject): string {
  return stringify(object, {
    keepUndefined: false,
    lineWidth: 100,
    aliasDuplicateObjects: false,
  });
}

export function describeChange({
  step,
  ref,
  from,
  to,
}: Pick<OperationChange, 'step' | 'ref' | 'from' | 'to'>): EnablementChange {
  let action: EnablementChange['action'] = 'delete';
  if (to) action = from ? 'update' : 'create';
  return {
    step,
    action,
    ref,
    ...(from ? { before: toYaml(from) } : {}),
    ...(to ? { after: toYaml(to), file: nameFile(ref) } : {}),
  };
}

function nameFile({ kind, name }: OperationChange['ref']): string {
  return `${kind.toLowerCase()}-${name}.yaml`;
}

/** The same by hand, with files that hold `after`. */
export function listCommands(
  changes: readonly Pick<OperationChange, 'ref' | 'from' | 'to'>[],
): string[] {
  return changes.flatMap(({ ref, from, to }) => {
    const [group] = ref.apiVersion.split('/');
    const target = `${ref.kind.toLowerCase()}.${group}`;
    if (!to) {
      return [`kubectl delete ${target} -n ${ref.namespace} ${ref.name}`];
    }
    const apply = `kubectl apply --server-side --field-manager=${FIELD_MANAGER} -f ${nameFile(
      ref,
    )}`;
    return [
      `${apply} --dry-run=server`,
      apply,
      ...(ref.kind === 'AuthorizationPolicy' && !from
        ? [
            `# To try it first: add the annotation istio.io/dry-run: "true", apply, and take it out again.`,
          ]
        : []),
    ];
  });
}
