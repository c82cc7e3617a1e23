import { Alert, Button, Flex, Skeleton, Text } from '@backstage/ui';
import { RiLockLine } from '@remixicon/react';
import {
  ANNOTATION_KUBERNETES_LABEL_SELECTOR,
  ANNOTATION_KUBERNETES_NAMESPACE,
  StatusProblem,
} from 'backstage-plugin-istio-jwt-common';
import { finishSentence } from '../../format/finishSentence';
import { CopyLine } from '../CopyLine';
import styles from './StatusNotice.module.css';

export function LoadingNotice() {
  return (
    <div role="status" aria-label="Loading JWT protection">
      <Flex direction="column" gap="3">
        <Skeleton width={128} height={28} rounded />
        <Skeleton width="80%" height={16} />
        <Skeleton width="100%" height={64} />
        <Skeleton width="60%" height={16} />
      </Flex>
    </div>
  );
}

export function DeniedNotice({ message }: { message: string }) {
  return (
    <Alert
      role="alert"
      status="info"
      icon={<RiLockLine aria-hidden />}
      title="You may not see this entity’s JWT protection"
      description={`${finishSentence(
        message,
      )} Ask an administrator of the portal for the permission istio-jwt.status.read.`}
    />
  );
}

export function FailedNotice({
  message,
  retrying,
  onRetry,
}: {
  message: string;
  retrying: boolean;
  onRetry: () => void;
}) {
  return (
    <Alert
      role="alert"
      status="danger"
      icon
      title="JWT protection could not be read"
      description={`${finishSentence(
        message,
      )} Nothing is known about the service until this works.`}
      customActions={
        <Button
          size="small"
          variant="secondary"
          isPending={retrying}
          onPress={onRetry}
        >
          Try again
        </Button>
      }
    />
  );
}

/** @param entityName - suggested as the value of the label */
export function UnannotatedNotice({
  problem,
  entityName,
}: {
  problem: StatusProblem;
  entityName: string;
}) {
  const snippet = [
    'metadata:',
    '  annotations:',
    `    ${ANNOTATION_KUBERNETES_LABEL_SELECTOR}: app=${entityName}`,
    `    ${ANNOTATION_KUBERNETES_NAMESPACE}: default`,
  ].join('\n');
  return (
    <Flex direction="column" gap="3">
      <Text as="p" variant="body-medium">
        {problem.message}
      </Text>
      <Text as="p" variant="body-medium" color="secondary">
        Add annotations like these to its <code>catalog-info.yaml</code>, with
        the labels and the namespace of its Kubernetes Service:
      </Text>
      <CopyLine text={snippet} label="annotations" />
    </Flex>
  );
}

/** Problems that leave nothing to show, or that what is shown must be read with. */
export function ProblemNotices({
  problems,
  severity,
}: {
  problems: StatusProblem[];
  severity: 'info' | 'warning';
}) {
  return (
    <>
      {problems.map(({ code, message, fix }) => (
        <Alert
          key={`${code} ${message}`}
          className={styles.notice}
          status={code === 'several-services' ? 'info' : severity}
          icon
          title={message}
          description={fix}
        />
      ))}
    </>
  );
}
