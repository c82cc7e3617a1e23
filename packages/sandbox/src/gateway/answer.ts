import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the gateway says to a client. @internal */
export type Answer =
  | { kind: 'text'; status: number; body: string; challenge?: boolean }
  | { kind: 'empty'; status: number; location?: string }
  | { kind: 'json'; body: unknown }
  /** The connection ends without an answer. */
  | { kind: 'close' };

const MAX_CHALLENGE_LENGTH = 512;

/**
 * Writes an answer as Istio's Envoy does: `server: istio-envoy`, local replies as plain text, empty
 * 404s, and on what jwt_authn refuses a `www-authenticate` that names the request's own URL.
 *
 * @internal
 */
export function writeAnswer(
  answer: Answer,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (answer.kind === 'close') {
    response.destroy();
    return;
  }
  response.setHeader('server', 'istio-envoy');
  switch (answer.kind) {
    case 'text':
      if (answer.challenge) {
        const url = `http://${request.headers.host ?? ''}${request.url ?? '/'}`;
        response.setHeader(
          'www-authenticate',
          `Bearer realm="${url
            .slice(0, MAX_CHALLENGE_LENGTH)
            .replaceAll('"', '')}", error="invalid_token"`,
        );
      }
      end(response, answer.status, answer.body, 'text/plain');
      return;
    case 'json':
      response.setHeader('x-envoy-upstream-service-time', '0');
      end(response, 200, JSON.stringify(answer.body), 'application/json');
      return;
    default:
      if (answer.location !== undefined) {
        response.setHeader('location', answer.location);
      }
      end(response, answer.status, '');
  }
}

function end(
  response: ServerResponse,
  status: number,
  body: string,
  contentType?: string,
) {
  response.statusCode = status;
  if (contentType && body) {
    response.setHeader('content-type', contentType);
  }
  response.setHeader('content-length', Buffer.byteLength(body));
  response.end(body);
}
