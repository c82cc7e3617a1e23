import { INPUT_OPTIONS, oneOf, readArguments } from '../arguments';
import { printNotes } from '../input/printErrors';
import { readInput } from '../input/readInput';
import { count, printable } from '../printable';
import { Terminal } from '../Terminal';
import { VERSION } from '../version';
import { isAtLeast } from './FoundFindings';
import { describeMissing } from './missing';
import { printJson } from './printJson';
import { printSarif } from './printSarif';
import { printText } from './printText';
import { Audit, completeAudit } from './report';

const BARS = ['error', 'warning', 'info', 'never'] as const;

/** `istio-jwt audit`. Returns the exit code. */
export async function runAudit(
  args: string[],
  terminal: Terminal,
): Promise<number> {
  const { values, positionals } = readArguments(args, {
    ...INPUT_OPTIONS,
    output: { type: 'string', default: 'text' },
    'fail-on': { type: 'string', default: 'warning' },
  });
  const output = oneOf('output', values.output, ['text', 'json', 'sarif']);
  const bar = oneOf('fail-on', values['fail-on'], BARS);
  const { kubeconfig, context, namespace } = values;
  const input = await readInput({
    paths: positionals,
    kubeconfig,
    context,
    namespace,
    lines: true,
    terminal,
  });
  printNotes(input, terminal);
  const audit = new Audit(input);
  for (const text of print(audit, output)) terminal.stdout.write(text);
  // A cluster shows what is missing in it.
  const missing = kubeconfig === undefined ? describeMissing(input.mesh) : [];
  for (const line of missing) {
    terminal.stderr.write(`${printable(line)}\n`);
  }
  if (input.errorsLeftOut > 0) {
    const left = count(input.errorsLeftOut, 'more error');
    terminal.stderr.write(`${left}, not shown.\n`);
  }
  if (input.errors.length > 0) return 2;
  const fails =
    bar !== 'never' &&
    audit.findings().some(({ severity }) => isAtLeast(severity, bar));
  return fails ? 1 : 0;
}

function print(
  audit: Audit,
  output: 'text' | 'json' | 'sarif',
): Iterable<string> {
  switch (output) {
    case 'json':
      return printJson(audit);
    case 'sarif':
      return [printSarif(completeAudit(audit), VERSION)];
    default:
      return [printText(completeAudit(audit))];
  }
}
