import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

export type AddressCheck = { ok: true } | { ok: false; reason: string };

/**
 * Never connected to, whatever the config says: metadata services of the clouds, what is no unicast
 * address, and IPv6 addresses that carry an IPv4 address which something on the way takes out.
 */
const NEVER: [string, number][] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Alibaba's metadata service, inside the shared address space.
  ['100.100.100.200', 32],
  // Azure's WireServer, which hands out secrets of machines.
  ['168.63.129.16', 32],
  // IETF protocol assignments (RFC 6890), Oracle's metadata service among them.
  ['192.0.0.0', 24],
  ['::', 128],
  ['fe80::', 10],
  // Site-local addresses (RFC 3879), which fe80::/10 took the place of.
  ['fec0::', 10],
  // Metadata services of AWS and of Google, inside the unique local addresses.
  ['fd00:ec2::254', 128],
  ['fd20:ce::254', 128],
  ['ff00::', 8],
  // NAT64 (RFC 6052 and RFC 8215), SIIT (RFC 2765), Teredo (RFC 4380) and 6to4 (RFC 3056).
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['::ffff:0:0:0', 96],
  ['2001::', 32],
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

/** Who says that an address leads to a gateway. */
export type AddressSource =
  | 'anybody'
  /** Whoever may write a Service, without having to own the address. */
  | 'external-ips';

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
   * @param listForbidden - addresses of API servers. What it throws as AddressRefused refuses every address
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

  async check(
    address: string,
    port: number,
    source: AddressSource = 'anybody',
  ): Promise<AddressCheck> {
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
    if (!listed && source === 'external-ips') {
      return {
        ok: false,
        reason: `${ip} is one of a Service's externalIPs, which whoever writes the Service chooses freely, and it is not in ${this.configKey}`,
      };
    }
    const forbidden = await this.listForbidden().catch(error => {
      if (error instanceof AddressRefused) return error;
      throw error;
    });
    if (forbidden instanceof AddressRefused) {
      return { ok: false, reason: forbidden.message };
    }
    return forbidden.some(
      other => other.port === port && unmapAddress(other.ip) === ip,
    )
      ? { ok: false, reason: `${ip}:${port} is a Kubernetes API server` }
      : { ok: true };
  }

  /** Resolves a host and picks the first address that passes. @throws AddressRefused */
  async resolve(
    host: string,
    port: number,
    source?: AddressSource,
  ): Promise<ResolvedAddress> {
    return (await this.resolveAll(host, port, source))[0];
  }

  /** Every address of a host that passes, at least one. @throws AddressRefused */
  async resolveAll(
    host: string,
    port: number,
    source?: AddressSource,
  ): Promise<ResolvedAddress[]> {
    const addresses = isIP(host)
      ? [host]
      : (await lookup(host, { all: true })).map(({ address }) => address);
    let reason = `${host} has no address`;
    const passing: ResolvedAddress[] = [];
    for (const ip of addresses) {
      const result = await this.check(ip, port, source);
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
