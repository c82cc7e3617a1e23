import { Reader } from './reader';
import { parseAsKubectl } from './yamlAsKubectl';

const MAX_LENGTH = 1024 * 1024;

/** Reads one document of YAML that is a map; reports what is none. */
export function readDocument(
  text: string,
  reader: Reader,
  at: string,
): Record<string, unknown> | undefined {
  if (text.length > MAX_LENGTH) {
    reader.report(at, `is longer than ${MAX_LENGTH} characters`);
    return undefined;
  }
  try {
    return reader.object(parseAsKubectl(text), at);
  } catch {
    reader.report(at, 'is no YAML');
    return undefined;
  }
}

/** Istio reads protobuf's JSON names and the original ones with underscores. */
export function pick(object: Record<string, unknown>, field: string): unknown {
  const original = field.replace(/[A-Z]/g, char => `_${char.toLowerCase()}`);
  return object[field] ?? object[original] ?? undefined;
}
