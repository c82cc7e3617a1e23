import { AnswerTraces } from 'backstage-plugin-istio-jwt-common';
import { WireRequest } from './composeRequest';

/** What a proxy said. `body` only where it is a body that Envoy itself writes. */
export type ProbeAnswer =
  | {
      kind: 'answer';
      status: number;
      body?: string;
      durationMs: number;
      /** Whether the text to look for stood in the answer. Absent: nobody looked. */
      echoed?: boolean;
      /** Absent where no header came with the answer, or where headers tell nothing. */
      origin?: AnswerTraces;
      /** Where the gateway asks to be left alone. */
      retryAfterMs?: number;
    }
  | { kind: 'error'; code: string; message: string };

/** Something that sends probes to one way in: GET or OPTIONS, no body, no redirects, bounded in time and size. */
export interface ProbeClient {
  /** Never throws. */
  send(request: WireRequest & { signal?: AbortSignal }): Promise<ProbeAnswer>;
  /** A client to the same place, on a connection of its own: perhaps to another replica. */
  reconnect(): ProbeClient;
  close(): Promise<void>;
}

/** No body of Envoy's is longer. */
export const KEPT_BODY_BYTES = 1024;
/** Bodies of Envoy's jwt_authn and RBAC filters and of its router. Nothing else of an answer is kept. */
const ENVOY_BODY =
  /^(RBAC: access denied|Jwt [ -~]{1,150}|Jwks [ -~]{1,150}|Audiences in Jwt are not allowed|no healthy upstream|upstream connect error [ -~]{1,200}|upstream request timeout)$/;

/** The text, where a proxy wrote it. */
export function keepEnvoyBody(text: string): string | undefined {
  return ENVOY_BODY.test(text) ? text : undefined;
}
