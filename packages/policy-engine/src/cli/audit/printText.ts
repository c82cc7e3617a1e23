import { STATES_WORST_FIRST } from '../../model';
import { nameOf } from '../../parse';
import { AuditedService, AuditReport } from './report';

/** Services listed before the rest is only counted. */
const LISTED = 50;

/** A report for a person: errors, findings, then the services, worst first. */
export function printText(report: AuditReport): string {
  const { services, findings, errors } = report;
  const lines: string[] = [];
  for (const { kind, file, line, message } of errors) {
    lines.push(`${at(file, line)}: ${kind}: ${message}`);
  }
  if (errors.length > 0) lines.push('');
  for (const finding of findings) {
    const { file, line, severity, id, resource, path, message } = finding;
    const name = `${nameOf(resource)}${path ? ` ${path}` : ''}`;
    lines.push(
      `${
        file === null ? '' : `${at(file, line)}: `
      }${severity}: ${id}: ${name}`,
      `  ${message}`,
      `  Fix: ${finding.fix}`,
      '',
    );
  }
  lines.push(...listServices(services), '', summary(report));
  return `${lines.join('\n')}\n`;
}

function at(file: string, line: number | null): string {
  return line ? `${file}:${line}` : file;
}

function listServices(services: readonly AuditedService[]): string[] {
  const shown = services
    .filter(({ state }) => state !== 'enforced')
    .sort((a, b) => rank(a) - rank(b));
  const lines = shown
    .slice(0, LISTED)
    .map(
      ({ namespace, name, state, reason }) =>
        `${state.padEnd(14)} ${namespace}/${name}: ${reason}`,
    );
  if (shown.length > LISTED) {
    const rest = shown.length - LISTED;
    lines.push(`… and ${rest} more, which --output json lists.`);
  }
  return lines;
}

function rank({ state }: AuditedService): number {
  return STATES_WORST_FIRST.indexOf(state);
}

function summary({ services, findings, errors }: AuditReport): string {
  const states = STATES_WORST_FIRST.map(state => ({
    state,
    count: services.filter(service => service.state === state).length,
  }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`);
  const severities = (['error', 'warning', 'info'] as const)
    .map(severity => ({
      severity,
      count: findings.filter(finding => finding.severity === severity).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}`);
  return [
    `${services.length} services${
      states.length > 0 ? `: ${states.join(', ')}` : ''
    }.`,
    `${findings.length} findings${
      severities.length > 0 ? `: ${severities.join(', ')}` : ''
    }.`,
    ...(errors.length > 0
      ? [`${errors.length} errors in what was given.`]
      : []),
  ].join(' ');
}
