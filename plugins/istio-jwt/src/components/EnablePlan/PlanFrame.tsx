import { EnablementOptions } from 'backstage-plugin-istio-jwt-common';
import { ReactNode } from 'react';
import { OperationsSection } from '../Operation';
import { ViewFrame } from '../ViewFrame';
import { OptionsGate } from './OptionsGate';

/** What every view that plans has around its own part: title, who may plan what, operations so far. */
export function PlanFrame({
  title,
  summary,
  entityRef,
  version,
  children,
}: {
  title: string;
  summary: string;
  entityRef: string;
  version: string;
  /** `reload` asks again what can be planned. */
  children: (options: EnablementOptions, reload: () => void) => ReactNode;
}) {
  return (
    <ViewFrame title={title} summary={summary}>
      <OptionsGate entityRef={entityRef} version={version}>
        {children}
      </OptionsGate>
      <OperationsSection entityRef={entityRef} />
    </ViewFrame>
  );
}
