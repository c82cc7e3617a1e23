import { InputError } from '@backstage/errors';
import { isIP } from 'node:net';

/** @throws InputError that names the key of what is no CIDR range */
export function checkCidrs(cidrs: string[], key: string): void {
  cidrs.forEach((cidr, index) => {
    const [address, bits = ''] = cidr.split('/');
    const family = isIP(address);
    const max = family === 6 ? 128 : 32;
    if (!family || !/^\d{1,3}$/.test(bits) || Number(bits) > max) {
      throw new InputError(
        `${key}[${index}] is '${cidr}'. Write a CIDR range, such as 10.0.0.0/8 or 127.0.0.1/32.`,
      );
    }
  });
}
