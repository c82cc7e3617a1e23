/** Settings of a new portal on the sandbox: what the guide says, and ports that are free. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { pages, repoRoot } from '../paths.ts';
import { findBlock, readBlocks } from './readBlocks.ts';

export interface Addresses {
  portal: string;
  backend: string;
  sandbox: string;
}

/** As the page has it, but every minute. */
function readTechInsights() {
  const text = findBlock(
    readBlocks(pages.techInsights, 'Install'),
    'app-config.yaml',
  );
  const { techInsights } = parse(text);
  for (const retriever of Object.values<{ cadence: string }>(
    techInsights.factRetrievers,
  )) {
    retriever.cadence = '* * * * *';
  }
  return techInsights;
}

/** Backstage reads `app-config.local.yaml` besides the generator's own files. */
export function configurePortal(
  directory: string,
  { portal, backend, sandbox }: Addresses,
): void {
  const config = {
    app: { baseUrl: portal },
    backend: {
      baseUrl: backend,
      listen: { host: '127.0.0.1', port: Number(new URL(backend).port) },
      cors: { origin: portal },
    },
    catalog: {
      locations: [
        {
          type: 'file',
          target: '../../examples/org.yaml',
          rules: [{ allow: ['User', 'Group'] }],
        },
        {
          type: 'file',
          target: join(repoRoot, 'packages/sandbox/data/catalog/entities.yaml'),
          rules: [
            { allow: ['Component', 'System', 'Domain', 'Group', 'User'] },
          ],
        },
      ],
    },
    istioJwt: {
      clusters: [
        { name: 'sandbox', title: 'Sandbox', sandbox: true, url: sandbox },
      ],
      probes: { allowedAddresses: ['127.0.0.1/32'] },
      tokenSources: [{ sandboxMint: `${sandbox}/sandbox/tokens` }],
    },
    techInsights: readTechInsights(),
  };
  writeFileSync(join(directory, 'app-config.local.yaml'), stringify(config));
}
