#!/usr/bin/env node
/**
 * `yarn docs:reference`: writes the reference pages from the sources; with `--check` says which are
 * not as they would be written.
 */
import { mkdirSync, readFileSync, existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import prettier from 'prettier';
import { fail, repoRoot, say } from '../lib/toolchain.mjs';
import {
  readAnnotations,
  readApi,
  readConfigKeys,
  readPermissions,
} from './readSources.mjs';

const cell = text => text.replaceAll('|', '\\|');
const code = text => `\`${cell(text)}\``;

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows]
    .map(row => `| ${row.join(' | ')} |`)
    .join('\n');
}

function writeConfiguration() {
  const keys = readConfigKeys();
  const untold = keys.filter(
    ({ text, secret, key, type }) => !text && !secret && type !== 'object',
  );
  const groups = new Map();
  for (const { key, type, text, secret, optional } of keys) {
    const [, group, inner] = /^(istioJwt(?:\.\w+(?:\[\])?)?)\.?(.*)$/.exec(key);
    if (!groups.has(group)) groups.set(group, { text: '', rows: [] });
    if (!inner) groups.get(group).text = text;
    else if (type !== 'object') {
      const meaning = [
        cell(text),
        secret ? 'Secret.' : '',
        optional ? '' : 'Required.',
      ];
      groups
        .get(group)
        .rows.push([
          code(inner),
          code(type),
          meaning.filter(Boolean).join(' '),
        ]);
    }
  }
  const sections = [...groups]
    .filter(([, { rows }]) => rows.length > 0)
    .map(
      ([group, { text, rows }]) =>
        `## ${code(group)}\n\n${text}\n\n${table(
          ['Key', 'Type', 'Meaning, unit and default'],
          rows,
        )}\n`,
    );
  return {
    untold: untold.map(({ key }) => key),
    text: `# Configuration

Every key of \`app-config.yaml\` that the backend reads. Durations are written as \`5m\`, as ISO 8601 or as
\`{ minutes: 5 }\`. What is wrong in one of them is told at start, with its key.

${sections.join('\n')}`,
  };
}

function writePermissions() {
  return `# Permissions

All are on catalog entities (resource type \`catalog-entity\`), so that the catalog's rules, ownership first of
all, can be conditions of a policy.

${table(
  ['Permission', 'Action', 'Meaning'],
  readPermissions().map(({ name, action, text }) => [
    code(name),
    action,
    cell(text),
  ]),
)}
`;
}

function writeAnnotations() {
  return `# Annotations

On catalog entities. An entity with none of the first two has no services here. They say which Services an entity means, and prove nothing: [whose Services are](../how-to/permissions.md#say-whose-services-are).

${table(
  ['Annotation', 'Meaning'],
  readAnnotations().map(({ name, text }) => [code(name), cell(text)]),
)}
`;
}

function writeApi() {
  return `# HTTP API

Below \`/api/istio-jwt\` of the backend, with a Backstage token. Requests and answers are described by
[openapi.yaml](../../plugins/istio-jwt-backend/src/schema/openapi.yaml), and requests are held to it. Errors are
Backstage's: \`{"error": {"name", "message"}, "response": {"statusCode"}}\`. Lists give a \`nextCursor\` where there
is more, to be sent as \`cursor\`.

${table(
  ['Request', 'What it answers', 'Query'],
  readApi().map(({ method, path, text, parameters }) => [
    code(`${method} ${path}`),
    cell(text),
    parameters.map(code).join(', '),
  ]),
)}
`;
}

const configuration = writeConfiguration();
if (configuration.untold.length > 0) {
  fail(
    `config.d.ts does not say what these keys mean: ${configuration.untold.join(
      ', ',
    )}.`,
    'Write a comment with meaning, unit and default.',
  );
}
const pages = {
  'configuration.md': configuration.text,
  'permissions.md': writePermissions(),
  'annotations.md': writeAnnotations(),
  'api.md': writeApi(),
};

const stale = [];
for (const [name, text] of Object.entries(pages)) {
  const path = join(repoRoot, 'docs', 'reference', name);
  const options = await prettier.resolveConfig(path);
  const wanted = prettier.format(text, { ...options, filepath: path });
  const present = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  if (present === wanted) continue;
  stale.push(name);
  if (process.argv.includes('--check')) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, wanted);
}
if (stale.length > 0 && process.argv.includes('--check')) {
  fail(
    `Not as the sources say: docs/reference/${stale.join(
      ', docs/reference/',
    )}.`,
    'Run yarn docs:reference and commit what it writes.',
  );
}
say(
  `Reference pages: ${
    stale.length > 0 ? `written: ${stale.join(', ')}` : 'as the sources say'
  }`,
);
