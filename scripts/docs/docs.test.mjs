/**
 * `yarn docs:test`: links lead somewhere, reference pages are as the sources say, and the commands of the
 * tutorial and the how-to guides do on the sandbox what the pages promise.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { remark } from 'remark';
import remarkValidateLinks from 'remark-validate-links';
import { engine } from 'unified-engine';
import { parse } from 'yaml';
import { stopAll, start, waitForAnswer } from '../lib/processes.mjs';
import { repoRoot } from '../lib/toolchain.mjs';
import { listPages, readCommands } from './readPages.mjs';

it('links lead to files and headings that are there', async () => {
  const { files } = await new Promise((resolve, reject) =>
    engine(
      {
        processor: remark(),
        files: listPages(),
        cwd: repoRoot,
        plugins: [[remarkValidateLinks, { repository: false }]],
        streamError: { write: (_, done) => done?.() },
        quiet: true,
        output: false,
      },
      (error, code, context) => (error ? reject(error) : resolve(context)),
    ),
  );
  const broken = files.flatMap(file =>
    file.messages.map(
      message => `${file.path}:${message.line} ${message.reason}`,
    ),
  );
  assert.ok(files.length > 20);
  assert.deepEqual(broken, []);
});

it('every page can be found: from the index, and in the navigation of TechDocs', () => {
  const read = path => readFileSync(join(repoRoot, path), 'utf8');
  const { nav } = parse(read('mkdocs.yml'));
  const listed = JSON.stringify(nav);
  const index = read('docs/index.md');
  const pages = globSync('**/*.md', { cwd: join(repoRoot, 'docs') }).filter(
    page => page !== 'index.md' && !/^findings\/(?!README)/.test(page),
  );
  assert.deepEqual(
    pages.filter(
      page => !listed.includes(`"${page}"`) || !index.includes(`(${page})`),
    ),
    [],
  );
});

it('the reference is as the sources say', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(repoRoot, 'scripts/docs/reference.mjs'), '--check'],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
});

const GUIDES = ['docs/tutorial.md', 'README.md'].concat(
  globSync('docs/how-to/*.md', { cwd: repoRoot }).sort(),
);

describe('commands', () => {
  const ports = new Map();
  let path = process.env.PATH;

  before(async () => {
    const offset = await findOffset();
    const apiPort = 7481 + offset;
    for (const port of [30080, 30081, 30082]) ports.set(port, port + offset);
    ports.set(7481, apiPort);
    const kubectl = findKubectl();
    if (kubectl) path = `${dirname(kubectl)}${delimiter}${path}`;
    start('sandbox', 'yarn', ['workspace', 'istio-jwt-sandbox', 'start'], {
      env: {
        ...process.env,
        SANDBOX_API_PORT: String(apiPort),
        SANDBOX_GATEWAY_PORT_OFFSET: String(offset),
      },
      onLine: () => {},
    });
    await waitForAnswer(
      `http://127.0.0.1:${apiPort}/version`,
      AbortSignal.timeout(60_000),
    );
  });
  after(stopAll);

  for (const page of GUIDES) {
    const commands = readCommands(page);
    if (commands.length === 0) continue;
    it(page, async () => {
      for (const { mode, line } of commands) {
        if (mode.kind !== 'tried') continue;
        assert.ok(
          existsSync(join(repoRoot, mode.by)),
          `${page}:${line} is said to be tried by ${mode.by}, which is not there`,
        );
      }
      const runs = chooseRuns(commands, path);
      if (runs.length === 0) return;
      const results = await runInOneShell(runs, ports, path);
      runs.forEach(({ line, prints }, index) => {
        const { code, output } = results[index];
        assert.equal(code, 0, `${page}:${line} ends with ${code}:\n${output}`);
        if (prints !== undefined) {
          assert.equal(output.trim(), prints, `${page}:${line} prints`);
        }
      });
    });
  }
});

/** A distance from the documented ports at which all of them are free. */
async function findOffset() {
  for (let offset = 300; offset < 2_000; offset += 10) {
    const free = await Promise.all(
      [7481, 30080, 30081, 30082].map(port => isFree(port + offset)),
    );
    if (free.every(Boolean)) return offset;
  }
  throw new Error('No free ports for a sandbox.');
}

function isFree(port) {
  return new Promise(resolve => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** The one on the PATH, or the lab's. */
function findKubectl() {
  const cache = join(
    process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
    'backstage-istio-jwt/lab',
  );
  return globSync('*/kubectl', { cwd: cache })
    .concat(globSync('*/bin/kubectl', { cwd: cache }))
    .map(file => join(cache, file))
    .at(-1);
}

function hasCommand(command, path) {
  return path
    .split(delimiter)
    .some(directory => existsSync(join(directory, command)));
}

function chooseRuns(commands, path) {
  let wasLeftOut = false;
  return commands.filter(({ mode }) => {
    if (mode.kind === 'tried') return false;
    if (mode.kind === 'instead') return wasLeftOut;
    wasLeftOut = mode.kind === 'needs' && !hasCommand(mode.command, path);
    return !wasLeftOut;
  });
}

/** Runs the blocks of a page in one shell, as a reader would, and gives the code and output of each. */
async function runInOneShell(runs, ports, path) {
  const withPorts = script =>
    script.replace(/127\.0\.0\.1:(\d+)/g, (whole, port) =>
      ports.has(Number(port)) ? `127.0.0.1:${ports.get(Number(port))}` : whole,
    );
  const mark = `end-of-block-${process.pid}`;
  const script = runs
    .map(
      ({ script: text }) =>
        `{\n${withPorts(text)}\n}\nprintf '${mark} %s\\n' "$?"`,
    )
    .join('\n');
  const output = await new Promise((resolve, reject) => {
    let text = '';
    const shell = spawn('bash', ['-c', `exec 2>&1\n${script}`], {
      cwd: repoRoot,
      env: { ...process.env, PATH: path },
      timeout: 60_000,
    });
    shell.stdout.setEncoding('utf8').on('data', chunk => (text += chunk));
    shell.on('error', reject).on('close', () => resolve(text));
  });
  const pieces = output.split(new RegExp(`${mark} (\\d+)\\n`));
  return runs.map((_, index) => ({
    output: pieces[2 * index] ?? '',
    code: Number(pieces[2 * index + 1] ?? -1),
  }));
}
