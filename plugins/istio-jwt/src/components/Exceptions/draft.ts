import {
  CoverageExceptionRequest,
  CoverageExceptionScope,
} from 'backstage-plugin-istio-jwt-common';
import { looksLikeToken } from '../../coverage/looksLikeToken';
import { whyNotAPath } from '../EnablePlan/exemptPath';

/** What somebody has filled in so far. */
export interface ExceptionDraft {
  cluster: string;
  namespace: string;
  name: string;
  covers: 'service' | 'part';
  /** Id of a way in. */
  wayIn: string;
  path: string;
  /** Id of a finding. */
  finding: string;
  reason: string;
  /** Last day of the exception, `YYYY-MM-DD` in the reader's zone. */
  lastDay: string;
}

/** Of a field, and `part` where none of the parts is given. */
export type DraftProblems = Partial<
  Record<keyof ExceptionDraft | 'part', string>
>;

export const MAX_REASON = 1000;
const MAX_DAYS = 364;

/** @param service - `cluster/namespace/name` */
export function startDraft(service: string | undefined): ExceptionDraft {
  const [cluster = '', namespace = '', name = ''] = service?.split('/') ?? [];
  return {
    cluster,
    namespace,
    name,
    covers: 'service',
    wayIn: '',
    path: '',
    finding: '',
    reason: '',
    lastDay: '',
  };
}

export function findProblems(
  draft: ExceptionDraft,
  now: number,
): DraftProblems {
  const { cluster, namespace, name, covers, wayIn, path, finding } = draft;
  const problems: DraftProblems = {
    cluster: cluster.trim() ? undefined : 'Name the cluster.',
    namespace: namespace.trim() ? undefined : 'Name the namespace.',
    name: name.trim() ? undefined : 'Name the Kubernetes Service.',
    reason: findReasonProblem(draft.reason),
    lastDay: findDayProblem(draft.lastDay, now),
  };
  if (covers === 'part') {
    problems.path = path.trim() ? whyNotAPath(path.trim()) : undefined;
    if (!wayIn.trim() && !path.trim() && !finding.trim()) {
      problems.part = 'Name a way in, a path or a finding.';
    }
  }
  return Object.fromEntries(
    Object.entries(problems).filter(([, problem]) => problem !== undefined),
  );
}

export function findReasonProblem(reason: string): string | undefined {
  const { length } = reason.trim();
  if (length === 0) {
    return 'Say why. Whoever approves it, and whoever meets it in half a year, reads this.';
  }
  if (length > MAX_REASON) {
    return `At most ${MAX_REASON} characters; these are ${length}.`;
  }
  return looksLikeToken(reason)
    ? 'This seems to hold a token. Take it out: reasons are stored and shown.'
    : undefined;
}

export function findDayProblem(
  lastDay: string,
  now: number,
): string | undefined {
  const { earliest, latest } = listBounds(now);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(lastDay)) {
    return 'Choose the last day. Every exception ends.';
  }
  if (lastDay < earliest) {
    return 'Choose a day in the future.';
  }
  return lastDay > latest
    ? 'At most a year from now; it can be renewed.'
    : undefined;
}

/** The days between which an exception can end. */
export function listBounds(now: number): { earliest: string; latest: string } {
  const day = 86_400_000;
  return {
    earliest: toDay(now + day),
    latest: toDay(now + MAX_DAYS * day),
  };
}

export function toRequest(draft: ExceptionDraft): CoverageExceptionRequest {
  return {
    scope: toScope(draft),
    reason: draft.reason.trim(),
    expiresAt: toEnd(draft.lastDay),
  };
}

function toScope(draft: ExceptionDraft): CoverageExceptionScope {
  const { cluster, namespace, name, covers, wayIn, path, finding } = draft;
  return {
    cluster: cluster.trim(),
    namespace: namespace.trim(),
    name: name.trim(),
    ...(covers === 'part' && {
      ...(wayIn.trim() && { wayIn: wayIn.trim() }),
      ...(path.trim() && { path: path.trim() }),
      ...(finding.trim() && { finding: finding.trim() }),
    }),
  };
}

/** The last second of a day in the reader's zone, as an instant. */
export function toEnd(lastDay: string): string {
  return new Date(`${lastDay}T23:59:59`).toISOString();
}

/** The day of an instant in the reader's zone, `YYYY-MM-DD`. */
export function toDay(instant: string | number): string {
  const date = new Date(instant);
  const pad = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(
    date.getDate(),
  )}`;
}
