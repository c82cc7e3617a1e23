import { Reader } from './reader';

/** Checks `selector`, `targetRef` and `targetRefs`; at most one of them may be set. */
export function validateAttachment(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  validateSelector(reader, spec.selector);
  const refs = reader.objects(spec.targetRefs, 'spec.targetRefs', (ref, at) =>
    validateTargetRef(reader, ref, at),
  );
  const single = reader.object(spec.targetRef, 'spec.targetRef');
  if (single) validateTargetRef(reader, single, 'spec.targetRef');
  const present = [
    spec.selector !== undefined && spec.selector !== null,
    single !== undefined,
    refs > 0,
  ].filter(Boolean).length;
  if (present > 1) {
    reader.report(
      'spec',
      'only one of selector, targetRef and targetRefs can be set',
    );
  }
  if (refs > 16) reader.report('spec.targetRefs', 'at most 16 are allowed');
}

export function validateSelector(reader: Reader, value: unknown): void {
  const selector = reader.object(value, 'spec.selector');
  if (!selector) return;
  reader.stringMap(selector.matchLabels, 'spec.selector.matchLabels');
  for (const [key, label] of Object.entries(selector.matchLabels ?? {})) {
    const at = `spec.selector.matchLabels.${key}`;
    if (key === '') reader.report(at, 'a label needs a name');
    if (`${key}${label}`.includes('*')) {
      reader.report(at, 'wildcards are not supported in a selector');
    }
  }
  if (selector.matchExpressions !== undefined) {
    reader.report(
      'spec.selector.matchExpressions',
      'Istio selectors know matchLabels only',
    );
  }
}

function validateTargetRef(
  reader: Reader,
  ref: Record<string, unknown>,
  path: string,
): void {
  for (const field of ['kind', 'name']) {
    if (!reader.string(ref[field], `${path}.${field}`)) {
      reader.report(`${path}.${field}`, 'must be set');
    }
  }
  reader.string(ref.group, `${path}.group`);
  if (reader.string(ref.namespace, `${path}.namespace`)) {
    reader.report(
      `${path}.namespace`,
      'cross-namespace references are refused',
    );
  }
}
