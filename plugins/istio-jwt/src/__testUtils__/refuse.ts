import { ResponseError } from '@backstage/errors';

/** The error that the client throws for a refusal of the backend. */
export async function refuse(
  status: number,
  name: string,
  message: string,
): Promise<never> {
  const response = {
    status,
    statusText: name,
    headers: new Map([['content-type', 'application/json']]),
    text: async () =>
      JSON.stringify({
        error: { name, message },
        response: { statusCode: status },
      }),
  };
  throw await ResponseError.fromResponse(response as any);
}
