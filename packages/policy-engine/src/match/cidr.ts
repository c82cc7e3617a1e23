/** An address range; IPv4 and IPv6 never match each other. */
export interface Cidr {
  family: 4 | 6;
  base: bigint;
  bits: number;
}

const WIDTH = { 4: 32, 6: 128 } as const;

/** Parses `10.0.0.0/8`, `::1/128` or a single address. Undefined where it is neither. */
export function parseCidr(text: string): Cidr | undefined {
  const [address, length, ...rest] = text.split('/');
  // A range of IPv4-mapped addresses stays one of IPv6, and so matches no caller.
  const parsed = parsePlain(address);
  if (!parsed || rest.length > 0) return undefined;
  const width = WIDTH[parsed.family];
  if (length !== undefined && !/^(0|[1-9]\d{0,2})$/.test(length)) {
    return undefined;
  }
  const bits = length === undefined ? width : Number(length);
  if (bits > width) return undefined;
  const shift = BigInt(width - bits);
  return {
    family: parsed.family,
    base: (parsed.value >> shift) << shift,
    bits,
  };
}

/** Whether `address` lies in the range; undefined where it is no address. */
export function cidrContains(cidr: Cidr, address: string): boolean | undefined {
  const parsed = parseAddress(address);
  if (!parsed) return undefined;
  if (parsed.family !== cidr.family) return false;
  const shift = BigInt(WIDTH[cidr.family] - cidr.bits);
  return (parsed.value >> shift) << shift === cidr.base;
}

/**
 * The first address of the range and the first one after it. Taken over several ranges, one of these
 * lies in each piece into which their borders cut the addresses from the first border on.
 */
export function addressesAround({ family, base, bits }: Cidr): string[] {
  const after = base + (1n << BigInt(WIDTH[family] - bits));
  const first = formatAddress(family, base);
  return after >> BigInt(WIDTH[family]) === 0n
    ? [first, formatAddress(family, after)]
    : [first];
}

export function isAddress(text: string): boolean {
  return parseAddress(text) !== undefined;
}

interface Address {
  family: 4 | 6;
  value: bigint;
}

/** Envoy sees IPv4-mapped addresses of callers as IPv4. */
function parseAddress(text: string): Address | undefined {
  const parsed = parsePlain(text);
  return parsed?.family === 6 && parsed.value >> 32n === 0xffffn
    ? { family: 4, value: parsed.value & 0xffffffffn }
    : parsed;
}

function parsePlain(text: string): Address | undefined {
  const family = text.includes(':') ? 6 : 4;
  const value = family === 6 ? parseIpv6(text) : parseIpv4(text);
  return value === undefined ? undefined : { family, value };
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) {
      return undefined;
    }
    value = value * 256n + BigInt(part);
  }
  return value;
}

function parseIpv6(text: string): bigint | undefined {
  let source = text;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted) {
    const v4 = parseIpv4(dotted[2]);
    if (v4 === undefined) return undefined;
    source = `${dotted[1]}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(
      16,
    )}`;
  }
  const halves = source.split('::');
  if (halves.length > 2) return undefined;
  const head = halves[0] ? halves[0].split(':') : [];
  const tail = halves.length === 2 && halves[1] ? halves[1].split(':') : [];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array(missing).fill('0'), ...tail];
  let value = 0n;
  for (const group of groups) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    value = value * 65536n + BigInt(parseInt(group, 16));
  }
  return value;
}

function formatAddress(family: 4 | 6, value: bigint): string {
  const step = family === 4 ? 8n : 16n;
  const count = family === 4 ? 4 : 8;
  const parts: string[] = [];
  for (let i = count - 1; i >= 0; i--) {
    const part = (value >> (step * BigInt(i))) & ((1n << step) - 1n);
    parts.push(part.toString(family === 4 ? 10 : 16));
  }
  return parts.join(family === 4 ? '.' : ':');
}
