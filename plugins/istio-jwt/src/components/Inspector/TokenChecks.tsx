import {
  RemixiconComponentType,
  RiCheckLine,
  RiCloseLine,
  RiQuestionLine,
} from '@remixicon/react';
import { ReactNode } from 'react';
import { SignatureVerdict } from '../../inspect/checkSignature';
import { TimesVerdict } from '../../inspect/judgeTimes';
import { RelativeTime } from '../RelativeTime';
import { Section } from '../Section';
import styles from './Inspector.module.css';

type Result = 'good' | 'bad' | 'open';

const SIGNS: Record<Result, { Icon: RemixiconComponentType; word: string }> = {
  good: { Icon: RiCheckLine, word: 'Good' },
  bad: { Icon: RiCloseLine, word: 'Bad' },
  open: { Icon: RiQuestionLine, word: 'Not checked' },
};

/** What can be said of a token by itself: its times and its signature. */
export function TokenChecks({
  times,
  signature,
}: {
  times: TimesVerdict;
  signature: SignatureVerdict | undefined;
}) {
  return (
    <Section title="Checks">
      <ul className={styles.checks}>
        <Check {...describeTimes(times)} />
        <Check {...describeSignature(signature)} />
      </ul>
    </Section>
  );
}

function Check({
  result,
  title,
  text,
}: {
  result: Result;
  title: string;
  text: ReactNode;
}) {
  const { Icon, word } = SIGNS[result];
  return (
    <li data-result={result}>
      <span className={styles.sign}>
        <Icon size="1.15em" aria-hidden />
        {word}
      </span>
      <span>
        <strong>{title}.</strong> {text}
      </span>
    </li>
  );
}

function describeTimes({ validity, lines }: TimesVerdict): {
  result: Result;
  title: string;
  text: string;
} {
  const about = (claim: string) =>
    lines.find(line => line.claim === claim)?.text ?? '';
  switch (validity) {
    case 'within':
      return { result: 'good', title: 'Time', text: about('exp') };
    case 'expired':
      return { result: 'bad', title: 'Time', text: about('exp') };
    case 'not-yet-valid':
      return { result: 'bad', title: 'Time', text: about('nbf') };
    default:
      return {
        result: 'open',
        title: 'Time',
        text: 'A time in it cannot be read.',
      };
  }
}

function describeSignature(verdict: SignatureVerdict | undefined): {
  result: Result;
  title: string;
  text: ReactNode;
} {
  const title = 'Signature';
  if (!verdict) {
    return { result: 'open', title, text: 'Being checked.' };
  }
  switch (verdict.kind) {
    case 'verified':
      return {
        result: 'good',
        title,
        text: 'Made by a key that stands in the policy.',
      };
    case 'fails':
      return {
        result: 'bad',
        title,
        text: 'No key that stands in the policy made it.',
      };
    case 'key-published':
      return {
        result: 'open',
        title,
        text: (
          <>
            This page has no keys to check it with. The key id is among those
            that the issuer published <RelativeTime at={verdict.at} />.
          </>
        ),
      };
    case 'key-not-published':
      return {
        result: 'bad',
        title,
        text: (
          <>
            The key id is not among those that the issuer published{' '}
            <RelativeTime at={verdict.at} />
            {verdict.failing && ', when its keys could be read last'}. After a
            rotation istiod reads the keys anew within 20 minutes.
          </>
        ),
      };
    default:
      return { result: 'open', title, text: verdict.reason };
  }
}
