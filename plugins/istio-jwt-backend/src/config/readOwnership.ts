import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { readRecipients } from './readRecipients';
import { ClusterConfig, OwnershipRule } from './types';

const KEY = 'istioJwt.ownership';
/** A namespace, or one with `*` for its beginning or its end. */
const PATTERN = /^(?=.{1,64}$)(\*|\*?[-a-z0-9]+|[-a-z0-9]+\*)$/;

/**
 * Reads `istioJwt.ownership`, and gives each cluster the rules that are about it.
 *
 * @throws InputError that names the key and what to write instead: a rule that nobody sees to be
 * about nothing would protect nothing
 */
export function readOwnership(
  root: Config,
  clusters: readonly ClusterConfig[],
): ClusterConfig[] {
  const known = new Set(clusters.map(({ name }) => name));
  const rules = (root.getOptionalConfigArray(KEY) ?? []).map((rule, index) =>
    readRule(rule, `${KEY}[${index}]`, known),
  );
  return clusters.map(cluster => {
    const own = rules.filter(
      ({ clusters: names }) =>
        names.length === 0 || names.includes(cluster.name),
    );
    return own.length > 0
      ? { ...cluster, ownership: own.map(({ rule }) => rule) }
      : cluster;
  });
}

function readRule(
  config: Config,
  key: string,
  known: ReadonlySet<string>,
): { clusters: string[]; rule: OwnershipRule } {
  const clusters = config.getOptionalStringArray('clusters') ?? [];
  const unknown = clusters.find(name => !known.has(name));
  if (unknown !== undefined) {
    throw new InputError(
      `${key}.clusters names '${unknown}', which is not configured. Write any of: ${[
        ...known,
      ].join(', ')}.`,
    );
  }
  const namespaces = config.getStringArray('namespaces');
  const bad = namespaces.find(pattern => !PATTERN.test(pattern));
  if (bad !== undefined || namespaces.length === 0) {
    throw new InputError(
      `${key}.namespaces ${
        bad === undefined ? 'is empty' : `names '${bad}'`
      }. Write namespaces, such as payments, payments-*, *-payments or *.`,
    );
  }
  const owners = readRecipients(config, 'owners', key);
  if (owners.length === 0) {
    throw new InputError(
      `${key}.owners is empty, so that nobody would own a Service there. Write entity refs of users or groups, such as group:default/payments.`,
    );
  }
  return { clusters, rule: { namespaces, owners } };
}
