import {
  RemixiconComponentType,
  RiAlertLine,
  RiCheckLine,
  RiFileTextLine,
  RiLoader4Line,
  RiQuestionLine,
} from '@remixicon/react';
import { IssuerHealth } from 'backstage-plugin-istio-jwt-common';
import { useIsDated } from '../StateBadge';
import styles from './HealthBadge.module.css';

const WORDS: Record<
  IssuerHealth['kind'],
  {
    label: string;
    tone: 'danger' | 'success' | 'neutral';
    Icon: RemixiconComponentType;
  }
> = {
  checking: { label: 'Checking', tone: 'neutral', Icon: RiLoader4Line },
  healthy: { label: 'Healthy', tone: 'success', Icon: RiCheckLine },
  failing: { label: 'Failing', tone: 'danger', Icon: RiAlertLine },
  'not-checked': {
    label: 'Not checked',
    tone: 'neutral',
    Icon: RiQuestionLine,
  },
  inline: { label: 'In the policy', tone: 'neutral', Icon: RiFileTextLine },
};

/** Health of an issuer's keys as icon and word, so that colour is never the only sign. */
export function HealthBadge({ kind }: { kind: IssuerHealth['kind'] }) {
  const { label, tone, Icon } = WORDS[kind] ?? WORDS['not-checked'];
  const isDated = useIsDated();
  return (
    <span
      className={styles.badge}
      data-tone={isDated && tone === 'success' ? 'neutral' : tone}
    >
      <Icon size="1.15em" aria-hidden />
      {label}
    </span>
  );
}
