import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

export type AddressCheck = { ok: true } | { ok: false; reason: string };

/**
 * Never connected to, whatever the config says: link-local ranges hold the metadata services of the
 * clouds, and the rest is no unicast address.
 */
const NEVER: [string, number][] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Alibaba's metadata service, inside the shared address space.
  ['100.100.100.200', 32],
  ['::', 128],
  ['fe80::', 10],
  // AWS's metadata service, inside the unique local addresses.
  ['fd00:ec2::254', 128],
  ['ff00::', 8],
  // Translations could lead to any of the IPv4 ranges above.
  ['64:ff9b::', 96],
  ['2002::', 16],
];

/** Connected to only where the config lists them. */
const LISTED_ONLY: [string, number][] = [
  ['127.0.0.0', 8],
  ['::1', 128],
];

export interface ResolvedAddress {
  ip: string;
  port: number;
}

/** A target is not to be connected to; the message says why. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED';
}

/**
 * Decides which addresses probes, and reads of key sets, may connect to. Targets come from cluster objects that tenants of
 * a cluster can write, so an address is judged after name resolution and then connected to as
 * judged: a name cannot change its meaning in between.
 */
export class AddressGuard {
  private readonly never = makeBlockList(NEVER);
  private readonly listedOnly = makeBlockList(LISTED_ONLY);
  private readonly allowed?: BlockList;

  /**
   * @param allowedCidrs - empty: every address but loopback
   * @param listForbidden - addresses of API servers
   * @param configKey - where `allowedCidrs` comes from, for messages
   */
  constructor(
    allowedCidrs: string[],
    private readonly listForbidden: () => Promise<
      ResolvedAddress[]
    > = async () => [],
    private readonly configKey = 'istioJwt.probes.allowedAddresses',
  ) {
    if (allowedCidrs.length > 0) {
      this.allowed = makeBlockList(
        allowedCidrs.map(cidr => {
          const [address, bits] = cidr.split('/');
          return [address, Number(bits)];
        }),
      );
    }
  }

  async check(address: string, port: number): Promise<AddressCheck> {
    const ip = unmapAddress(address);
    const family = isIP(ip) === 6 ? 'ipv6' : 'ipv4';
    if (!isIP(ip) || this.never.check(ip, family)) {
      return { ok: false, reason: `${ip} is never connected to` };
    }
    const listed = this.allowed?.check(ip, family) ?? false;
    if (!listed && (this.allowed || this.listedOnly.check(ip, family))) {
      return {
        ok: false,
        reason: `${ip} is not in ${this.configKey}`,
      };
    }
    const forbidden = await this.listForbidden();
    return forbidden.some(
      other => other.port === port && unmapAddress(other.ip) === ip,
    )
      ? { ok: false, reason: `${ip}:${port} is a Kubernetes API server` }
      : { ok: true };
  }

  /** Resolves a host and picks the first address that passes. @throws AddressRefused */
  async resolve(host: string, port: number): Promise<ResolvedAddress> {
    return (await this.resolveAll(host, port))[0];
  }

  /** Every address of a host that passes, at least one. @throws AddressRefused */
  async resolveAll(host: string, port: number): Promise<ResolvedAddress[]> {
    const addresses = isIP(host)
      ? [host]
      : (await lookup(host, { all: true })).map(({ address }) => address);
    let reason = `${host} has no address`;
    const passing: ResolvedAddress[] = [];
    for (const ip of addresses) {
      const result = await this.check(ip, port);
      if (result.ok) {
        passing.push({ ip: unmapAddress(ip), port });
      } else {
        reason = result.reason;
      }
    }
    if (passing.length === 0) {
      throw new AddressRefused(reason);
    }
    return passing;
  }
}

/** `::ffff:127.0.0.1` is 127.0.0.1, in any spelling. */
function unmapAddress(address: string): string {
  const bare = address.split('%')[0].toLowerCase();
  if (isIP(bare) !== 6) {
    return bare;
  }
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const mapped = /^::(?:ffff:)?([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(
    canonical,
  );
  if (!mapped) {
    return canonical;
  }
  const [high, low] = [parseInt(mapped[1], 16), parseInt(mapped[2], 16)];
  /* eslint-disable-next-line no-bitwise */
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function makeBlockList(ranges: [string, number][]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of ranges) {
    list.addSubnet(address, bits, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}
