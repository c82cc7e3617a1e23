import { FindingPatch, JsonPatchOperation } from 'istio-jwt-policy-engine';
import { buildPatchCommand } from '../../format/buildPatchCommand';
import { describeResource } from '../../format/describeResource';
import { CopyLine } from '../CopyLine';
import styles from './Findings.module.css';

const VERBS: Record<JsonPatchOperation['op'], string> = {
  add: 'Add',
  replace: 'Set',
  remove: 'Remove',
};

/** A fix that is one object's change: what it does, and the command that does it. */
export function PatchView({ patch }: { patch: FindingPatch }) {
  return (
    <details className={styles.patch}>
      <summary>Show the change to {describeResource(patch.target)}</summary>
      <ul className={styles.operations}>
        {patch.operations.map(operation => (
          <li key={`${operation.op} ${operation.path}`}>
            {VERBS[operation.op]} <code>{nameField(operation.path)}</code>
            {'value' in operation && (
              <pre className={styles.value}>
                {JSON.stringify(operation.value, null, 2)}
              </pre>
            )}
          </li>
        ))}
      </ul>
      <CopyLine text={buildPatchCommand(patch)} label="command that fixes it" />
    </details>
  );
}

/** `/spec/rules/0/to/-` as people write it: `spec.rules[0].to[+]` (RFC 6901). */
function nameField(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map(part => part.replace(/~1/g, '/').replace(/~0/g, '~'))
    .map((part, index) => {
      if (part === '-') return '[+]';
      if (/^\d+$/.test(part)) return `[${part}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}
