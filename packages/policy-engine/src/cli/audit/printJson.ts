import { AuditReport } from './report';

/** Elements that are turned into text at once: the whole text would double the memory. */
const BATCH = 1000;

/** The report as JSON, piece by piece. */
export function* printJson(report: AuditReport): Generator<string> {
  const { version, services, findings, errors } = report;
  yield `{"version":${version},"services":`;
  yield* printList(services);
  yield ',"findings":';
  yield* printList(findings);
  yield ',"errors":';
  yield* printList(errors);
  yield '}\n';
}

function* printList(items: readonly unknown[]): Generator<string> {
  yield '[';
  for (let at = 0; at < items.length; at += BATCH) {
    const text = JSON.stringify(items.slice(at, at + BATCH));
    yield `${at > 0 ? ',' : ''}${text.slice(1, -1)}`;
  }
  yield ']';
}
