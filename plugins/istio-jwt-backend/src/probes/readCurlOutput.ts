import { PodCommandResult } from '../cluster';
import { keepEnvoyBody, KEPT_BODY_BYTES, ProbeAnswer } from './ProbeClient';

type Ran = Extract<PodCommandResult, { kind: 'ran' }>;

/** curl's exit codes that say something of the other side (`man curl`). */
const EXIT_CODES: Record<number, [code: string, message: string]> = {
  6: ['ENOTFOUND', 'The Service has no address inside the cluster'],
  7: ['ECONNREFUSED', 'The Service refused the connection'],
  28: ['TIMEOUT', 'The Service did not answer in time'],
  52: ['EMPTY_ANSWER', 'The connection was closed without an answer'],
  55: ['ECONNRESET', 'The connection was broken off'],
  56: ['ECONNRESET', 'The connection was broken off'],
};

/** Reads what `curl --include` wrote: the first lines decide, and an answer counts even if its body broke off. */
export function readCurlOutput(
  { code, stdout, stderr }: Ran,
  elapsedMs: number,
): ProbeAnswer {
  const { status, body } = splitAnswer(stdout);
  if (status === undefined) {
    const [errorCode, message] = EXIT_CODES[code ?? 0] ?? [
      `CURL_${code ?? 0}`,
      `The prober got no answer (curl ended with ${code ?? 0})`,
    ];
    return { kind: 'error', code: errorCode, message };
  }
  const seconds = Number(/^\d+\.\d+$/.exec(stderr.trim())?.[0]);
  return {
    kind: 'answer',
    status,
    body:
      body.length > KEPT_BODY_BYTES
        ? undefined
        : keepEnvoyBody(body.toString('utf8').trim()),
    durationMs: Math.round(
      Number.isFinite(seconds) ? seconds * 1000 : elapsedMs,
    ),
  };
}

const BLANK_LINE = '\r\n\r\n';

/** The last head, for interim answers such as `103 Early Hints` come before it. */
function splitAnswer(output: Buffer): { status?: number; body: Buffer } {
  let rest = output;
  let status: number | undefined;
  for (;;) {
    const head = /^HTTP\/\d(?:\.\d)? (\d{3})[ \r]/.exec(
      rest.subarray(0, 20).toString('latin1'),
    );
    if (!head) break;
    const end = rest.indexOf(BLANK_LINE);
    const isInterim = head[1].startsWith('1') && head[1] !== '101';
    if (!isInterim) {
      status = Number(head[1]);
      return {
        status,
        body: end < 0 ? Buffer.alloc(0) : rest.subarray(end + 4),
      };
    }
    if (end < 0) break;
    rest = rest.subarray(end + BLANK_LINE.length);
  }
  return { status, body: Buffer.alloc(0) };
}
