import {
  coreServices,
  createBackendModule,
  resolveSafeChildPath,
} from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import {
  createTemplateAction,
  scaffolderActionsExtensionPoint,
  serializeDirectoryContents,
} from '@backstage/plugin-scaffolder-node';
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeFiles } from './mergeFiles';

const BRANCH = /^[\w-]{1,100}$/;
const DELETED = '.deleted.json';

/**
 * What `npm start` has in place of a Git host and Argo CD: pull requests are folders, and merging one
 * applies its files to the sandbox's mesh.
 */
export const sandboxRepositoryModule = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'sandbox-repository',
  register(reg) {
    reg.registerInit({
      deps: {
        scaffolder: scaffolderActionsExtensionPoint,
        config: coreServices.rootConfig,
      },
      async init({ scaffolder, config }) {
        const api = config
          .getOptionalConfigArray('istioJwt.clusters')
          ?.find(cluster => cluster.getOptionalBoolean('sandbox'))
          ?.getString('url');
        if (!api) return;
        const root = await mkdtemp(join(tmpdir(), 'istio-jwt-sandbox-'));
        scaffolder.addActions(
          createPullRequestAction(root, config.getString('app.baseUrl')),
          createMergeAction(root, api),
        );
      },
    });
  },
});

function folderOf(root: string, branchName: string): string {
  if (!BRANCH.test(branchName)) {
    throw new InputError('branchName is no branch of the sandbox.');
  }
  return resolveSafeChildPath(root, branchName);
}

function createPullRequestAction(root: string, portal: string) {
  return createTemplateAction({
    id: 'sandbox:pull-request',
    description: 'Keeps files in a folder that stands for a pull request.',
    schema: {
      input: {
        branchName: z => z.string(),
        sourcePath: z => z.string(),
        deletedFiles: z => z.array(z.string()),
      },
      output: { mergeUrl: z => z.string() },
    },
    async handler(ctx) {
      const { branchName, sourcePath, deletedFiles } = ctx.input;
      const folder = folderOf(root, branchName);
      await cp(resolveSafeChildPath(ctx.workspacePath, sourcePath), folder, {
        recursive: true,
      });
      await writeFile(join(folder, DELETED), JSON.stringify(deletedFiles));
      ctx.logger.info(`The pull request is in ${folder}`);
      const formData = encodeURIComponent(JSON.stringify({ branchName }));
      ctx.output(
        'mergeUrl',
        `${portal}/create/templates/default/istio-jwt-sandbox-merge?formData=${formData}`,
      );
    },
  });
}

function createMergeAction(root: string, api: string) {
  return createTemplateAction({
    id: 'sandbox:merge',
    description:
      'Applies the files of a pull request to the sandbox, as Argo CD would after a merge.',
    schema: {
      input: { branchName: z => z.string() },
      output: { applied: z => z.string() },
    },
    async handler(ctx) {
      const folder = folderOf(root, ctx.input.branchName);
      const deleted: string[] = JSON.parse(
        await readFile(join(folder, DELETED), 'utf8').catch(() => {
          throw new InputError(
            `There is no pull request ${ctx.input.branchName} (any more).`,
          );
        }),
      );
      const files = (await serializeDirectoryContents(folder)).flatMap(
        ({ path, content }) =>
          path.endsWith('.yaml')
            ? { path, content: content.toString('utf8') }
            : [],
      );
      const applied = await mergeFiles(api, files, deleted);
      ctx.output('applied', applied.join('\n'));
    },
  });
}
