import { Checkbox, CheckboxGroup } from '@backstage/ui';
import { EnablementWayInOption } from 'backstage-plugin-istio-jwt-common';
import { sortWorstFirst } from '../../format/rankStates';
import { describeOrigin, describeWayIn } from '../../format/describeWayIn';
import { Prose } from '../Prose';
import { StateBadge } from '../StateBadge';
import styles from './EnablePlan.module.css';

/** The ways in that are to require a token: those by gateways, or those in the mesh. */
export function WaysInField({
  waysIn,
  chosen,
  problem,
  onChange,
}: {
  waysIn: EnablementWayInOption[];
  chosen: string[];
  problem?: string;
  onChange: (ids: string[]) => void;
}) {
  const chosenKind = waysIn.find(({ id }) => chosen.includes(id))?.kind;
  return (
    <CheckboxGroup
      label="Ways in"
      description="A plan is about ways in by gateways, or about those in the mesh."
      value={chosen}
      onChange={onChange}
      validationBehavior="aria"
      validate={() => problem ?? null}
    >
      {sortWorstFirst(waysIn).map(wayIn => {
        const why = whyNot(wayIn, chosenKind);
        return (
          <Checkbox
            key={wayIn.id}
            value={wayIn.id}
            isDisabled={why !== undefined}
            className={styles.choice}
          >
            <span className={styles.choiceHead}>
              <span className={styles.choiceName}>{describeWayIn(wayIn)}</span>
              <StateBadge state={wayIn.state} />
            </span>
            <span className={styles.hint}>
              {describeOrigin(wayIn)}. <Prose text={why ?? wayIn.reason} />
            </span>
          </Checkbox>
        );
      })}
    </CheckboxGroup>
  );
}

function whyNot(
  { kind, disabledReason }: EnablementWayInOption,
  chosenKind: EnablementWayInOption['kind'] | undefined,
): string | undefined {
  if (disabledReason !== undefined) {
    return disabledReason;
  }
  return chosenKind && chosenKind !== kind
    ? `Needs a plan of its own: ways in ${
        chosenKind === 'gateway' ? 'by gateways' : 'in the mesh'
      } are chosen.`
    : undefined;
}
