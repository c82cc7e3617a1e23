import { Resource } from '../model';
import { Reader } from './reader';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
/** RFC 1123, as Kubernetes asks it of names and of namespaces. */
const SUBDOMAIN = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
const NAMESPACE = new RegExp(`^${LABEL}$`);
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
/** RFC 3339, section 5.6, without the small letters and leap seconds that Go refuses. */
const TIME =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const LABEL_KEY = /^([^/]+\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** What Kubernetes asks of every object's name, namespace and labels (apimachinery's ValidateObjectMeta). */
export function validateMetadata(
  reader: Reader,
  { kind, apiVersion, metadata }: Resource,
): void {
  const { name, namespace, labels, annotations, creationTimestamp } = metadata;
  if (name.length > 253 || !SUBDOMAIN.test(name)) {
    reader.report('metadata.name', 'must be an RFC 1123 subdomain');
  } else if (kind === 'Service' && apiVersion === 'v1') {
    // Versions differ in whether the first character may be a digit.
    if (name.length > 63 || !NAMESPACE.test(name)) {
      reader.report('metadata.name', 'must be an RFC 1123 label: without dots');
    }
  }
  if (namespace && (namespace.length > 63 || !NAMESPACE.test(namespace))) {
    reader.report('metadata.namespace', 'must be an RFC 1123 label');
  }
  const time = reader.string(creationTimestamp, 'metadata.creationTimestamp');
  if (time !== undefined && !isTime(time)) {
    reader.report(
      'metadata.creationTimestamp',
      'must be a time of RFC 3339, such as 2026-01-31T12:00:00Z',
    );
  }
  reader.stringMap(labels, 'metadata.labels');
  reader.stringMap(annotations, 'metadata.annotations');
  if (labels && typeof labels === 'object') validateLabels(reader, labels);
}

function isTime(text: string): boolean {
  const [, day] = TIME.exec(text) ?? [];
  if (!day) return false;
  const read = new Date(`${day}T00:00:00Z`);
  // Date.parse takes the 30th of February for a day of March.
  return !Number.isNaN(Number(read)) && read.toISOString().startsWith(day);
}

function validateLabels(reader: Reader, labels: Record<string, unknown>): void {
  for (const key of Object.keys(labels)) {
    const value = labels[key];
    const at = `metadata.labels.${key}`;
    if (!LABEL_KEY.test(key)) reader.report(at, 'is no name of a label');
    if (typeof value !== 'string') continue;
    if (value.length > 63 || !LABEL_VALUE.test(value)) {
      reader.report(
        at,
        'must be of letters, digits, -, _ and ., at most 63 of them',
      );
    }
  }
}
