import { INPUT_OPTIONS, oneOf, readArguments } from '../arguments';
import type { ObservedAnswer } from '../../explain/observation';
import { ProxyRequest } from '../../model';
import { printErrors } from '../input/printErrors';
import { readInput } from '../input/readInput';
import { Terminal } from '../Terminal';
import { UsageError } from '../UsageError';
import { VALIDITIES } from '../validities';
import { Asker, createAsker } from './ask';
import { Candidate, describeWayIn, findWaysIn } from './chooseWayIn';
import { explainRequest } from './explainRequest';
import { printable, readToken, ReadToken } from './readToken';
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
  validity: { type: 'string' },
} as const;

type Values = ReturnType<typeof readArguments<typeof OPTIONS>>['values'];

const LISTED = 20;

/** `istio-jwt explain`. Exit code 0: explained; 2: could not be. */
export async function runExplain(
  args: string[],
  terminal: Terminal,
): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS);
  if (values.validity !== undefined)
    oneOf('validity', values.validity, VALIDITIES);
  const { kubeconfig, context } = values;
  const input = await readInput({ paths: positionals, kubeconfig, context });
  printErrors(input, terminal);
  const asker = createAsker(terminal);
  try {
    const host =
      values.host ?? ((await asker.ask('Host (empty: any): ')) || undefined);
    const found = findWaysIn(input.mesh, {
      service: values.service,
      wayIn: values['way-in'],
      host,
    });
    const chosen = await choose(found, asker);
    if (!chosen) {
      terminal.stderr.write(describeChoice(found));
      return 2;
    }
    const seen = await readObserved(values, asker);
    const token = await readTokenOf(values, seen, asker, terminal);
    const request = await readRequest(values, chosen, host, token, asker);
    const lines = explainRequest(input.mesh, chosen, request, seen, token);
    terminal.stdout.write(`${lines.map(printable).join('\n')}\n`);
    return 0;
  } finally {
    asker.close();
  }
}

async function choose(
  found: readonly Candidate[],
  asker: Asker,
): Promise<Candidate | undefined> {
  if (found.length <= 1) return found[0];
  const list = found
    .slice(0, LISTED)
    .map((candidate, index) => `  ${index + 1}. ${describeWayIn(candidate)}`);
  const answer = await asker.ask(
    `The request can have come by:\n${list.join('\n')}\nWhich (number): `,
  );
  return found[Number(answer) - 1];
}

function describeChoice(found: readonly Candidate[]): string {
  if (found.length === 0) {
    return 'istio-jwt: no way in fits --service, --way-in and --host\n';
  }
  const list = found.slice(0, LISTED).map(item => `  ${describeWayIn(item)}\n`);
  const more = found.length - LISTED;
  return `istio-jwt: several ways in fit; add --service, --host or --way-in:\n${list.join(
    '',
  )}${more > 0 ? `  … and ${more} more\n` : ''}`;
}

async function readObserved(
  values: Values,
  asker: Asker,
): Promise<ObservedAnswer | undefined> {
  const status =
    values.status ?? (await asker.ask('Status that was seen (empty: none): '));
  if (!status) return undefined;
  if (status !== 'closed' && !/^[1-5]\d\d$/.test(status)) {
    throw new UsageError('--status must be an HTTP status, or closed');
  }
  const body =
    values.body ??
    ((await asker.ask('Body (empty: not known): ')) || undefined);
  return {
    status: status === 'closed' ? 'closed' : Number(status),
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
  const method =
    values.method ?? ((await asker.ask('Method (GET): ')) || 'GET');
  const path = values.path ?? ((await asker.ask('Path (/): ')) || '/');
  const fromWay = way.host.replace(/^\*\.?/, 'any.');
  return {
    port: way.hops[0]?.port ?? way.port,
    method,
    path,
    host: host ?? fromWay,
    ...(values.header ? { headers: readHeaders(values.header) } : {}),
    ...(values.principal ? { source: { principal: values.principal } } : {}),
    ...(token ? { tokens: [token.token] } : {}),
  };
}

function readHeaders(lines: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
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
