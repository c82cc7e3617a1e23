import {
  RemixiconComponentType,
  RiAlertLine,
  RiForbid2Line,
  RiLockUnlockLine,
  RiPieChartLine,
  RiQuestionLine,
  RiShieldCheckLine,
  RiShieldCrossLine,
} from '@remixicon/react';
import { ProtectionState } from 'istio-jwt-policy-engine';
import { describeState } from '../../format/describeState';
import { useIsDated } from './DatedContext';
import styles from './StateBadge.module.css';

const ICONS: Record<ProtectionState, RemixiconComponentType> = {
  enforced: RiShieldCheckLine,
  'validated-only': RiShieldCrossLine,
  open: RiLockUnlockLine,
  'over-blocked': RiForbid2Line,
  partial: RiPieChartLine,
  drift: RiAlertLine,
  unknown: RiQuestionLine,
};

/** The icon of a state; the word has to stand beside it. */
export function StateIcon({ state }: { state: ProtectionState }) {
  const Icon = ICONS[state] ?? RiQuestionLine;
  return <Icon size="1.15em" aria-hidden />;
}

/** A state as icon and word, so that colour is never the only sign. */
export function StateBadge({
  state,
  size = 'small',
}: {
  state: ProtectionState;
  size?: 'small' | 'large';
}) {
  const { label, tone } = describeState(state);
  const isDated = useIsDated();
  return (
    <span
      className={styles.badge}
      data-tone={isDated && tone === 'success' ? 'neutral' : tone}
      data-size={size}
    >
      <StateIcon state={state} />
      {label}
      {isDated && size === 'large' && ' when last read'}
    </span>
  );
}
