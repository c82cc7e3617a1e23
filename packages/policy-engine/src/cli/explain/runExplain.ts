import { INPUT_OPTIONS, oneOf, readArguments } from '../arguments';
import type { ObservedAnswer } from '../../explain/observation';
import { ProxyRequest } from '../../model';
import { printErrors, printNotes } from '../input/printErrors';
import { readInput } from '../input/readInput';
import { Terminal } from '../Terminal';
import { UsageError } from '../UsageError';
import { VALIDITIES } from '../validities';
import { Mesh } from '../../attach/Mesh';
import { printable } from '../printable';
import { Asker, askUntil, createAsker, Interrupted } from './ask';
import {
  Candidate,
  describeNoWay,
  describeWayIn,
  findWaysIn,
} from './chooseWayIn';
import { explainRequest } from './explainRequest';
import { readToken, ReadToken } from './readToken';
import { choosePlace, readPlace } from './tokenPlace';
import { readTokenText } from './tokenText';

const OPTIONS = {
  ...INPUT_OPTIONS,
  service: { type: 'string' },
  'way-in': { type: 'string' },
  method: { type: 'string' },
  host: { type: 'string' },
  path: { type: 'string' },
  header: { type: 'string', multiple: true },
  status: { type: 'string' },
  body: { type: 'string' },
  details: { type: 'string' },
  principal: { type: 'string' },
  'token-file': { type: 'string' },
  'token-in': { type: 'string' },
  validity: { type: 'string' },
} as const;

type Values = ReturnType<typeof readArguments<typeof OPTIONS>>['values'];

const LISTED = 20;

/** As a shell has it for Ctrl-C. */
const INTERRUPTED = 130;

/** `istio-jwt explain`. Exit code 0: explained; 2: could not be; 130: given up. */
export async function runExplain(
  args: string[],
  terminal: Terminal,
): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS);
  checkUsage(values);
  const { kubeconfig, context, namespace } = values;
  const input = await readInput({
    paths: positionals,
    kubeconfig,
    context,
    namespace,
  });
  printErrors(input, terminal);
  printNotes(input, terminal);
  const asker = createAsker(terminal);
  try {
    return await explainTo(terminal, input.mesh, values, asker);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    terminal.stderr.write('\n');
    return INTERRUPTED;
  } finally {
    asker.close();
  }
}

function checkUsage(values: Values): void {
  if (values.validity !== undefined)
    oneOf('validity', values.validity, VALIDITIES);
  for (const option of ['validity', 'token-in'] as const) {
    if (values[option] !== undefined && values['token-file'] === undefined) {
      throw new UsageError(`--${option} needs --token-file`);
    }
  }
  if (values['token-in'] !== undefined) readPlace(values['token-in']);
  if (values.status !== undefined && readStatus(values.status) === undefined) {
    throw new UsageError('--status must be an HTTP status, or closed');
  }
}

async function explainTo(
  terminal: Terminal,
  mesh: Mesh,
  values: Values,
  asker: Asker,
): Promise<number> {
  const said = { service: values.service, wayIn: values['way-in'] };
  let { host } = values;
  let found = findWaysIn(mesh, { ...said, host });
  if (found.length > 1 && host === undefined) {
    host = (await asker.ask('Host (empty: any): ')) || undefined;
    found = findWaysIn(mesh, { ...said, host });
  }
  if (found.length === 0) {
    const why = describeNoWay(mesh, { ...said, host });
    terminal.stderr.write(`istio-jwt: ${printable(why)}\n`);
    return 2;
  }
  const chosen = await choose(found, asker);
  if (!chosen) {
    terminal.stderr.write(describeChoice(found));
    return 2;
  }
  const seen = await readObserved(values, asker);
  const token = await readTokenOf(values, seen, asker, terminal);
  const placed = token && choosePlace(mesh, chosen.way, values['token-in']);
  if (token && placed) Object.assign(token.token, placed.place);
  const request = await readRequest(values, chosen, host, token, asker);
  const notes = placed?.note ? [placed.note] : [];
  const lines = explainRequest(mesh, chosen, request, seen, token, notes);
  terminal.stdout.write(`${lines.map(printable).join('\n')}\n`);
  return 0;
}

async function choose(
  found: readonly Candidate[],
  asker: Asker,
): Promise<Candidate | undefined> {
  if (found.length <= 1) return found[0];
  const shown = found.slice(0, LISTED);
  const list = shown.map(
    (candidate, index) =>
      `  ${index + 1}. ${printable(describeWayIn(candidate))}`,
  );
  return askUntil(
    asker,
    `The request can have come by:\n${list.join('\n')}\nWhich (number): `,
    answer => shown[Number(answer) - 1],
    `Please write a number from 1 to ${shown.length}.`,
  );
}

function describeChoice(found: readonly Candidate[]): string {
  const list = found
    .slice(0, LISTED)
    .map(item => `  ${printable(describeWayIn(item))}\n`);
  const more = found.length - LISTED;
  return `istio-jwt: several ways in fit; add --service, --host or --way-in:\n${list.join(
    '',
  )}${more > 0 ? `  … and ${more} more\n` : ''}`;
}

function readStatus(text: string): ObservedAnswer['status'] | undefined {
  if (text === 'closed') return text;
  return /^[1-5]\d\d$/.test(text) ? Number(text) : undefined;
}

async function readObserved(
  values: Values,
  asker: Asker,
): Promise<ObservedAnswer | undefined> {
  const status =
    values.status === undefined
      ? await askUntil(
          asker,
          'Status that was seen (empty: none): ',
          readStatus,
          'That is no HTTP status, and not closed.',
        )
      : readStatus(values.status);
  if (status === undefined) return undefined;
  const body =
    values.body ??
    ((await asker.ask('Body (empty: not known): ')) || undefined);
  return {
    status,
    ...(body === undefined ? {} : { body }),
    ...(values.details === undefined ? {} : { details: values.details }),
  };
}

async function readTokenOf(
  values: Values,
  seen: ObservedAnswer | undefined,
  asker: Asker,
  terminal: Terminal,
): Promise<ReadToken | undefined> {
  const file =
    values['token-file'] ??
    (await asker.ask('File with the token (empty: none): '));
  if (!file) return undefined;
  return readToken(await readTokenText(file, terminal), {
    now: new Date(),
    ...(values.validity === undefined
      ? {}
      : { validity: oneOf('validity', values.validity, VALIDITIES) }),
    ...(seen?.body === undefined ? {} : { body: seen.body }),
  });
}

async function readRequest(
  values: Values,
  { way }: Candidate,
  host: string | undefined,
  token: ReadToken | undefined,
  asker: Asker,
): Promise<ProxyRequest> {
  // Who names the path says what there is to say of the request line.
  const method =
    values.method ??
    (values.path === undefined ? await asker.ask('Method (GET): ') : '');
  const path = values.path ?? ((await asker.ask('Path (/): ')) || '/');
  const fromWay = way.host.replace(/^\*\.?/, 'any.');
  const principal = values.principal?.replace(/^spiffe:\/\//, '');
  return {
    port: way.hops[0]?.port ?? way.port,
    method: method || 'GET',
    path,
    host: host ?? fromWay,
    ...(values.header ? { headers: readHeaders(values.header) } : {}),
    ...(principal ? { source: { principal } } : {}),
    ...(token ? { tokens: [token.token] } : {}),
  };
}

function readHeaders(lines: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = Object.create(null);
  for (const line of lines) {
    const cut = line.indexOf(':');
    if (cut <= 0)
      throw new UsageError("--header must have the form 'NAME: VALUE'");
    const name = line.slice(0, cut).trim().toLowerCase();
    if (name === 'authorization') {
      throw new UsageError('give the token by --token-file, not by --header');
    }
    (headers[name] ??= []).push(line.slice(cut + 1).trim());
  }
  return headers;
}
