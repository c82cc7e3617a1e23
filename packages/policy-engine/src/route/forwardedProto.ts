import type { Tri } from '../match/tri';

/** How a client came, in the words of the proxies before. */
export const FORWARDED_PROTO = 'x-forwarded-proto';

/**
 * The value of `X-Forwarded-Proto` that a gateway goes by: Envoy writes it by the connection, unless it
 * trusts who wrote it (its `xff_num_trusted_hops`; source/common/http/conn_manager_utility.cc).
 *
 * @param sent - as it came; undefined where it did not
 * @returns undefined where that is not known
 */
export function forwardedProto(
  isTls: boolean,
  trusts: Tri,
  sent: string | undefined,
): string | undefined {
  const own = isTls ? 'https' : 'http';
  if (trusts === false || sent === undefined || sent === own) return own;
  return trusts === true ? sent : undefined;
}
