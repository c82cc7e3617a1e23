/** Looks for tokens, keys and passwords in a repository's whole history. */
import { createHash } from 'node:crypto';
import { lintSource } from '@secretlint/core';
import { creator as recommended } from '@secretlint/secretlint-rule-preset-recommend';
import { listObjects, readObjects } from './readHistory.mjs';
import { tokenRules } from './tokenRules.mjs';

const FILTER = '@secretlint/secretlint-rule-filter-comments';

/** Without the one by which a comment in a file hides what is in it; the allow-list can, with a reason. */
const unfiltered = {
  ...recommended,
  create(context, options) {
    const registerRule = (rule, ...rest) =>
      rule.meta.id === FILTER || context.registerRule(rule, ...rest);
    return recommended.create({ ...context, registerRule }, options);
  },
};

const options = {
  noPhysicFilePath: true,
  config: {
    rules: [
      {
        id: '@secretlint/secretlint-rule-preset-recommend',
        rule: unfiltered,
      },
      { id: 'tokens-and-keys', rule: tokenRules },
    ],
  },
};

/** What an allow-list names a found text by, which does not repeat it. */
export function fingerprint(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/**
 * @param {string} repository
 * @param {{ path: string, fingerprint: string, why: string }[]} options.allowed
 * @param {Set<string>} options.clean ids of objects in which nothing was found before; they are not looked at again,
 *   and others in which nothing is found are added
 * @returns how many objects were looked at, what was found that is in no entry, and entries of which nothing was
 *   found. The found text itself is not among it, as it is in secretlint's messages: this goes into logs.
 */
export async function findSecrets(repository, { allowed = [], clean } = {}) {
  const objects = listObjects(repository);
  const found = new Map();
  const unused = new Set(allowed);
  let looked = 0;
  const unknown = [...objects.keys()].filter(id => !clean?.has(id));
  for await (const { id, type, content } of readObjects(repository, unknown)) {
    looked += 1;
    const path = type === 'blob' ? objects.get(id) : `${type} ${id}`;
    const { messages } = await lintSource({
      source: { content, filePath: path, contentType: 'text' },
      options,
    });
    if (messages.length === 0) clean?.add(id);
    for (const { messageId, ruleId, range, loc } of messages) {
      const mark = fingerprint(content.slice(...range));
      const entry = allowed.find(
        one => one.path === path && one.fingerprint === mark,
      );
      if (entry) unused.delete(entry);
      else {
        found.set(
          `${path} ${mark}`,
          `${path}:${loc.start.line} (object ${id.slice(
            0,
            12,
          )}): ${ruleId}, ${messageId}, fingerprint ${mark}`,
        );
      }
    }
  }
  return { looked, found: [...found.values()], unused: [...unused] };
}
