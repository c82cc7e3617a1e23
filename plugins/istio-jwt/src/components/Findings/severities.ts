import {
  RiAlertLine,
  RiErrorWarningLine,
  RiInformationLine,
} from '@remixicon/react';
import { FindingSeverity } from 'istio-jwt-policy-engine';

/** How people read how grave a finding is. */
export const SEVERITIES: Record<
  FindingSeverity,
  { label: string; Icon: typeof RiAlertLine }
> = {
  error: { label: 'Error', Icon: RiAlertLine },
  warning: { label: 'Warning', Icon: RiErrorWarningLine },
  info: { label: 'Note', Icon: RiInformationLine },
};
