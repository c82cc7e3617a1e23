// Writes src/schema/openapi/generated/router.ts from src/schema/openapi.yaml, as
// `backstage-repo-tools package schema openapi generate` would, without its need for Java.
import { readFile, writeFile } from 'node:fs/promises';
import { parse } from 'yaml';

const root = new URL('../', import.meta.url);
const target = new URL('src/schema/openapi/generated/router.ts', root);
const spec = parse(
  await readFile(new URL('src/schema/openapi.yaml', root), 'utf8'),
);
const source = `// Written by scripts/embed-openapi.mjs from src/schema/openapi.yaml. Do not edit.
import { createValidatedOpenApiRouterFromGeneratedEndpointMap } from '@backstage/backend-openapi-utils';
import { EndpointMap } from '../endpoints';

export const spec = ${JSON.stringify(spec)} as const;

export const createOpenApiRouter = async (
  options?: Parameters<
    typeof createValidatedOpenApiRouterFromGeneratedEndpointMap
  >['1'],
) =>
  createValidatedOpenApiRouterFromGeneratedEndpointMap<EndpointMap>(
    spec as any,
    options,
  );
`;
await writeFile(target, source);
