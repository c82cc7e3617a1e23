import WebSocket from 'ws';
import { ApiFailure } from './apiFailure';
import { PodStreams, toBuffer } from './PodStreams';

export interface PodCommand {
  namespace: string;
  pod: string;
  container: string;
  /** Becomes part of a URL, and so of audit logs, and shows in the Pod's list of processes: nothing secret. */
  argv: readonly string[];
  /** Given to the command, and to nobody else. */
  stdin: string;
  /** For everything, in milliseconds. */
  timeoutMs: number;
  /** Of standard output; the command is left alone after more. */
  maxOutputBytes: number;
  signal?: AbortSignal;
}

export type PodCommandResult =
  /** `code` is absent where the output was cut off. */
  | { kind: 'ran'; code?: number; stdout: Buffer; stderr: string }
  | { kind: 'no-such-command'; message: string }
  | { kind: 'failed'; failure: ApiFailure };

/** Channels of the remote command protocol, the first byte of each frame (Kubernetes' `pkg/util/remotecommand`). */
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
const CLOSE = 255;
/** The first version in which one side can close standard input and still read. */
const WITH_CLOSE = 'v5.channel.k8s.io';
const MAX_STDERR_BYTES = 1024;
const FRAME_BYTES = 16 * 1024;

/** Runs a command in a container, without a shell and without a terminal. Never throws. */
export async function execInPod(
  streams: PodStreams,
  command: PodCommand,
): Promise<PodCommandResult> {
  const { namespace, pod, container, argv, timeoutMs, signal } = command;
  const query = new URLSearchParams([
    ['container', container],
    ['stdin', 'true'],
    ['stdout', 'true'],
    ['stderr', 'true'],
    ...argv.map(argument => ['command', argument]),
  ]);
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  const opened = await streams.open({
    path: `/api/v1/namespaces/${encodeURIComponent(
      namespace,
    )}/pods/${encodeURIComponent(pod)}/exec?${query}`,
    // The older one is offered to be able to say what is missing.
    subprotocols: [WITH_CLOSE, 'v4.channel.k8s.io'],
    signal: signal ? AbortSignal.any([signal, abort.signal]) : abort.signal,
  });
  try {
    if (!opened.ok) {
      return { kind: 'failed', failure: describeRefusal(opened.failure) };
    }
    if (opened.socket.protocol !== WITH_CLOSE) {
      opened.socket.terminate();
      return failed(
        'The API server is older than Kubernetes 1.30: it cannot end the input of a command',
      );
    }
    return await converse(opened.socket, command, abort.signal);
  } finally {
    clearTimeout(timer);
  }
}

function converse(
  socket: WebSocket,
  { stdin, maxOutputBytes, signal }: PodCommand,
  deadline: AbortSignal,
): Promise<PodCommandResult> {
  return new Promise(settle => {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let size = 0;
    let errorSize = 0;
    const ended = new AbortController();
    const finish = (result: PodCommandResult) => {
      ended.abort();
      socket.terminate();
      settle(result);
    };
    const ran = (code?: number) =>
      finish({
        kind: 'ran',
        ...(code === undefined ? {} : { code }),
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString('utf8'),
      });
    const stop = () =>
      finish(failed('The command did not end in time, or was cancelled'));
    for (const each of [deadline, ...(signal ? [signal] : [])]) {
      if (each.aborted) {
        stop();
        return;
      }
      each.addEventListener('abort', stop, { signal: ended.signal });
    }
    socket.on('message', data => {
      const frame = toBuffer(data);
      const content = frame.subarray(1);
      switch (frame[0]) {
        case STDOUT:
          stdout.push(content.subarray(0, maxOutputBytes - size));
          size += content.length;
          if (size > maxOutputBytes) ran();
          break;
        case STDERR:
          stderr.push(content.subarray(0, MAX_STDERR_BYTES - errorSize));
          errorSize = Math.min(errorSize + content.length, MAX_STDERR_BYTES);
          break;
        case STATUS: {
          const status = readStatus(content);
          if (status.kind === 'exit') ran(status.code);
          else finish(status.result);
          break;
        }
        default:
      }
    });
    socket.once('close', () =>
      finish(failed('The API server ended the connection to the Pod')),
    );
    socket.resume();
    sendInput(socket, stdin);
  });
}

function sendInput(socket: WebSocket, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += FRAME_BYTES) {
    const piece = bytes.subarray(at, at + FRAME_BYTES);
    socket.send(Buffer.concat([Buffer.of(STDIN), piece]));
  }
  socket.send(Buffer.of(CLOSE, STDIN));
}

type ReadStatus =
  | { kind: 'exit'; code: number }
  | { kind: 'other'; result: PodCommandResult };

/** Reads a `metav1.Status`. Its message is looked at and never passed on: it is the container runtime's. */
function readStatus(content: Buffer): ReadStatus {
  let status: {
    status?: unknown;
    message?: unknown;
    details?: { causes?: { reason?: unknown; message?: unknown }[] };
  } = {};
  try {
    status = JSON.parse(content.toString('utf8')) ?? {};
  } catch {
    // Told below.
  }
  if (status.status === 'Success') return { kind: 'exit', code: 0 };
  const code = Number(
    status.details?.causes?.find(({ reason }) => reason === 'ExitCode')
      ?.message,
  );
  const isMissing =
    code === 127 ||
    /executable file not found|no such file or directory/i.test(
      String(status.message),
    );
  if (isMissing) {
    const message = 'The container has no such command';
    return { kind: 'other', result: { kind: 'no-such-command', message } };
  }
  return Number.isInteger(code)
    ? { kind: 'exit', code }
    : {
        kind: 'other',
        result: failed('The container runtime could not run the command'),
      };
}

function failed(message: string): PodCommandResult {
  return {
    kind: 'failed',
    failure: { kind: 'network', code: 'EXEC_FAILED', message },
  };
}

function describeRefusal(failure: ApiFailure): ApiFailure {
  switch (failure.kind) {
    case 'forbidden':
      return {
        kind: 'forbidden',
        message:
          'The service account may not run commands there (403): it needs create and get of pods/exec',
      };
    case 'not-found':
      return { kind: 'not-found', message: 'The Pod is gone (404)' };
    default:
      return failure;
  }
}
