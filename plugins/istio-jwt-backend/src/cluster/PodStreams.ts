import { KubeConfig } from '@kubernetes/client-node';
import { RequestOptions } from 'node:https';
import WebSocket, { RawData } from 'ws';
import { ClusterAccess } from '../config';
import { ApiFailure, describeStatus, describeThrown } from './apiFailure';
import { loadKubeConfig } from './loadKubeConfig';

export interface PodStreamCall {
  /** Path and query: both are written into the API server's audit log. */
  path: string;
  /** Subprotocols to offer, best first. */
  subprotocols: string[];
  signal: AbortSignal;
}

/** An open socket is paused until its user resumes it. */
export type PodStreamAnswer =
  | { ok: true; socket: WebSocket }
  | { ok: false; failure: ApiFailure };

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** The API server passes on what a container writes in pieces of 32 KiB. */
const MAX_FRAME_BYTES = 1024 * 1024;

/**
 * Opens streams to Pods (`exec`, `portforward`) through an API server, over websockets.
 *
 * client-node has such calls too. Theirs cannot be cancelled, take frames of any size, and throw from
 * an event handler, which would end the backend, where a frame is not what they expect. What is taken
 * from client-node is what is hard: credentials and TLS.
 */
export class PodStreams {
  private kubeConfig?: KubeConfig;

  constructor(private readonly access: ClusterAccess) {}

  async open(call: PodStreamCall): Promise<PodStreamAnswer> {
    const { access } = this;
    if (access.kind === 'unsupported') {
      return fail({ kind: 'credentials', message: access.reason });
    }
    let url: string;
    const options: RequestOptions = {};
    try {
      this.kubeConfig ??= loadKubeConfig(access);
      const server = this.kubeConfig.getCurrentCluster()!.server;
      url = `${server.replace(/\/+$/, '').replace(/^http/, 'ws')}${call.path}`;
      await this.kubeConfig.applyToHTTPSOptions(options);
    } catch {
      this.kubeConfig = undefined;
      return fail({
        kind: 'credentials',
        message: 'The credentials could not be loaded',
      });
    }
    const answer = await connect(url, options, call);
    if (!answer.ok) {
      // Files may have been renewed since.
      this.kubeConfig = undefined;
    }
    return answer;
  }
}

function connect(
  url: string,
  options: RequestOptions,
  { subprotocols, signal }: PodStreamCall,
): Promise<PodStreamAnswer> {
  return new Promise(settle => {
    const socket = new WebSocket(url, subprotocols, {
      ...options,
      followRedirects: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
    } as WebSocket.ClientOptions);
    const abort = () => socket.terminate();
    const finish = (answer: PodStreamAnswer) => {
      signal.removeEventListener('abort', abort);
      settle(answer);
    };
    if (signal.aborted) {
      abort();
    } else {
      signal.addEventListener('abort', abort, { once: true });
    }
    socket.once('open', () => {
      // What comes before somebody listens would be lost.
      socket.pause();
      finish({ ok: true, socket });
    });
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      response.destroy();
      finish(fail(describeStatus(response.statusCode ?? 0)));
    });
    // Stays for as long as the socket does: without a listener an error ends the process.
    socket.on('error', error => finish(fail(describeThrown(error))));
  });
}

function fail(failure: ApiFailure): PodStreamAnswer {
  return { ok: false, failure };
}

/** A frame as bytes, in whichever form it came. */
export function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
