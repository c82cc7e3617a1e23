import { FindingPatch } from 'istio-jwt-policy-engine';
import { quoteForShell, writeShellWord } from './quoteForShell';

/** The command that applies a fix. The API server checks it as it checks any other change. */
export function buildPatchCommand({
  target,
  operations,
}: FindingPatch): string {
  const { kind, apiVersion, namespace, name } = target;
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  const parts = [
    'kubectl patch',
    // The group tells the two kinds of Gateway apart.
    writeShellWord([kind.toLowerCase(), ...(group ? [group] : [])].join('.')),
    writeShellWord(name),
    ...(namespace ? ['-n', writeShellWord(namespace)] : []),
    '--type=json',
    '-p',
    quoteForShell(JSON.stringify(operations)),
  ];
  return parts.join(' ');
}
