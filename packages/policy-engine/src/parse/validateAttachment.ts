import { isSet, Reader } from './reader';

/** Fields that say what a policy is attached to. */
export const ATTACHMENT_FIELDS = ['selector', 'targetRef', 'targetRefs'];

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
    isSet(spec.selector),
    single !== undefined,
    isSet(spec.targetRefs),
  ].filter(Boolean).length;
  if (present > 1) {
    reader.report(
      'spec',
      'only one of selector, targetRef and targetRefs can be set',
    );
  }
  reader.atMost(refs, 16, 'spec.targetRefs');
}

export function validateSelector(reader: Reader, value: unknown): void {
  const selector = reader.object(value, 'spec.selector');
  if (!selector) return;
  reader.stringMap(selector.matchLabels, 'spec.selector.matchLabels');
  for (const [key, label] of Object.entries(selector.matchLabels ?? {})) {
    const at = `spec.selector.matchLabels.${key}`;
    if (key === '') reader.report(at, 'a label needs a name');
    if (typeof label !== 'string') continue;
    if (`${key}${label}`.includes('*')) {
      reader.report(at, 'wildcards are not supported in a selector');
    }
    if (label.length > 63) {
      reader.report(at, 'a label has at most 63 characters');
    }
  }
  if (selector.matchExpressions !== undefined) {
    reader.report(
      'spec.selector.matchExpressions',
      'Istio selectors know matchLabels only',
    );
  }
}

/** Group and kind of what policies can be attached to. */
const TARGETS = new Set([
  '/Service',
  'core/Service',
  'networking.istio.io/ServiceEntry',
  'gateway.networking.k8s.io/Gateway',
  'gateway.networking.k8s.io/GatewayClass',
]);

function validateTargetRef(
  reader: Reader,
  ref: Record<string, unknown>,
  path: string,
): void {
  const [kind, name] = ['kind', 'name'].map(field => {
    const value = reader.string(ref[field], `${path}.${field}`);
    if (!value) reader.report(`${path}.${field}`, 'must be set');
    return value ?? '';
  });
  if (name.length > 253) {
    reader.report(`${path}.name`, 'has at most 253 characters');
  }
  const group = reader.string(ref.group, `${path}.group`) ?? '';
  if (kind && !TARGETS.has(`${group}/${kind}`)) {
    reader.report(
      path,
      `must be a Service, ServiceEntry, Gateway or GatewayClass, not ${
        group === '' ? '' : `${group}/`
      }${kind}`,
    );
  }
  if (reader.string(ref.namespace, `${path}.namespace`)) {
    reader.report(
      `${path}.namespace`,
      'cross-namespace references are refused',
    );
  }
}
