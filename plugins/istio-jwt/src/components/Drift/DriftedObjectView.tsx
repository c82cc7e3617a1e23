import { Text } from '@backstage/ui';
import { DriftedObject } from 'backstage-plugin-istio-jwt-common';
import { describeResource } from '../../format/describeResource';
import { RelativeTime } from '../RelativeTime';
import { YamlDiff } from '../YamlDiff';
import styles from './Drift.module.css';

const WORDS: Record<DriftedObject['kind'], string> = {
  edited: 'was edited',
  deleted: 'was deleted',
  extra: 'carries the portal’s marks, and the portal did not write it',
};

/** One object: what was written against what stands, and who did it where that is known. */
export function DriftedObjectView({ object }: { object: DriftedObject }) {
  const { kind, ref, written, standing } = object;
  return (
    <article className={styles.object} aria-label={describeResource(ref)}>
      <Text as="h3" variant="body-medium" weight="bold">
        {describeResource(ref)} {WORDS[kind] ?? kind}
      </Text>
      <Text as="p" variant="body-small" color="secondary">
        <Authors object={object} />
      </Text>
      <YamlDiff
        before={written}
        after={standing}
        label={`Difference of ${describeResource(ref)}`}
      />
    </article>
  );
}

function Authors({ object: { kind, authors } }: { object: DriftedObject }) {
  const last = authors[authors.length - 1];
  if (kind === 'deleted') {
    return (
      <>By whom is not known: the object is gone with its managed fields.</>
    );
  }
  if (!last) {
    return <>By whom is not known: its managed fields do not tell.</>;
  }
  return (
    <>
      By the field manager <code>{last.manager}</code>
      {last.at && (
        <>
          , <RelativeTime at={last.at} />
        </>
      )}
      {last.fields.length > 0 && `: ${last.fields.join(', ')}`}
    </>
  );
}
