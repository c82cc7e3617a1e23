import { Reader } from './reader';

/** What a BackendTLSPolicy names, and what its CRD asks for. */
export function validateBackendTlsPolicy(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  const refs = reader.objects(spec.targetRefs, 'spec.targetRefs', (ref, at) => {
    for (const field of ['group', 'kind', 'name']) {
      const text = reader.string(ref[field], `${at}.${field}`);
      if (text === undefined) reader.report(`${at}.${field}`, 'must be set');
    }
    reader.string(ref.sectionName, `${at}.sectionName`);
  });
  if (refs === 0) reader.report('spec.targetRefs', 'must name a Service');
  reader.atMost(refs, 16, 'spec.targetRefs');
  const validation = reader.object(spec.validation, 'spec.validation');
  if (!reader.string(validation?.hostname, 'spec.validation.hostname')) {
    reader.report('spec.validation.hostname', 'must be set');
  }
}
