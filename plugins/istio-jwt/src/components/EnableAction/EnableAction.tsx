import { Button, ButtonLink, Flex, Text } from '@backstage/ui';
import { RiArrowRightLine, RiShieldKeyholeLine } from '@remixicon/react';
import {
  EnablementPhase,
  EntityStatus,
} from 'backstage-plugin-istio-jwt-common';
import { Fragment, useId } from 'react';
import { labelPhase } from '../../format/describePhase';
import { useEnablementOptions } from '../../live/useEnablementOptions';
import { linkToView } from '../../routes';
import { chooseAction, EnableChoice, listInForce } from './chooseAction';
import styles from './EnableAction.module.css';

/**
 * The way to make the entity's services require a token: where the caller may and there is something
 * to do. Loads what can be planned by itself; where that fails, the view it leads to says so.
 */
export function EnableAction({
  status,
  tabPath,
  place,
}: {
  status: EntityStatus;
  tabPath?: string;
  place: 'card' | 'tab';
}) {
  const { view } = useEnablementOptions(status.entityRef, status.revision);
  const options = view.kind === 'ready' ? view.options : undefined;
  const inForce = place === 'tab' ? listInForce(options) : [];
  return (
    <>
      {inForce.map(enablementId => (
        <Fragment key={enablementId}>
          <ButtonLink
            size="small"
            variant="tertiary"
            href={linkToView(tabPath, { kind: 'disable', enablementId })}
          >
            Stop requiring a token
          </ButtonLink>
          <ButtonLink
            size="small"
            variant="secondary"
            href={linkToView(tabPath, { kind: 'change', enablementId })}
          >
            Change what is required
          </ButtonLink>
        </Fragment>
      ))}
      {options?.proposed && (
        <ButtonLink
          size="small"
          variant="secondary"
          iconEnd={<RiArrowRightLine aria-hidden />}
          href={linkToView(tabPath, {
            kind: 'operation',
            enablementId: options.proposed.enablementId,
          })}
        >
          Waiting for merge
        </ButtonLink>
      )}
      <ChoiceView
        choice={chooseAction(options, place)}
        tabPath={tabPath}
        variant={place === 'tab' ? 'primary' : 'secondary'}
      />
    </>
  );
}

const WAITING: EnablementPhase[] = ['awaiting-approval', 'held'];

function ChoiceView({
  choice,
  tabPath,
  variant,
}: {
  choice: EnableChoice;
  tabPath?: string;
  variant: 'primary' | 'secondary';
}) {
  const explanationId = useId();
  switch (choice.kind) {
    case 'none':
      return null;
    case 'follow':
      return (
        <ButtonLink
          size="small"
          variant="secondary"
          iconEnd={<RiArrowRightLine aria-hidden />}
          href={linkToView(tabPath, {
            kind: 'operation',
            enablementId: choice.enablementId,
          })}
        >
          {WAITING.includes(choice.phase)
            ? labelPhase(choice.phase)
            : 'Follow the operation'}
        </ButtonLink>
      );
    case 'refused':
      return (
        <Flex direction="column" gap="1" className={styles.refused}>
          <Button
            size="small"
            variant="secondary"
            isDisabled
            iconStart={<RiShieldKeyholeLine aria-hidden />}
            aria-describedby={explanationId}
          >
            Require a token
          </Button>
          <Text
            id={explanationId}
            as="p"
            variant="body-small"
            color="secondary"
          >
            {choice.reason}
          </Text>
        </Flex>
      );
    default:
      return (
        <ButtonLink
          size="small"
          variant={variant}
          iconStart={<RiShieldKeyholeLine aria-hidden />}
          href={linkToView(tabPath, { kind: 'enable' })}
        >
          Require a token
        </ButtonLink>
      );
  }
}
