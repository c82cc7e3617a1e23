import { get } from 'node:http';
import { Duplex } from 'node:stream';

/** What Envoy's RBAC filters would have made of requests, by dry-run policies. */
export interface ShadowCounters {
  denied: number;
  allowed: number;
}

/** Istio's prefix of the counters, by the action of the policies that are tried. */
const PREFIXES = {
  ALLOW: 'istio_dry_run_allow_',
  DENY: 'istio_dry_run_deny_',
};
export type ShadowAction = keyof typeof PREFIXES;

const PATH = `/stats?filter=${encodeURIComponent(
  'rbac.*shadow_(allowed|denied)$',
)}`;
const MAX_BYTES = 1024 * 1024;
const TIMEOUT_MS = 10_000;

/** Asks an Envoy's admin interface; undefined where it has no such counters. @throws where it does not answer, or with something else */
export async function readShadowCounters(
  stream: Duplex,
  action: ShadowAction,
  signal: AbortSignal,
): Promise<ShadowCounters | undefined> {
  const text = await getText(
    stream,
    AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  );
  return parseShadowCounters(text, action);
}

/** @param text - lines such as `http.outbound_0.0.0.0_8080;.rbac.istio_dry_run_deny_.shadow_denied: 3`, as Envoy 1.40 has them */
export function parseShadowCounters(
  text: string,
  action: ShadowAction,
): ShadowCounters | undefined {
  const line = new RegExp(
    `^http\\..*rbac\\.${PREFIXES[action]}\\.?shadow_(allowed|denied): (\\d{1,15})$`,
  );
  const counters: ShadowCounters = { denied: 0, allowed: 0 };
  let isKept = false;
  for (const each of text.split('\n')) {
    const [, kind, value] = line.exec(each.trim()) ?? [];
    if (!kind) continue;
    counters[kind as keyof ShadowCounters] += Number(value);
    isKept = true;
  }
  return isKept ? counters : undefined;
}

function getText(stream: Duplex, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(
      {
        path: PATH,
        headers: { host: 'localhost', connection: 'close' },
        createConnection: () => stream,
        signal,
      },
      response => {
        const parts: Buffer[] = [];
        let size = 0;
        response.on('data', (part: Buffer) => {
          size += part.length;
          if (size > MAX_BYTES) {
            response.destroy(new Error('Too many statistics'));
            return;
          }
          parts.push(part);
        });
        response.on('error', reject);
        response.on('end', () =>
          response.statusCode === 200
            ? resolve(Buffer.concat(parts).toString('utf8'))
            : reject(new Error('No statistics')),
        );
      },
    );
    request.on('error', reject);
  });
}
