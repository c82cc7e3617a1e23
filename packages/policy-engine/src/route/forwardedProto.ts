import type { Facts } from '../decide/facts';

/** How a client came, in the words of the proxies before. */
export const FORWARDED_PROTO = 'x-forwarded-proto';

/**
 * The value of `X-Forwarded-Proto` that a gateway goes by: Envoy writes it by the connection, unless it
 * trusts who wrote it (its `xff_num_trusted_hops`; source/common/http/conn_manager_utility.cc).
 *
 * @returns undefined where that is not known
 */
export function forwardedProto(
  isTls: boolean,
  facts: Facts,
): string | undefined {
  const own = isTls ? 'https' : 'http';
  const sent = facts.header(FORWARDED_PROTO);
  const trusts = facts.trustsForwardedProto;
  if (trusts === false || sent === undefined || sent === own) return own;
  return trusts === true ? sent : undefined;
}
