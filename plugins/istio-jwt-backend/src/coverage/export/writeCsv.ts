import { CoverageService } from 'backstage-plugin-istio-jwt-common';
import { STATES_WORST_FIRST } from 'istio-jwt-policy-engine';

const COLUMNS: [string, (service: CoverageService) => string | number][] = [
  ['entity', service => service.entityRef ?? ''],
  ['title', service => service.title],
  ['owner', service => service.owner ?? ''],
  ['system', service => service.system ?? ''],
  ['domain', service => service.domain ?? ''],
  ['cluster', service => service.cluster],
  ['sandbox', service => String(service.sandbox)],
  ['namespace', service => service.namespace],
  ['service', service => service.name],
  ['state', service => service.state],
  ['reason', service => service.reason],
  ['issuers', service => service.issuers.join(' ')],
  ['gateways', service => service.gateways.join(' ')],
  ...STATES_WORST_FIRST.map(
    (state): [string, (service: CoverageService) => number] => [
      `ways_in_${state.replace('-', '_')}`,
      service => service.waysIn[state] ?? 0,
    ],
  ),
  ['errors', service => service.findings.error],
  ['warnings', service => service.findings.warning],
  ['infos', service => service.findings.info],
  ['findings', service => service.findingIds.join(' ')],
  ['last_probe', service => service.lastProbeAt ?? ''],
  ['exception', service => service.exception?.id ?? ''],
  ['exception_state', service => service.exception?.state ?? ''],
  ['exception_covers', service => service.exception?.covers ?? ''],
  ['exception_expires', service => service.exception?.expiresAt ?? ''],
  ['stale_since', service => service.stale?.since ?? ''],
];

/** RFC 4180, the header first. */
export async function* writeCsv(
  services: AsyncIterable<CoverageService>,
): AsyncGenerator<string> {
  yield toLine(COLUMNS.map(([name]) => name));
  for await (const service of services) {
    yield toLine(COLUMNS.map(([, read]) => read(service)));
  }
}

function toLine(cells: (string | number)[]): string {
  return `${cells.map(toCell).join(',')}\r\n`;
}

/**
 * A spreadsheet runs what begins like a formula. An apostrophe before it makes a text of it (OWASP, CSV
 * injection); blanks before it do not protect, as some programs trim them.
 */
export function toCell(value: string | number): string {
  const text = String(value);
  const harmless =
    typeof value === 'string' &&
    /^[\s\uFEFF]*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(text)
      ? `'${text}`
      : text;
  return /[",\r\n\t']/.test(harmless)
    ? `"${harmless.replace(/"/g, '""')}"`
    : harmless;
}
