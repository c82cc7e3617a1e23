import { useApi } from '@backstage/core-plugin-api';
import { Button, Link, Text } from '@backstage/ui';
import { FormEvent, useState } from 'react';
import { istioJwtCoverageApiRef } from '../../api';
import { describeFailure, RequestFailure } from '../../api/describeFailure';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { useCoverageVersion } from '../../live/useCoverageVersion';
import { Section } from '../Section';
import { ExceptionDraft, findProblems, startDraft, toRequest } from './draft';
import { ExceptionFailure } from './ExceptionFailure';
import styles from './Exceptions.module.css';
import { ReasonAndEnd } from './ReasonAndEnd';
import { ScopeFields } from './ScopeFields';

type SendState =
  | { kind: 'filling' }
  | { kind: 'sending' }
  | { kind: 'failed'; failure: RequestFailure };

/** Asks for an exception. @param service - `cluster/namespace/name`, where it is known */
export function NewException({ service }: { service?: string }) {
  const api = useApi(istioJwtCoverageApiRef);
  const { show, linkTo } = useCoverageAddress();
  const { renew } = useCoverageVersion();
  const [draft, setDraft] = useState(() => startDraft(service));
  const [wasSent, setWasSent] = useState(false);
  const [state, setState] = useState<SendState>({ kind: 'filling' });
  const problems = wasSent ? findProblems(draft, Date.now()) : {};
  const change = (part: Partial<ExceptionDraft>) =>
    setDraft(current => ({ ...current, ...part }));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setWasSent(true);
    const isGood = Object.keys(findProblems(draft, Date.now())).length === 0;
    if (!isGood || state.kind === 'sending') {
      return;
    }
    setState({ kind: 'sending' });
    try {
      const { id } = await api.createException(toRequest(draft));
      renew();
      show({ exception: { kind: 'one', id } }, { replace: true });
    } catch (error) {
      setState({ kind: 'failed', failure: describeFailure(error) });
    }
  };

  return (
    <Section
      title="Ask for an exception"
      summary="It excepts nothing until somebody else approves it, it never makes a service count as enforced, and it ends by itself."
      actions={
        <Link href={linkTo({ view: 'exceptions' })}>
          Back to all exceptions
        </Link>
      }
    >
      <form
        className={styles.form}
        onSubmit={submit}
        autoComplete="off"
        noValidate
      >
        <ScopeFields draft={draft} problems={problems} onChange={change} />
        <ReasonAndEnd
          reason={draft.reason}
          lastDay={draft.lastDay}
          problems={problems}
          onChange={change}
        />
        {state.kind === 'failed' && (
          <ExceptionFailure
            failure={state.failure}
            permission="istio-jwt.exception.create"
          />
        )}
        <div className={styles.actions}>
          <Button
            type="submit"
            variant="primary"
            isPending={state.kind === 'sending'}
          >
            Ask for it
          </Button>
          {Object.keys(problems).length > 0 && (
            <Text as="p" variant="body-small" color="danger" role="status">
              Something is missing above.
            </Text>
          )}
        </div>
      </form>
    </Section>
  );
}
