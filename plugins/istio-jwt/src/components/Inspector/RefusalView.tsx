import {
  Button,
  Radio,
  RadioGroup,
  TextAreaField,
  TextField,
} from '@backstage/ui';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { pathUnder } from 'istio-jwt-policy-engine';
import { FormEvent, useMemo, useState } from 'react';
import { AskedRequest, composeRequest } from '../../inspect/composeRequest';
import {
  explainLocally,
  LocalExplanation,
  selectBasis,
} from '../../inspect/decideLocally';
import { listPlaces } from '../../inspect/listPlaces';
import { judgeTimes } from '../../inspect/judgeTimes';
import { describeOrigin, describeWayIn } from '../../format/describeWayIn';
import { Section } from '../Section';
import { ViewFrame } from '../ViewFrame';
import { judgeValidity } from './DecisionsSection';
import { ExplanationView } from './ExplanationView';
import styles from './Inspector.module.css';
import { RequestFields } from './RequestFields';
import { TokenField } from './TokenField';
import { usePastedToken } from './usePastedToken';
import { useSignature } from './useSignature';

/** From an answer that somebody got to the rule that gave it, and what would mend it. */
export function RefusalView({ status }: { status: EntityStatus }) {
  const ways = status.services.flatMap(({ cluster, waysIn }) =>
    waysIn.map(wayIn => ({
      key: JSON.stringify([
        cluster,
        wayIn.destination?.namespace,
        wayIn.destination?.name,
        wayIn.id,
      ]),
      cluster,
      wayIn,
    })),
  );
  const [chosen, setChosen] = useState(ways[0]?.key ?? '');
  const way = ways.find(({ key }) => key === chosen);
  const [request, setRequest] = useState<AskedRequest>({
    method: 'GET',
    path: way ? pathUnder(way.wayIn) : '/',
  });
  const places = useMemo(() => listPlaces(status.policies), [status.policies]);
  const [code, setCode] = useState('403');
  const [body, setBody] = useState('RBAC: access denied');
  const { text, setText, token } = usePastedToken();
  const signature = useSignature(token, status);
  const [explained, setExplained] = useState<LocalExplanation>();
  /** Whoever changes the question has no answer yet. */
  const change =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      setExplained(undefined);
      set(value);
    };
  const isCode = /^[1-5]\d\d$/.test(code);

  const explain = (event: FormEvent) => {
    event.preventDefault();
    if (!way || !isCode || !request.path.startsWith('/')) {
      return;
    }
    const times =
      token.kind === 'decoded'
        ? judgeTimes(token.claims, Date.now())
        : undefined;
    setExplained(
      times?.validity === 'unreadable'
        ? {
            kind: 'undecided',
            reasons: ['A time in the token cannot be read.'],
          }
        : explainLocally(
            way.wayIn,
            selectBasis(status, way.cluster),
            composeRequest(
              way.wayIn,
              request,
              token,
              judgeValidity(times, signature),
            ),
            { status: Number(code), ...(body === '' ? {} : { body }) },
          ),
    );
  };

  return (
    <ViewFrame
      title="I got a 403"
      summary="Or a 401, or anything else: say what you sent and what came back. All of it stays in this page."
    >
      <Section title="What happened">
        <form
          className={styles.stack}
          onSubmit={explain}
          autoComplete="off"
          noValidate
        >
          <RadioGroup
            label="Way in"
            value={chosen}
            onChange={change(setChosen)}
          >
            {ways.map(({ key, wayIn }) => (
              <Radio key={key} value={key}>
                {describeWayIn(wayIn)} ({describeOrigin(wayIn).toLowerCase()})
              </Radio>
            ))}
          </RadioGroup>
          <RequestFields
            request={request}
            places={places}
            onChange={change(setRequest)}
          />
          <TextField
            label="Status"
            className={styles.short}
            value={code}
            inputMode="numeric"
            autoComplete="off"
            maxLength={3}
            validationBehavior="aria"
            validate={() => (isCode ? null : 'Three digits, such as 403.')}
            onChange={change((value: string) => setCode(value.trim()))}
          />
          <TextAreaField
            label="Body"
            description="Its beginning is enough. Istio’s refusals say “RBAC: access denied” or name what is wrong with the token."
            value={body}
            onChange={change(setBody)}
            rows={2}
            autoComplete="off"
            spellCheck="false"
          />
          <TokenField
            label="Token, where one was sent"
            text={text}
            onChange={change(setText)}
          />
          <div>
            <Button type="submit" variant="primary" isDisabled={!way}>
              Explain
            </Button>
          </div>
        </form>
      </Section>
      <div role="status">
        {explained && way && (
          <Section title="What it means">
            <ExplanationView
              explained={explained}
              wayIn={way.wayIn}
              observed={{ status: Number(code), body }}
            />
          </Section>
        )}
      </div>
    </ViewFrame>
  );
}
