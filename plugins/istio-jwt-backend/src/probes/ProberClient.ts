import { execInPod, PodStreams } from '../cluster';
import { ProbesConfig } from '../config';
import { WireRequest } from './composeRequest';
import { ProberPod } from './findOrigins';
import { ProbeAnswer, ProbeClient } from './ProbeClient';
import { readCurlOutput } from './readCurlOutput';
import { writeCurlConfig } from './writeCurlConfig';

export interface ProberClientOptions {
  streams: PodStreams;
  pod: ProberPod;
  /** Of the probed Service; composed from the mesh, never from what a user wrote. */
  service: { host: string; port: number };
  config: ProbesConfig;
}

/** Whatever is asked for, these are all the arguments: they are part of the API server's audit log. */
const ASK = ['curl', '--disable', '--config', '-'] as const;
/** curl's answer to a protocol that its config does not allow. */
const UNSUPPORTED_PROTOCOL = 1;
/** For starting the command, on top of the request's own time. */
const START_MS = 5000;
const MAX_HEAD_BYTES = 64 * 1024;

/** Sends probes from a Pod inside the mesh: one short-lived curl for each, by `exec` through the API server. */
export class ProberClient implements ProbeClient {
  constructor(private readonly options: ProberClientOptions) {}

  /**
   * Has curl read a request that its own options forbid, so that nothing is sent. (`--version` can
   * take seconds, where curl looks up names for it.)
   *
   * @returns why the prober cannot be used, or undefined
   */
  async check(): Promise<string | undefined> {
    const { service, config } = this.options;
    const written = writeCurlConfig(
      `https://${service.host}`,
      { method: 'GET', host: service.host, path: '/', headers: {} },
      config,
    );
    const result = await this.run(ASK, written.ok ? written.text : '');
    switch (result.kind) {
      case 'ran':
        return result.code === UNSUPPORTED_PROTOCOL && !result.stdout.length
          ? undefined
          : `its curl is older than 7.63, or does not know the options that probes need (it ended with ${result.code})`;
      case 'no-such-command':
        return 'its container has no curl';
      default:
        return result.failure.message;
    }
  }

  async send(
    request: WireRequest & { signal?: AbortSignal },
  ): Promise<ProbeAnswer> {
    const { service, config } = this.options;
    const written = writeCurlConfig(
      `http://${service.host}:${service.port}`,
      request,
      config,
    );
    if (!written.ok) {
      return {
        kind: 'error',
        code: 'NOT_SENDABLE',
        message: 'Not sent: the request holds what curl would not pass on.',
      };
    }
    const startedAt = performance.now();
    const result = await this.run(ASK, written.text, request.signal);
    switch (result.kind) {
      case 'ran':
        return readCurlOutput(result, performance.now() - startedAt);
      case 'no-such-command':
        return { kind: 'error', code: 'NO_CURL', message: result.message };
      default:
        return {
          kind: 'error',
          code: 'EXEC_FAILED',
          message: `The prober could not be used: ${result.failure.message}`,
        };
    }
  }

  reconnect(): ProberClient {
    return new ProberClient(this.options);
  }

  async close(): Promise<void> {
    // Each command has ended with its answer.
  }

  private run(argv: readonly string[], stdin: string, signal?: AbortSignal) {
    const { streams, pod, config } = this.options;
    return execInPod(streams, {
      namespace: pod.namespace,
      pod: pod.name,
      container: pod.container,
      argv,
      stdin,
      signal,
      timeoutMs: config.timeoutMs + START_MS,
      maxOutputBytes: MAX_HEAD_BYTES + config.maxResponseBytes,
    });
  }
}
