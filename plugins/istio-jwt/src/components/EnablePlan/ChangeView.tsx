import {
  EnablementInForce,
  EnablementOptions,
  EnablementServiceOption,
} from 'backstage-plugin-istio-jwt-common';
import { useCallback } from 'react';
import { TabView } from '../../routes';
import { Section } from '../Section';
import { ChangeForm } from './ChangeForm';
import {
  ChoicesDraft,
  draftFrom,
  findChoicesProblems,
  toChoices,
} from './draft';
import { NotInForce } from './NotInForce';
import { PlanFrame } from './PlanFrame';
import { PlanOutcome } from './PlanOutcome';
import { useKept } from './useKept';
import { usePlan } from './usePlan';

/** Plans and starts what replaces an enablement that stands by one with other choices. */
export function ChangeView({
  entityRef,
  enablementId,
  version,
  show,
}: {
  entityRef: string;
  enablementId: string;
  version: string;
  show: (view: TabView) => void;
}) {
  return (
    <PlanFrame
      title="Change what is required"
      summary="What stands is replaced while it goes on being enforced: tokens that are accepted before and after pass all the time."
      entityRef={entityRef}
      version={version}
    >
      {(options, reload) => {
        const service = options.services.find(
          each => each.inForce?.enablementId === enablementId,
        );
        return service?.inForce ? (
          <Planner
            options={options}
            service={service}
            inForce={service.inForce}
            show={show}
          />
        ) : (
          <NotInForce reload={reload} />
        );
      }}
    </PlanFrame>
  );
}

function Planner({
  options,
  service,
  inForce,
  show,
}: {
  options: EnablementOptions;
  service: EnablementServiceOption;
  inForce: EnablementInForce;
  show: (view: TabView) => void;
}) {
  const { entityRef } = options;
  const { enablementId, waysIn } = inForce;
  const [draft, setDraft] = useKept<ChoicesDraft>(
    `change ${entityRef} ${enablementId}`,
    draftFrom(inForce, options),
  );
  const control = usePlan(
    entityRef,
    `change ${enablementId}`,
    useCallback(
      (id: string) => show({ kind: 'operation', enablementId: id }),
      [show],
    ),
  );
  const isComplete = Object.keys(findChoicesProblems(draft)).length === 0;
  const request = {
    intent: 'change' as const,
    enablementId,
    ...toChoices(draft),
  };
  return (
    <>
      <Section
        title="What to require"
        summary={`Service ${service.namespace}/${service.name} in cluster ${
          service.cluster
        }, for ${waysIn
          .map(({ host, port }) => `${host}:${port}`)
          .join(', ')}. It requires tokens of ${inForce.issuer} now.`}
      >
        <ChangeForm
          issuers={options.issuers}
          proposed={service.exemptPaths}
          draft={draft}
          onChange={change => setDraft({ ...draft, ...change })}
          onPlan={() => control.plan(request)}
          isPlanning={control.state.kind === 'planning'}
        />
      </Section>
      <PlanOutcome
        control={control}
        request={isComplete ? request : undefined}
      />
    </>
  );
}
