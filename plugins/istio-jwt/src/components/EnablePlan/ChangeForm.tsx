import { Button, Text } from '@backstage/ui';
import {
  EnablementIssuerOption,
  ProposedExemptPath,
} from 'backstage-plugin-istio-jwt-common';
import { FormEvent, useState } from 'react';
import { ChoicesFields } from './ChoicesFields';
import { ChoicesDraft, findChoicesProblems } from './draft';
import styles from './EnablePlan.module.css';

/** Other choices for what stands. */
export function ChangeForm({
  issuers,
  proposed,
  draft,
  onChange,
  onPlan,
  isPlanning,
}: {
  issuers: EnablementIssuerOption[];
  proposed: ProposedExemptPath[];
  draft: ChoicesDraft;
  onChange: (change: Partial<ChoicesDraft>) => void;
  onPlan: () => void;
  isPlanning: boolean;
}) {
  const [wasSent, setWasSent] = useState(false);
  const problems = findChoicesProblems(draft);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWasSent(true);
    if (Object.keys(problems).length === 0) onPlan();
  };
  return (
    <form
      className={styles.form}
      onSubmit={submit}
      autoComplete="off"
      noValidate
    >
      <ChoicesFields
        issuers={issuers}
        proposed={proposed}
        draft={draft}
        problems={wasSent ? problems : { ownPath: problems.ownPath }}
        onChange={onChange}
      />
      <div className={styles.submit}>
        <Button type="submit" variant="primary" isPending={isPlanning}>
          Make a plan
        </Button>
        <Text as="p" variant="body-small" color="secondary">
          A plan changes nothing: it shows the difference between what stands
          and what will, and every answer before and after.
        </Text>
      </div>
    </form>
  );
}
