import { Alert, Checkbox, CheckboxGroup, Text } from '@backstage/ui';
import {
  AdoptableObject,
  EnablementOptions,
  EnablementServiceOption,
} from 'backstage-plugin-istio-jwt-common';
import { useState } from 'react';
import { describeResource } from '../../format/describeResource';
import { TabView } from '../../routes';
import { Prose } from '../Prose';
import styles from './EnablePlan.module.css';
import { PlanFrame } from './PlanFrame';
import { PlainPlanner } from './PlainPlanner';

/** Plans to take over policies that somebody wrote by hand. */
export function AdoptView({
  entityRef,
  version,
  show,
}: {
  entityRef: string;
  version: string;
  show: (view: TabView) => void;
}) {
  return (
    <PlanFrame
      title="Adopt policies written by hand"
      summary="The portal marks them as its own without changing them. From then on it can change and delete them, and tells where somebody else does."
      entityRef={entityRef}
      version={version}
    >
      {options => <Planner options={options} show={show} />}
    </PlanFrame>
  );
}

function Planner({
  options,
  show,
}: {
  options: EnablementOptions;
  show: (view: TabView) => void;
}) {
  const services = options.services.filter(
    ({ adoptable = [] }) => adoptable.length > 0,
  );
  if (services.length === 0) {
    return (
      <Alert
        role="status"
        status="info"
        icon
        title="There is nothing to adopt"
        description="No policy on a way in of this entity was written by hand, as far as the portal sees."
      />
    );
  }
  return (
    <>
      {services.map(service => (
        <ServicePlanner
          key={`${service.cluster}/${service.namespace}/${service.name}`}
          entityRef={options.entityRef}
          service={service}
          show={show}
        />
      ))}
    </>
  );
}

function ServicePlanner({
  entityRef,
  service,
  show,
}: {
  entityRef: string;
  service: EnablementServiceOption;
  show: (view: TabView) => void;
}) {
  const { cluster, namespace, name, adoptable = [] } = service;
  const [chosen, setChosen] = useState<string[]>([]);
  const objects = adoptable
    .filter(each => chosen.includes(keyOf(each)))
    .map(({ authors, disabledReason, ...object }) => object);
  return (
    <PlainPlanner
      entityRef={entityRef}
      title={`Policies that may protect Service ${namespace}/${name}`}
      request={{
        intent: 'adopt',
        service: { cluster, namespace, name },
        objects,
      }}
      show={show}
      isDisabled={objects.length === 0}
    >
      <CheckboxGroup
        label="Policies"
        description="By choosing one you consent to the portal’s deciding about it, as it stands now."
        value={chosen}
        onChange={setChosen}
      >
        {adoptable.map(object => (
          <Checkbox
            key={keyOf(object)}
            value={keyOf(object)}
            isDisabled={object.disabledReason !== undefined}
            className={styles.choice}
          >
            <span className={styles.choiceName}>
              {describeResource(object)}
            </span>
            <span className={styles.hint}>
              <Prose text={object.disabledReason ?? describeAuthors(object)} />
            </span>
          </Checkbox>
        ))}
      </CheckboxGroup>
      <Text as="p" variant="body-small" color="secondary">
        The plan tells whether a policy protects this service alone. One that
        decides for others, too, is not adopted.
      </Text>
    </PlainPlanner>
  );
}

function keyOf({ kind, namespace, name }: AdoptableObject): string {
  return `${kind} ${namespace}/${name}`;
}

function describeAuthors({ authors }: AdoptableObject): string {
  return authors.length > 0
    ? `Written by ${authors.map(({ manager }) => manager).join(', ')}.`
    : 'Who wrote it is not known.';
}
