import { Enablement } from 'backstage-plugin-istio-jwt-common';
import { describeResource } from '../../format/describeResource';
import { labelPhase } from '../../format/describePhase';
import { saveFile } from '../../format/saveFile';

/** An operation as lines of text, oldest first. Like the operation itself it holds no token. */
export function writeLog(enablement: Enablement): string {
  const { id, intent, service, issuer, waysIn, phase, outcome } = enablement;
  const head = [
    `Operation ${id}: ${intent} for ${service.cluster}/${service.namespace}/${service.name}`,
    `Issuer: ${issuer}`,
    `Ways in: ${waysIn.map(({ host, port }) => `${host}:${port}`).join(', ')}`,
    `Started by ${enablement.startedBy} at ${enablement.createdAt}`,
    ...(enablement.approvedBy ? [`Approved by ${enablement.approvedBy}`] : []),
    ...(enablement.hold
      ? [
          `Held at ${enablement.hold.since}: ${enablement.hold.reason}`,
          ...(enablement.hold.enforcedBy
            ? [`Enforced by ${enablement.hold.enforcedBy}`]
            : []),
        ]
      : []),
    `Phase: ${labelPhase(phase)}${outcome ? `: ${outcome}` : ''}`,
  ];
  const steps = enablement.steps.flatMap(step => [
    '',
    `[${step.phase}] ${step.title}: ${step.status}`,
    ...[
      ...step.log.map(({ at, message }) => ({ at, text: message })),
      ...step.evidence.map(each => ({
        at: each.at,
        text: writeEvidence(each),
      })),
    ]
      .sort((a, b) => a.at.localeCompare(b.at))
      .map(({ at, text }) => `  ${at} ${text}`),
  ]);
  return [...head, ...steps, ''].join('\n');
}

function writeEvidence(
  evidence: Enablement['steps'][number]['evidence'][number],
): string {
  switch (evidence.kind) {
    case 'object':
      return `${describeResource(evidence.ref)} ${evidence.action}${
        evidence.resourceVersion ? ` at ${evidence.resourceVersion}` : ''
      }`;
    case 'probe':
      return `${evidence.title} (${evidence.of}): ${evidence.method} ${evidence.host}${evidence.path} expected ${evidence.expected}, observed ${evidence.observed}: ${evidence.result}`;
    default:
      return evidence.message;
  }
}

/** Hands a text to the browser as a file. */
export function download(name: string, type: string, text: string): void {
  saveFile(name, new Blob([text], { type }));
}
