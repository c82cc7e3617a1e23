import { stringify } from 'yaml';
import type { Manifest } from '../kube.ts';
import type { Said, Seen } from './bench.ts';
import type { SampleRequest } from './requests.ts';

export interface Disagreement {
  policies: Manifest[];
  request: SampleRequest;
  said: Said;
  seen: Seen;
}

const cut = (text: string | undefined) => text?.slice(0, 160) ?? '(any)';

/** Disagreements of one kind come from one cause more often than not. */
export function fingerprint({ said, seen }: Disagreement): string {
  const step = said.trace.at(-1);
  // The parser comes before everything else, so what comes after says nothing of the cause.
  if (step?.filter === 'http-parser') return step.message;
  const sameStatus = said.status === seen.status;
  const bodies = sameStatus ? [said.body, seen.body] : [];
  return [said.status, seen.status, step?.filter, ...bodies].join('|');
}

/** A case that somebody can apply and send, and what both said. */
export function describeCase(found: Disagreement, number: number): string {
  const { policies, request, said, seen } = found;
  const { tokens, remark, from, ...rest } = request;
  return [
    `### Case ${number}: engine ${said.status}, Envoy ${seen.status}`,
    '',
    `- engine: ${said.status} ${cut(said.body)} ${said.details ?? ''}`,
    `- Envoy:  ${seen.status} ${cut(seen.body)}`,
    '',
    '```yaml',
    ...policies.map(policy => `---\n${stringify(policy).trimEnd()}`),
    '```',
    '',
    '```yaml',
    `# request from ${from}${remark ? `: ${remark}` : ''}`,
    stringify({ ...rest, tokens }).trimEnd(),
    '```',
    '',
    'Trace of the engine:',
    ...said.trace.map(
      step => `- ${step.filter} ${step.outcome}: ${step.message}`,
    ),
    '',
  ].join('\n');
}
