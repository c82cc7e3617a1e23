import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { parseAllDocuments } from 'yaml';
import { callKubernetes, overviewOf, resetSandbox } from './portal.ts';

const PATHS: Record<string, string> = {
  Namespace: '/api/v1/namespaces',
  Service: '/api/v1/namespaces/twins/services',
  Pod: '/api/v1/namespaces/twins/pods',
};

test.beforeAll(async () => {
  await resetSandbox();
  const file = new URL(
    '../../../packages/sandbox/data/bad/two-services.yaml',
    import.meta.url,
  );
  for (const document of parseAllDocuments(await readFile(file, 'utf8'))) {
    const object = document.toJS();
    await callKubernetes('POST', PATHS[object.kind], object);
  }
});
test.afterAll(resetSandbox);

const PROBLEMS: [entity: string, said: RegExp][] = [
  ['no-annotations', /does not say which Kubernetes Services belong to it/],
  ['no-match', /app=gone/],
  ['invalid-selector', /kubernetes-label-selector/],
  ['unknown-cluster', /sandbox/],
  ['two-services', /two-services-a.*two-services-b/],
];

for (const [entity, said] of PROBLEMS) {
  test(`${entity}: the card says what is wrong and what to do`, async ({
    page,
  }) => {
    await page.goto(overviewOf(entity));
    await expect(page.getByText(said).first()).toBeVisible();
  });
}
