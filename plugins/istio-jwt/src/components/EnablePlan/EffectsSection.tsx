import { Text } from '@backstage/ui';
import { PlannedEnablementView } from 'backstage-plugin-istio-jwt-common';
import { AnswerChange, WayInEffect } from 'istio-jwt-policy-engine';
import { describeWayIn } from '../../format/describeWayIn';
import { DataTable } from '../DataTable';
import { Section } from '../Section';
import { StateBadge } from '../StateBadge';
import styles from './EnablePlan.module.css';

/** What each kind of request is answered before and after, at the service and at its neighbours. */
export function EffectsSection({ plan }: { plan: PlannedEnablementView }) {
  const { effects, neighbours } = plan;
  const targets = effects.filter(({ isTarget }) => isTarget);
  const others = effects.filter(({ isTarget }) => !isTarget);
  const changed = others.filter(hasChange);
  const unchanged = others.filter(effect => !hasChange(effect));
  const notListed = neighbours - others.length;
  return (
    <Section
      title="Answers before and after"
      summary={
        neighbours === 0
          ? 'The policies reach no other way in.'
          : `${countWaysIn(neighbours)} of others that the policies reach: ${
              changed.length === 0
                ? 'none that is looked at is answered otherwise'
                : `${changed.length} answered otherwise for some kind of request`
            }.`
      }
    >
      <div className={styles.outcome}>
        {targets.map(effect => (
          <EffectView key={keyOfEffect(effect)} effect={effect} />
        ))}
        {changed.length > 0 && (
          <>
            <Text as="h3" variant="body-large" weight="bold">
              Neighbours that are answered otherwise
            </Text>
            {changed.map(effect => (
              <EffectView
                key={keyOfEffect(effect)}
                effect={effect}
                changesOnly
              />
            ))}
          </>
        )}
        {unchanged.length > 0 && (
          <details className={styles.disclosure}>
            <summary>
              {countWaysIn(unchanged.length)} of neighbours{' '}
              {unchanged.length === 1 ? 'stays' : 'stay'} as{' '}
              {unchanged.length === 1 ? 'it is' : 'they are'}
            </summary>
            <ul className={styles.list}>
              {unchanged.map(effect => (
                <li key={keyOfEffect(effect)}>
                  {nameWayIn(effect)}, {nameService(effect)}
                </li>
              ))}
            </ul>
          </details>
        )}
        {notListed > 0 && (
          <Text as="p" variant="body-small" color="secondary">
            {countWaysIn(notListed)} more of neighbours were decided and are not
            listed.
          </Text>
        )}
      </div>
    </Section>
  );
}

function EffectView({
  effect,
  changesOnly = false,
}: {
  effect: WayInEffect;
  changesOnly?: boolean;
}) {
  const { answers, before, after } = effect;
  const shown = changesOnly ? answers.filter(isChanged) : answers;
  const name = nameWayIn(effect);
  return (
    <article className={styles.effect} aria-label={name}>
      <Text as={changesOnly ? 'h4' : 'h3'} variant="body-medium" weight="bold">
        {name}
        {changesOnly && `, ${nameService(effect)}`}
      </Text>
      <span className={styles.states}>
        <StateOrNone state={before} />
        {before === after ? (
          <Text as="span" variant="body-small" color="secondary">
            stays as it is
          </Text>
        ) : (
          <>
            <Text as="span" variant="body-small" color="secondary">
              becomes
            </Text>
            <StateOrNone state={after} />
          </>
        )}
      </span>
      <DataTable
        label={`Answers of ${name}`}
        columns={['Request', 'Before', 'After']}
        rows={shown.map((answer, index) => ({
          key: `${answer.kind} ${index}`,
          tone: isChanged(answer) ? undefined : 'muted',
          cells: [
            answer.title,
            answer.before,
            isChanged(answer) ? (
              <span className={styles.changed}>{answer.after}</span>
            ) : (
              answer.after
            ),
          ],
        }))}
      />
    </article>
  );
}

function StateOrNone({ state }: { state: WayInEffect['before'] }) {
  return state === 'absent' ? (
    <Text as="span" variant="body-small" color="secondary">
      no route
    </Text>
  ) : (
    <StateBadge state={state} />
  );
}

function isChanged({ before, after }: AnswerChange): boolean {
  return before !== after;
}

function hasChange({ answers, before, after }: WayInEffect): boolean {
  return before !== after || answers.some(isChanged);
}

function nameWayIn({ wayIn }: WayInEffect): string {
  return describeWayIn({ ...wayIn, paths: [] });
}

function nameService({ service }: WayInEffect): string {
  return `Service ${service.namespace}/${service.name}`;
}

function keyOfEffect({ service, wayIn }: WayInEffect): string {
  return `${service.namespace}/${service.name} ${wayIn.id}`;
}

function countWaysIn(count: number): string {
  return `${count} ${count === 1 ? 'way in' : 'ways in'}`;
}
