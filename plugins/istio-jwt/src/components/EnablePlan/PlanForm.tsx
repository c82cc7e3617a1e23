import { Button, Radio, RadioGroup, Text } from '@backstage/ui';
import {
  EnablementOptions,
  EnablementPlanRequest,
} from 'backstage-plugin-istio-jwt-common';
import { FormEvent, useState } from 'react';
import {
  findProblems,
  findService,
  keyOfService,
  PlanDraft,
  suggestRoute,
  suggestWaysIn,
  toPlanRequest,
} from './draft';
import { ChoicesFields } from './ChoicesFields';
import styles from './EnablePlan.module.css';
import { RouteField } from './RouteField';
import { WaysInField } from './WaysInField';

/** What is to require a token, whose, and what stays open. */
export function PlanForm({
  options,
  draft,
  onChange,
  onPlan,
  isPlanning,
}: {
  options: EnablementOptions;
  draft: PlanDraft;
  onChange: (draft: PlanDraft) => void;
  onPlan: (request: EnablementPlanRequest) => void;
  isPlanning: boolean;
}) {
  const [wasSent, setWasSent] = useState(false);
  const service = findService(draft, options);
  const problems = findProblems(draft);
  const shown = wasSent ? problems : { ownPath: problems.ownPath };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWasSent(true);
    if (service && Object.keys(problems).length === 0) {
      onPlan(toPlanRequest(draft, service));
    }
  };

  return (
    <form
      className={styles.form}
      onSubmit={submit}
      autoComplete="off"
      noValidate
    >
      {options.services.length > 1 && (
        <RadioGroup
          label="Service"
          value={draft.service}
          onChange={key => {
            const chosen = options.services.find(
              each => keyOfService(each) === key,
            );
            onChange({
              ...draft,
              service: key,
              waysIn: chosen ? suggestWaysIn(chosen) : [],
              route: suggestRoute(chosen),
            });
          }}
        >
          {options.services.map(each => (
            <Radio key={keyOfService(each)} value={keyOfService(each)}>
              {each.namespace}/{each.name} in cluster {each.cluster}
            </Radio>
          ))}
        </RadioGroup>
      )}
      {service && service.gateways.length > 0 && (
        <RouteField
          service={service}
          route={draft.route}
          problems={shown}
          onChange={route => onChange({ ...draft, route })}
        />
      )}
      {service && !draft.route.isWanted && (
        <WaysInField
          waysIn={service.waysIn}
          chosen={draft.waysIn}
          problem={shown.waysIn}
          onChange={waysIn => onChange({ ...draft, waysIn })}
        />
      )}
      <ChoicesFields
        issuers={options.issuers}
        proposed={service?.exemptPaths ?? []}
        draft={draft}
        problems={shown}
        onChange={change => onChange({ ...draft, ...change })}
      />
      <div className={styles.submit}>
        <Button type="submit" variant="primary" isPending={isPlanning}>
          Make a plan
        </Button>
        <Text as="p" variant="body-small" color="secondary">
          A plan changes nothing: it shows what would be written, and what every
          neighbour would be answered before and after.
        </Text>
      </div>
    </form>
  );
}
