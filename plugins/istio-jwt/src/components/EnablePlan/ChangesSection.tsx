import { Button, Text } from '@backstage/ui';
import { RiDownloadLine } from '@remixicon/react';
import {
  EnablementChange,
  EnablementWriting,
} from 'backstage-plugin-istio-jwt-common';
import { describeResource, keyOfResource } from '../../format/describeResource';
import { saveFile } from '../../format/saveFile';
import { CopyLine } from '../CopyLine';
import { Section } from '../Section';
import { YamlDiff } from '../YamlDiff';
import styles from './EnablePlan.module.css';

const VERBS: Record<EnablementChange['action'], string> = {
  create: 'Create',
  update: 'Change',
  delete: 'Delete',
};

/** What is written, as a diff; by hand, also the whole text and the commands. */
export function ChangesSection({
  changes,
  commands,
  writing,
}: {
  changes: EnablementChange[];
  commands: string[];
  writing: EnablementWriting;
}) {
  const isCopy = writing.mode !== 'direct';
  return (
    <Section
      title="What is written"
      summary={
        isCopy
          ? `Not by the portal: ${writing.reason}`
          : 'By the portal, in this order, each tried with a server-side dry run first.'
      }
    >
      <div className={styles.outcome}>
        {changes.map((change, index) => (
          <div
            key={`${keyOfResource(change.ref)} ${index}`}
            className={styles.stack}
          >
            <Text as="h3" variant="body-medium" weight="bold">
              {index + 1}. {VERBS[change.action] ?? change.action}{' '}
              {describeResource(change.ref)}
            </Text>
            <YamlDiff
              before={change.before}
              after={change.after}
              label={`Change to ${describeResource(change.ref)}`}
            />
            {isCopy && <YamlToCopy change={change} />}
          </div>
        ))}
        {commands.length > 0 &&
          (isCopy ? (
            <Commands commands={commands} />
          ) : (
            <details className={styles.disclosure}>
              <summary>The same by hand</summary>
              <Commands commands={commands} />
            </details>
          ))}
      </div>
    </Section>
  );
}

function YamlToCopy({
  change: { ref, after, file = 'policy.yaml' },
}: {
  change: EnablementChange;
}) {
  if (!after) return null;
  return (
    <details className={styles.disclosure}>
      <summary>
        YAML to copy, as <code>{file}</code>
      </summary>
      <div className={styles.stack}>
        <CopyLine text={after} label={`YAML of ${describeResource(ref)}`} />
        <div>
          <Button
            size="small"
            variant="secondary"
            iconStart={<RiDownloadLine aria-hidden />}
            onPress={() =>
              saveFile(file, new Blob([after], { type: 'application/yaml' }))
            }
          >
            Save {file}
          </Button>
        </div>
      </div>
    </details>
  );
}

function Commands({ commands }: { commands: string[] }) {
  const isRemark = (line: string) => line.startsWith('# ');
  const run = commands.filter(line => !isRemark(line));
  return (
    <div className={styles.stack}>
      {commands.map(line =>
        isRemark(line) ? (
          <Text key={line} as="p" variant="body-small" color="secondary">
            {line.slice(2)}
          </Text>
        ) : (
          <CopyLine
            key={line}
            text={line}
            label={`command ${run.indexOf(line) + 1} of ${run.length}`}
          />
        ),
      )}
    </div>
  );
}
