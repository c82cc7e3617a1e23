import { Duplex } from 'node:stream';
import WebSocket from 'ws';
import { ApiFailure } from './apiFailure';
import { PodStreams, toBuffer } from './PodStreams';

export interface PodPort {
  namespace: string;
  pod: string;
  port: number;
}

export type TunnelAnswer =
  | { ok: true; stream: Duplex }
  | { ok: false; failure: ApiFailure };

/** The one version of the protocol that API servers speak without SPDY: one socket per connection. */
const SUBPROTOCOL = 'v4.channel.k8s.io';
const DATA = 0;
const ERROR = 1;
/** The first frame of each channel repeats the port's number. */
const PORT_BYTES = 2;

/** Opens a connection to a port of a Pod through the API server, as `kubectl port-forward` does. Never throws. */
export async function openPodTunnel(
  streams: PodStreams,
  { namespace, pod, port }: PodPort,
  signal: AbortSignal,
): Promise<TunnelAnswer> {
  const opened = await streams.open({
    path: `/api/v1/namespaces/${encodeURIComponent(
      namespace,
    )}/pods/${encodeURIComponent(pod)}/portforward?ports=${port}`,
    subprotocols: [SUBPROTOCOL],
    signal,
  });
  if (opened.ok) {
    return { ok: true, stream: toStream(opened.socket) };
  }
  const { failure } = opened;
  return {
    ok: false,
    failure:
      failure.kind === 'forbidden'
        ? {
            kind: 'forbidden',
            message:
              'The service account may not forward ports there (403): it needs create and get of pods/portforward',
          }
        : failure,
  };
}

/** The Pod's end says that nothing listens, or broke off. Its own words are not passed on. */
class PodPortClosed extends Error {
  readonly code = 'POD_PORT_CLOSED';
}

function toStream(socket: WebSocket): Duplex {
  const headerLeft = [PORT_BYTES, PORT_BYTES];
  const stream = new Duplex({
    read: () => socket.resume(),
    write: (chunk: Buffer, _, callback) =>
      socket.send(Buffer.concat([Buffer.of(DATA), chunk]), callback),
    final: callback => {
      // The protocol cannot close one direction alone.
      socket.close();
      callback();
    },
    destroy: (error, callback) => {
      socket.terminate();
      callback(error);
    },
  });
  socket.on('message', data => {
    const frame = toBuffer(data);
    const channel = frame[0];
    if (channel !== DATA && channel !== ERROR) return;
    const skipped = Math.min(headerLeft[channel], frame.length - 1);
    headerLeft[channel] -= skipped;
    const content = frame.subarray(1 + skipped);
    if (content.length === 0) return;
    if (channel === ERROR) {
      stream.destroy(new PodPortClosed());
    } else if (!stream.push(content)) {
      socket.pause();
    }
  });
  socket.once('close', () => stream.push(null));
  socket.once('error', () => stream.destroy(new PodPortClosed()));
  return stream;
}
