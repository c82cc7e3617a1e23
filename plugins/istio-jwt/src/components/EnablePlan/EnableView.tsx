import { Text } from '@backstage/ui';
import {
  EnablementOptions,
  EnablementServiceOption,
} from 'backstage-plugin-istio-jwt-common';
import { useCallback } from 'react';
import { TabView } from '../../routes';
import { Section } from '../Section';
import {
  createDraft,
  findProblems,
  findService,
  fitDraft,
  PlanDraft,
  toPlanRequest,
} from './draft';
import { PlanFrame } from './PlanFrame';
import { PlanForm } from './PlanForm';
import { PlanOutcome } from './PlanOutcome';
import { useKept } from './useKept';
import { usePlan } from './usePlan';

/** Plans and starts the operation that makes ways in require a token. */
export function EnableView({
  entityRef,
  version,
  show,
}: {
  entityRef: string;
  version: string;
  show: (view: TabView) => void;
}) {
  return (
    <PlanFrame
      title="Require a token"
      summary="Choose what is to be protected and by whose tokens. A plan shows all that would happen before anything is written."
      entityRef={entityRef}
      version={version}
    >
      {options => <Planner options={options} show={show} />}
    </PlanFrame>
  );
}

function Planner({
  options,
  show,
}: {
  options: EnablementOptions;
  show: (view: TabView) => void;
}) {
  const { entityRef } = options;
  const [kept, setDraft] = useKept<PlanDraft>(
    `draft ${entityRef}`,
    createDraft(options),
  );
  const control = usePlan(
    entityRef,
    'enable',
    useCallback(
      (enablementId: string) => show({ kind: 'operation', enablementId }),
      [show],
    ),
  );
  const draft = fitDraft(kept, options);
  const service = findService(draft, options);
  const isComplete = Object.keys(findProblems(draft)).length === 0;
  return (
    <>
      <Section title="What to protect">
        {service ? (
          <PlanForm
            options={options}
            draft={draft}
            onChange={setDraft}
            onPlan={control.plan}
            isPlanning={control.state.kind === 'planning'}
          />
        ) : (
          <NoService services={options.services} />
        )}
      </Section>
      <PlanOutcome
        control={control}
        request={
          service && isComplete ? toPlanRequest(draft, service) : undefined
        }
      />
    </>
  );
}

function NoService({ services }: { services: EnablementServiceOption[] }) {
  return (
    <Text as="p" variant="body-medium" color="secondary">
      {services.length === 0
        ? 'No Service of this entity is known, so there is nothing to plan for.'
        : 'Choose a service.'}
    </Text>
  );
}
