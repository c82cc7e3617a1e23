import { Text } from '@backstage/ui';
import { LocalDecision } from '../../inspect/decideLocally';
import { Prose, ProseList } from '../Prose';
import styles from './Inspector.module.css';

/** What a way in answers, or why this page cannot tell. */
export function DecisionView({ decision }: { decision: LocalDecision }) {
  if (decision.kind === 'undecided') {
    return (
      <div>
        <Text as="p" variant="body-medium" weight="bold">
          {decision.letThroughBy
            ? `Let through by ${decision.letThroughBy.join(
                ' and ',
              )}; what is behind is not decided here`
            : 'Not decided here'}
        </Text>
        <ProseList texts={decision.reasons} className={styles.list} />
      </div>
    );
  }
  const { status, body, summary, fix } = decision;
  return (
    <div>
      <p className={styles.answer} data-passes={status === 200}>
        {status === 200 ? 'Passes' : `${status}${body ? ` ${body}` : ''}`}
      </p>
      <Text as="p" variant="body-medium">
        <Prose text={summary} />
      </Text>
      {fix && (
        <Text as="p" variant="body-medium">
          <strong>Fix:</strong> <Prose text={fix} />
        </Text>
      )}
    </div>
  );
}
