import { resolveSafeChildPath } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlansClient } from '../api/PlansClient';
import { listFiles, PolicyFile } from '../files/listFiles';
import { updateKustomization } from '../files/updateKustomization';
import { describePullRequest } from '../pullRequest/describePullRequest';

const DIRECTORY = /^[\w.-]+(\/[\w.-]+)*$/;
const KUSTOMIZATIONS = ['kustomization.yaml', 'kustomization.yml'];

/** `istio-jwt:write-policies`: writes a plan's manifests into the workspace. */
export function createWritePoliciesAction(plans: PlansClient) {
  return createTemplateAction({
    id: 'istio-jwt:write-policies',
    description:
      'Writes what a plan would change as files into the workspace, and PLAN.md, which describes the pull request.',
    supportsDryRun: true,
    schema: {
      input: {
        entityRef: z => z.string(),
        planId: z => z.string().describe('Of istio-jwt:plan, or of the tab'),
        directory: z =>
          z
            .string()
            .describe('Folder of the repository. Default: istio-jwt')
            .optional(),
        targetPath: z =>
          z
            .string()
            .describe(
              'Folder of the workspace that stands for the root of the repository. Default: pull-request',
            )
            .optional(),
        currentPath: z =>
          z
            .string()
            .describe(
              'Folder of the workspace with what is in the directory now, to keep its kustomization.yaml up to date. Nothing is kept where there is none',
            )
            .optional(),
      },
      output: {
        files: z => z.array(z.string()).describe('Paths in the repository'),
        deletedFiles: z =>
          z.array(z.string()).describe('Paths that are to be deleted'),
        title: z => z.string().describe('Title of the pull request'),
        description: z => z.string().describe('As in PLAN.md'),
        branchName: z => z.string().describe('One per plan'),
      },
    },
    async handler(ctx) {
      // Defaults of schemas are not applied to what a template leaves out.
      const { entityRef, planId, currentPath } = ctx.input;
      const { directory = 'istio-jwt', targetPath = 'pull-request' } =
        ctx.input;
      if (!DIRECTORY.test(directory) || directory.split('/').includes('..')) {
        throw new InputError(
          `directory is ${JSON.stringify(
            directory,
          )}. Give a folder of the repository, such as clusters/prod/istio-jwt.`,
        );
      }
      const plan = await plans.readPlan(
        { entityRef, credentials: await ctx.getInitiatorCredentials() },
        planId,
      );
      const { written, deleted } = listFiles(plan.changes);
      const extra = currentPath
        ? await keepKustomization(
            resolveSafeChildPath(ctx.workspacePath, currentPath),
            written.map(({ name }) => name),
            deleted,
          )
        : [];
      const files = [...written, ...extra];
      const root = resolveSafeChildPath(ctx.workspacePath, targetPath);
      for (const { name, content } of files) {
        const path = resolveSafeChildPath(root, join(directory, name));
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, content);
      }
      await mkdir(root, { recursive: true });
      const inRepository = (name: string) => `${directory}/${name}`;
      const { title, description } = describePullRequest(plan, {
        written: written.map(({ name }) => inRepository(name)),
        deleted: deleted.map(inRepository),
      });
      await writeFile(
        resolveSafeChildPath(ctx.workspacePath, 'PLAN.md'),
        `# ${title}\n\n${description}`,
      );
      ctx.logger.info(
        `${files.length} files written, ${deleted.length} to be deleted.`,
      );
      ctx.output(
        'files',
        files.map(({ name }) => inRepository(name)),
      );
      ctx.output('deletedFiles', deleted.map(inRepository));
      ctx.output('title', title);
      ctx.output('description', description);
      ctx.output('branchName', `istio-jwt-${plan.planId}`);
    },
  });
}

async function keepKustomization(
  current: string,
  added: string[],
  removed: string[],
): Promise<PolicyFile[]> {
  for (const name of KUSTOMIZATIONS) {
    const text = await readFile(
      resolveSafeChildPath(current, name),
      'utf8',
    ).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text !== undefined) {
      const content = updateKustomization(text, { added, removed });
      return content === text ? [] : [{ name, content }];
    }
  }
  return [];
}
