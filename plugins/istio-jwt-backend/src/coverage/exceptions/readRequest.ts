import { InputError } from '@backstage/errors';
import { CoverageExceptionScope } from 'backstage-plugin-istio-jwt-common';
import { refuseToken } from '../../refuseToken';

/** When an exception is to end. */
export function readEnd(
  text: string,
  { now, maxDurationMs }: { now: number; maxDurationMs: number },
): number {
  const at = Date.parse(text);
  if (Number.isNaN(at) || !/^\d{4}-\d{2}-\d{2}/.test(text)) {
    throw new InputError(
      'expiresAt has to be a time as in ISO 8601, such as 2027-01-31T00:00:00Z.',
    );
  }
  if (at <= now) {
    throw new InputError('expiresAt has to be in the future.');
  }
  if (at > now + maxDurationMs) {
    throw new InputError(
      `expiresAt is later than istioJwt.coverage.exceptions.maxDuration allows: at most ${new Date(
        now + maxDurationMs,
      ).toISOString()}.`,
    );
  }
  return at;
}

/** @throws InputError where a part that is only kept seems to hold a token */
export function readScope(
  scope: CoverageExceptionScope,
): CoverageExceptionScope {
  refuseToken(scope.path, 'scope.path');
  refuseToken(scope.wayIn, 'scope.wayIn');
  refuseToken(scope.finding, 'scope.finding');
  return scope;
}

export function readReason(text: string): string {
  const reason = text.split('\0').join('').trim();
  if (!reason) {
    throw new InputError('reason has to say why.');
  }
  refuseToken(reason, 'reason');
  return reason;
}
