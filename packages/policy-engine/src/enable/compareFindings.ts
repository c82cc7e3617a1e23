import { Finding, ServiceAssessment } from '../model';

/**
 * Findings of Services that a change brings, and those that it ends. One that several Services have of the
 * same resource is told once.
 *
 * @public
 */
export function compareFindings(
  before: readonly Pick<ServiceAssessment, 'service' | 'findings'>[],
  after: readonly Pick<ServiceAssessment, 'service' | 'findings'>[],
): { opened: Finding[]; resolved: Finding[] } {
  const [then, now] = [indexByService(before), indexByService(after)];
  return {
    opened: listMissing(now, then),
    resolved: listMissing(then, now),
  };
}

function indexByService(
  services: readonly Pick<ServiceAssessment, 'service' | 'findings'>[],
): Map<string, Finding> {
  return new Map(
    services.flatMap(({ findings, service: { namespace, name } }) =>
      findings.map(finding => [
        JSON.stringify([namespace, name, ...identify(finding)]),
        finding,
      ]),
    ),
  );
}

function identify({ id, resource, path }: Finding): unknown[] {
  return [id, resource, path];
}

function listMissing(
  all: ReadonlyMap<string, Finding>,
  other: ReadonlyMap<string, Finding>,
): Finding[] {
  const missing = [...all].flatMap(([key, finding]) =>
    other.has(key) ? [] : [finding],
  );
  return [
    ...new Map(
      missing.map(finding => [
        JSON.stringify([...identify(finding), finding.message]),
        finding,
      ]),
    ).values(),
  ];
}
