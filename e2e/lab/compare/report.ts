import { stringify } from 'yaml';
import type { Manifest } from '../kube.ts';
import type { Acceptance } from './accept.ts';
import type { Said, Seen } from './bench.ts';
import type { SampleRequest } from './requests.ts';

export interface Disagreement {
  policies: Manifest[];
  request: SampleRequest;
  said: Said;
  seen: Seen;
}

/** Cases that are made small; more of them would only say the same again. */
const MAX_SHRUNK = 8;

const cut = (text: string | undefined) => text?.slice(0, 160) ?? '(any)';

/** Disagreements of one kind come from one cause more often than not. */
export function fingerprint({ said, seen, request }: Disagreement): string {
  const step = said.trace.at(-1);
  // The parser comes before everything else, so what comes after says nothing of the cause.
  if (step?.filter === 'http-parser') return step.message;
  const sameStatus = said.status === seen.status;
  const bodies = sameStatus
    ? [said.body, seen.body, request.method === 'HEAD']
    : [];
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
    ...(said.reason === undefined ? [] : [`  since ${said.reason}`]),
    `- Envoy:  ${seen.status} ${cut(seen.body)} ${seen.details ?? ''}`,
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

/** One case of each kind, made small. A case that could not be made small says so. */
export async function describeDisagreements(
  found: Disagreement[],
  shrink: (found: Disagreement) => Promise<Disagreement>,
): Promise<string[]> {
  const kinds = new Map<string, Disagreement[]>();
  for (const each of found) {
    const key = fingerprint(each);
    kinds.set(key, [...(kinds.get(key) ?? []), each]);
  }
  const described: string[] = [];
  for (const [first, ...others] of kinds.values()) {
    const number = described.length + 1;
    let small = first;
    let remark = '';
    if (number > MAX_SHRUNK) {
      remark = 'Not made small: there are too many kinds.\n';
    } else {
      try {
        small = await shrink(first);
      } catch (error) {
        remark = `Could not be made small: ${(error as Error).message}\n`;
      }
    }
    const alike = others.length > 0 ? `${others.length} more like it.\n` : '';
    described.push(`${describeCase(small, number)}\n${alike}${remark}`);
  }
  return described;
}

/** A policy that one of both would refuse. */
export function describeAcceptance(
  found: Acceptance & { policy: Manifest },
): string {
  return [
    found.refusal
      ? `### The engine takes a policy that the cluster refuses: ${found.refusal}`
      : `### The engine refuses a policy that the cluster takes: ${found.engine}`,
    '',
    '```yaml',
    stringify(found.policy).trimEnd(),
    '```',
    '',
  ].join('\n');
}
