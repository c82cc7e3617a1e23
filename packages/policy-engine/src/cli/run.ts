import { runAudit } from './audit/runAudit';
import { runDecide } from './decide/runDecide';
import { runExplain } from './explain/runExplain';
import { Terminal } from './Terminal';
import { findSimilar } from './arguments';
import { printable } from './printable';
import { hintOf, usageOf } from './usage';
import { UsageError } from './UsageError';
import { VERSION } from './version';

type Command = (args: string[], terminal: Terminal) => Promise<number>;

const COMMANDS: Record<string, Command> = {
  audit: runAudit,
  decide: runDecide,
  explain: runExplain,
};

/** Runs the command that the arguments name. Returns the exit code. */
export async function run(
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const [name, ...rest] = args;
  const command =
    name !== undefined && Object.hasOwn(COMMANDS, name)
      ? COMMANDS[name]
      : undefined;
  if (name === '--version') {
    terminal.stdout.write(`${VERSION}\n`);
    return 0;
  }
  if (args.some(arg => arg === '--help' || arg === '-h') || name === 'help') {
    terminal.stdout.write(usageOf(name === 'help' ? rest[0] : name));
    return 0;
  }
  try {
    if (!command) {
      throw new UsageError(
        name === undefined ? 'a command is missing' : describeUnknown(name),
      );
    }
    return await command(rest, terminal);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.stderr.write(
      `istio-jwt: ${printable(error.message)}\n${hintOf(name)}`,
    );
    return 2;
  }
}

function describeUnknown(name: string): string {
  const meant = findSimilar(name, Object.keys(COMMANDS));
  return `there is no command ${name}${
    meant === undefined ? '' : `; did you mean ${meant}?`
  }`;
}
