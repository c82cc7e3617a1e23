import { TokenRequest } from 'backstage-plugin-istio-jwt-node';
import { request } from 'undici';

const WAIT_MS = 10_000;

/** Asks the embedded mesh for a token. */
export async function mintToken(
  url: string,
  { issuer, audiences }: TokenRequest,
): Promise<string> {
  const response = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      issuer,
      sub: 'istio-jwt-probe',
      aud: audiences.length ? audiences : undefined,
      expiresInSeconds: 300,
    }),
    headersTimeout: WAIT_MS,
    bodyTimeout: WAIT_MS,
  });
  const answer = (await response.body.json()) as { token?: unknown };
  if (response.statusCode >= 300 || typeof answer.token !== 'string') {
    throw new Error('The sandbox gave no token');
  }
  return answer.token;
}
