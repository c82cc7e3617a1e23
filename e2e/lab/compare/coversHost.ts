import type { WayIn } from './engine.ts';

/** Whether a way in is one by a gateway, for a host that is asked for. */
export function coversHost({ kind, host }: WayIn, asked: string): boolean {
  const wanted = asked.toLowerCase().replace(/:\d*$/, '');
  return (
    kind === 'gateway' &&
    (host === '*' ||
      host === wanted ||
      (host.startsWith('*') && wanted.endsWith(host.slice(1))))
  );
}
