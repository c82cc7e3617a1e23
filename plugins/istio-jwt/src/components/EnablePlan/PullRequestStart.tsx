import { Alert, Button, ButtonLink, Text } from '@backstage/ui';
import { RiGitPullRequestLine } from '@remixicon/react';
import { PlannedEnablementView } from 'backstage-plugin-istio-jwt-common';
import { useId } from 'react';
import { useTemplateLink } from '../../routes';
import { Prose } from '../Prose';
import styles from './EnablePlan.module.css';

/** Leads to the template that opens a pull request with a plan. */
export function PullRequestStart({
  plan,
  obstacle,
  goodFor,
}: {
  plan: PlannedEnablementView;
  /** Why not now. */
  obstacle?: string;
  /** Such as `14 minutes`. */
  goodFor: string;
}) {
  const explanationId = useId();
  const { writing, approval, entityRef, planId } = plan;
  const link = useTemplateLink();
  if (writing.mode !== 'pull-request') {
    return null;
  }
  const { template, repoUrl, directory, reason } = writing;
  const href = link?.(template, {
    entityRef,
    planId,
    directory,
    ...(repoUrl ? { repoUrl } : {}),
  });
  return (
    <>
      <Alert
        status="info"
        icon
        title="The portal does not write this one"
        description={
          <>
            <Prose text={reason} /> Once the pull request is merged and has
            reached the cluster, the portal sees it and asks the proxies.
          </>
        }
      />
      {approval.required && (
        <Alert
          status="info"
          icon
          title={`To be reviewed by somebody with ${approval.permission}`}
          description={<Prose text={approval.reason} />}
        />
      )}
      <div className={styles.submit}>
        {href && obstacle === undefined ? (
          <ButtonLink
            variant="primary"
            iconStart={<RiGitPullRequestLine aria-hidden />}
            aria-describedby={explanationId}
            href={href}
          >
            Open a pull request
          </ButtonLink>
        ) : (
          <Button
            variant="primary"
            isDisabled
            iconStart={<RiGitPullRequestLine aria-hidden />}
            aria-describedby={explanationId}
          >
            Open a pull request
          </Button>
        )}
        <Text id={explanationId} as="p" variant="body-small" color="secondary">
          {obstacle ??
            (href
              ? `A form of the software template, filled in. The plan is good for ${goodFor}, for you alone.`
              : `This portal has no page for software templates. The template is ${template}, the plan ${planId}.`)}
        </Text>
      </div>
    </>
  );
}
