import { Operation } from '../operation';

const RETRY_MS = 60_000;
const MAX_RETRY_MS = 60 * 60_000;

/**
 * Lets a proposal wait again that was merged and could not be proved. Nothing is taken back: the
 * portal wrote nothing.
 */
export function waitOn(operation: Operation, reason: string): void {
  const tries = (operation.proposal!.tries ?? 0) + 1;
  operation.phase = 'proposed';
  operation.outcome = `It stands in the cluster, and could not be proved: ${reason}`;
  operation.proposal = {
    ...operation.proposal!,
    tries,
    retryAt: Date.now() + Math.min(RETRY_MS * 2 ** (tries - 1), MAX_RETRY_MS),
  };
}

/** Ends a proposal that somebody does not want to follow any more. */
export function withdraw(operation: Operation, by?: string): void {
  operation.phase = 'withdrawn';
  operation.outcome = `${
    by ? `${by} withdrew it` : 'It was withdrawn'
  }. The portal wrote nothing: close the pull request, or revert what was merged.`;
  operation.finishedAt = Date.now();
}
