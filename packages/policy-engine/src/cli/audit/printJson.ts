import { Audit, AUDIT_VERSION } from './report';

/** Elements that are turned into text at once: the whole text would double the memory. */
const BATCH = 250;

/** The report as JSON, piece by piece, while Services are assessed. */
export function* printJson(audit: Audit): Generator<string> {
  yield `{"version":${AUDIT_VERSION},"services":`;
  yield* printList(audit.services());
  yield ',"findings":';
  yield* printList(audit.findings());
  yield ',"errors":';
  yield* printList(audit.errors());
  yield '}\n';
}

function* printList(items: Iterable<unknown>): Generator<string> {
  let separator = '[';
  let batch: unknown[] = [];
  const print = () => {
    const text = `${separator}${JSON.stringify(batch).slice(1, -1)}`;
    separator = ',';
    batch = [];
    return text;
  };
  for (const item of items) {
    batch.push(item);
    if (batch.length >= BATCH) yield print();
  }
  yield batch.length > 0 || separator === '[' ? `${print()}]` : ']';
}
