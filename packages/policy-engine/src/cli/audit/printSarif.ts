import { findingCatalogue } from '../../analyse/catalogue';
import { FindingSeverity } from '../../model';
import { AuditError, AuditFinding, AuditReport } from './report';

const LEVELS: Record<FindingSeverity, 'error' | 'warning' | 'note'> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};

/** A report as SARIF 2.1.0 (OASIS), as code scanning services read it. */
export function printSarif(report: AuditReport, version: string): string {
  const index = new Map(findingCatalogue.map(({ id }, at) => [id, at]));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'istio-jwt',
            semanticVersion: version,
            rules: findingCatalogue.map(
              ({ id, severity, title, why, fix, link }) => ({
                id,
                shortDescription: { text: title },
                fullDescription: { text: why },
                help: { text: fix },
                helpUri: link,
                defaultConfiguration: { level: LEVELS[severity] },
              }),
            ),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: {
          WORKDIR: { description: { text: 'Where the command ran.' } },
        },
        invocations: [
          {
            executionSuccessful: report.errors.length === 0,
            toolExecutionNotifications: report.errors.map(toNotification),
          },
        ],
        results: report.findings.map(finding =>
          toResult(finding, index.get(finding.id)),
        ),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function toResult(finding: AuditFinding, ruleIndex: number | undefined) {
  const { id, severity, message, fix, path, file, line, resource } = finding;
  const { kind, namespace, name } = resource;
  return {
    ruleId: id,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: LEVELS[severity],
    message: { text: `${message} Fix: ${fix}` },
    locations: [
      {
        ...(file === null ? {} : physicalLocation(file, line ?? 1)),
        logicalLocations: [
          {
            name,
            fullyQualifiedName: `${kind}/${namespace}/${name}${
              path ? `#${path}` : ''
            }`,
            kind: 'resource',
          },
        ],
      },
    ],
  };
}

function toNotification({ file, line, message, kind }: AuditError) {
  return {
    level: 'error',
    descriptor: { id: kind },
    message: { text: message },
    locations: [physicalLocation(file, line)],
  };
}

function physicalLocation(file: string, line: number) {
  const absolute = /^([A-Za-z]:)?[\\/]/.test(file);
  const uri = file
    .replace(/\\/g, '/')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
  return {
    physicalLocation: {
      artifactLocation: absolute
        ? { uri: `file://${uri.startsWith('/') ? '' : '/'}${uri}` }
        : { uri: uri.replace(/^(\.\/)+/, ''), uriBaseId: 'WORKDIR' },
      ...(line > 0 ? { region: { startLine: line } } : {}),
    },
  };
}
