import { isAddress } from '../match/cidr';
import { ProxySettings } from '../attach/proxySettings';

/**
 * The address that `remoteIpBlocks` compares with: what `X-Forwarded-For` says as far as the proxy
 * trusts it, else the peer's. Undefined where that is not known. Source: Envoy's
 * source/common/http/conn_manager_utility.cc.
 *
 * @param forwardedFor - value of `X-Forwarded-For`
 */
export function clientAddress(
  trust: ProxySettings['clientAddress'],
  peer: string | undefined,
  forwardedFor: string | undefined,
): string | undefined {
  if (forwardedFor === undefined) return peer;
  if (trust === 'last-hop') return addressBefore(forwardedFor, 0) ?? peer;
  if (trust.trustedProxies === 'unknown') return undefined;
  return trust.trustedProxies > 0
    ? addressBefore(forwardedFor, trust.trustedProxies - 1) ?? peer
    : peer;
}

/** The last address but `skipped`; undefined where there are too few or it is none. */
function addressBefore(list: string, skipped: number): string | undefined {
  const text = list
    .split(',')
    .at(-1 - skipped)
    ?.trim();
  return text !== undefined && isAddress(text) ? text : undefined;
}
