import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { PullRequestTarget } from 'backstage-plugin-istio-jwt-common';
import { EnablementConfig, WritingConfig } from './types';

const MODES = ['direct', 'copy', 'pull-request'] as const;
const DEFAULT_TEMPLATE = 'template:default/istio-jwt-pull-request';
const DEFAULT_DIRECTORY = 'istio-jwt';
/** As publishing actions take it: a host, and where on it. */
const REPO_URL =
  /^[\w.-]+(:\d{1,5})?\?[\w.%/ -]+=[\w.%/ -]+(&[\w.-]+=[\w.%/ -]+)*$/;
const DIRECTORY = /^[\w.-]+(\/[\w.-]+)*$/;

/** Reads how plans are written, by cluster. @param key - for messages */
export function readWriting(
  config: Config | undefined,
  key: string,
): EnablementConfig['writing'] {
  const common = config && {
    mode: readMode(config, key),
    pullRequest: readPullRequest(config, key),
  };
  const clusters = (config?.getOptionalConfigArray('clusters') ?? []).map(
    (own, index): [string, WritingConfig] => {
      const at = `${key}.clusters[${index}]`;
      const mode = readMode(own, at) ?? common?.mode ?? 'direct';
      return [
        own.getString('name'),
        settle(mode, common?.pullRequest, readPullRequest(own, at)),
      ];
    },
  );
  if (new Set(clusters.map(([name]) => name)).size < clusters.length) {
    throw new InputError(`${key}.clusters has two of one name.`);
  }
  return {
    default: settle(common?.mode ?? 'direct', common?.pullRequest),
    clusters: Object.fromEntries(clusters),
  };
}

function settle(
  mode: WritingConfig['mode'],
  ...targets: (Partial<PullRequestTarget> | undefined)[]
): WritingConfig {
  return mode === 'pull-request' || targets.some(Boolean)
    ? {
        mode,
        pullRequest: Object.assign(
          { template: DEFAULT_TEMPLATE, directory: DEFAULT_DIRECTORY },
          ...targets,
        ),
      }
    : { mode };
}

function readMode(
  config: Config,
  key: string,
): WritingConfig['mode'] | undefined {
  const text = config.getOptionalString('writeMode');
  const mode = MODES.find(each => each === text);
  if (text !== undefined && !mode) {
    throw new InputError(
      `${key}.writeMode is '${text}'. Write direct, copy or pull-request.`,
    );
  }
  return mode;
}

function readPullRequest(
  config: Config,
  key: string,
): Partial<PullRequestTarget> | undefined {
  const own = config.getOptionalConfig('pullRequest');
  if (!own) return undefined;
  const template = own.getOptionalString('template');
  const repoUrl = own.getOptionalString('repoUrl');
  const directory = own.getOptionalString('directory');
  if (repoUrl !== undefined && !REPO_URL.test(repoUrl)) {
    throw new InputError(
      `${key}.pullRequest.repoUrl is '${repoUrl}'. Write it as publishing actions take it, such as github.com?owner=shop&repo=clusters.`,
    );
  }
  if (
    directory !== undefined &&
    (!DIRECTORY.test(directory) || directory.split('/').includes('..'))
  ) {
    throw new InputError(
      `${key}.pullRequest.directory is '${directory}'. Write a folder of the repository, such as clusters/prod/istio-jwt.`,
    );
  }
  return {
    ...(template === undefined
      ? {}
      : { template: readTemplate(template, key) }),
    ...(repoUrl === undefined ? {} : { repoUrl }),
    ...(directory === undefined ? {} : { directory }),
  };
}

function readTemplate(template: string, key: string): string {
  try {
    return stringifyEntityRef(
      parseEntityRef(template, { defaultKind: 'template' }),
    );
  } catch {
    throw new InputError(
      `${key}.pullRequest.template is '${template}'. Write the entity ref of a software template, such as ${DEFAULT_TEMPLATE}.`,
    );
  }
}
