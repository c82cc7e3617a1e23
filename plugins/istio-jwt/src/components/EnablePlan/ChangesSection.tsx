import { Text } from '@backstage/ui';
import { CodeSnippet } from '@backstage/core-components';
import {
  EnablementChange,
  EnablementWriting,
} from 'backstage-plugin-istio-jwt-common';
import { describeResource, keyOfResource } from '../../format/describeResource';
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
            {isCopy && change.after && (
              <details className={styles.disclosure}>
                <summary>YAML to copy</summary>
                <CodeSnippet
                  text={change.after}
                  language="yaml"
                  showCopyCodeButton
                />
              </details>
            )}
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

function Commands({ commands }: { commands: string[] }) {
  return (
    <div className={styles.stack}>
      {commands.map((command, index) => (
        <CopyLine
          key={command}
          text={command}
          label={`command ${index + 1} of ${commands.length}`}
        />
      ))}
    </div>
  );
}
