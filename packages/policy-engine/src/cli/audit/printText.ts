import { STATES_WORST_FIRST } from '../../model';
import { pushTo } from '../../multimap';
import { nameOf } from '../../parse';
import { describeError } from '../input/printErrors';
import { count, printable } from '../printable';
import { AuditedService, AuditFinding, AuditReport } from './report';

/** Services listed before the rest is only counted. */
const LISTED = 50;
/** Findings of a kind listed before the rest is only counted. */
const ALIKE = 10;

/** A report for a person: errors, findings, then the services, worst first. */
export function printText(report: AuditReport): string {
  const { services, findings, errors } = report;
  const lines = errors.map(describeError);
  if (errors.length > 0) lines.push('');
  for (const group of groupAlike(findings)) lines.push(...describeAlike(group));
  lines.push(...listServices(services), '', summary(report));
  return `${lines.map(printable).join('\n')}\n`;
}

/** Findings of one kind and severity, in the order of the first of each. */
function groupAlike(findings: readonly AuditFinding[]): AuditFinding[][] {
  const groups = new Map<string, AuditFinding[]>();
  for (const finding of findings) {
    pushTo(groups, `${finding.severity} ${finding.id}`, finding);
  }
  return [...groups.values()];
}

/** What is said of each, once where it is the same but for the names, and what to do. */
function describeAlike(group: readonly AuditFinding[]): string[] {
  const lines: string[] = [];
  const shown = group.slice(0, ALIKE);
  shown.forEach((finding, index) => {
    const next = shown[index + 1];
    const { file, line, severity, id, resource, path } = finding;
    const place = file === null ? '' : `${at(file, line)}: `;
    const name = `${nameOf(resource)}${path ? ` ${path}` : ''}`;
    lines.push(`${place}${severity}: ${id}: ${name}`);
    if (!next || withoutNames(next) !== withoutNames(finding)) {
      lines.push(`  ${finding.message}`);
    }
    if (!next || next.fix !== finding.fix) lines.push(`  Fix: ${finding.fix}`);
  });
  const rest = group.length - shown.length;
  if (rest > 0) {
    lines.push(`  … and ${rest} more, which --output json lists.`);
  }
  return [...lines, ''];
}

function withoutNames({ message, resource }: AuditFinding): string {
  const { namespace, name } = resource;
  return message
    .replaceAll(nameOf(resource), '')
    .replaceAll(`${namespace}/${name}`, '')
    .replaceAll(name, '');
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
  const states = STATES_WORST_FIRST.flatMap(state => {
    const alike = services.filter(service => service.state === state);
    return alike.length > 0 ? [`${alike.length} ${state}`] : [];
  });
  const severities = (['error', 'warning', 'info'] as const).flatMap(
    severity => {
      const alike = findings.filter(finding => finding.severity === severity);
      return alike.length > 0 ? [`${alike.length} ${severity}`] : [];
    },
  );
  const list = (parts: readonly string[]) =>
    parts.length > 0 ? `: ${parts.join(', ')}` : '';
  return [
    `${count(services.length, 'service')}${list(states)}.`,
    `${count(findings.length, 'finding')}${list(severities)}.`,
    ...(errors.length > 0
      ? [`${count(errors.length, 'error')} in what was given.`]
      : []),
  ].join(' ');
}
