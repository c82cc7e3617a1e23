import express, { Router } from 'express';
import PromiseRouter from 'express-promise-router';
import { z } from 'zod';
import { DemoKeys } from './DemoKeys';
import { DEMO_ISSUERS } from './issuers';

const TEN_YEARS_SECONDS = 10 * 365 * 24 * 3600;

const offsetSeconds = z
  .number()
  .int()
  .min(-TEN_YEARS_SECONDS)
  .max(TEN_YEARS_SECONDS);

const mintSchema = z.strictObject({
  issuer: z.string().max(2048),
  sub: z.string().max(2048).optional(),
  aud: z
    .union([z.string().max(2048), z.array(z.string().max(2048)).max(32)])
    .optional(),
  claims: z.record(z.string(), z.unknown()).optional(),
  expiresInSeconds: offsetSeconds.nullable().optional(),
  notBeforeInSeconds: offsetSeconds.optional(),
});

/** What the sandbox offers beside the Kubernetes API. @internal */
export function createSandboxRouter(options: {
  keys: DemoKeys;
  reset(): void;
}): Router {
  const { keys, reset } = options;
  const router = PromiseRouter();
  router.use(express.json({ limit: '16kb' }));

  router.get('/issuers', (_, response) => {
    response.json({
      issuers: DEMO_ISSUERS.map(issuer => ({
        ...issuer,
        jwks: `/sandbox/issuers/${issuer.name}/jwks.json`,
      })),
    });
  });

  router.get('/issuers/:name/jwks.json', (request, response) => {
    const jwks = keys.getJwks(request.params.name);
    if (jwks) {
      response.json(jwks);
    } else {
      response.status(404).json({ error: 'no such demo issuer' });
    }
  });

  router.post('/tokens', async (request, response) => {
    const parsed = mintSchema.safeParse(request.body);
    if (!parsed.success) {
      response.status(400).json({ error: z.prettifyError(parsed.error) });
      return;
    }
    const token = await keys.mint(parsed.data);
    if (token === undefined) {
      response.status(400).json({
        error: `issuer must be one of ${DEMO_ISSUERS.map(
          ({ issuer }) => issuer,
        ).join(', ')}`,
      });
      return;
    }
    response.set('Cache-Control', 'no-store').json({ token });
  });

  router.post('/reset', (_, response) => {
    reset();
    response.status(204).end();
  });

  return router;
}
