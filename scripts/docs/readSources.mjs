/** Reads what the reference pages tell from the sources that it is true in. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { parse } from 'yaml';
import { repoRoot } from '../lib/toolchain.mjs';

function parseSource(path) {
  const text = readFileSync(join(repoRoot, path), 'utf8');
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/** The comment in front of a node as one line, and the names of its tags. */
function readComment(node) {
  const jsDoc = node.jsDoc?.at(-1);
  const plain = part =>
    typeof part === 'string' ? part : ts.getTextOfJSDocComment(part) ?? '';
  const tags = new Map(
    (jsDoc?.tags ?? []).map(tag => [tag.tagName.text, plain(tag.comment)]),
  );
  return {
    text: plain(jsDoc?.comment)
      .replace(/\{@link ([^}]+)\}/g, '`$1`')
      .replace(/\s+/g, ' ')
      .trim(),
    tags,
  };
}

function describeType(node) {
  const source = node.getSourceFile();
  if (ts.isTypeReferenceNode(node) && node.typeArguments) {
    return { members: findMembers(node.typeArguments[0]), suffix: '[]' };
  }
  if (ts.isTypeLiteralNode(node)) return { members: node.members, suffix: '' };
  return { text: node.getText(source).replace(/\s+/g, ' ') };
}

function findMembers(node) {
  return node && ts.isTypeLiteralNode(node) ? node.members : undefined;
}

/**
 * Every key of the backend's configuration, in the order of its schema.
 *
 * @returns {{ key: string, type: string, text: string, secret: boolean, optional: boolean }[]}
 */
export function readConfigKeys() {
  const source = parseSource('plugins/istio-jwt-backend/config.d.ts');
  const config = source.statements.find(ts.isInterfaceDeclaration);
  const keys = [];
  const walk = (members, prefix) => {
    for (const member of members) {
      if (!ts.isPropertySignature(member)) continue;
      const key = `${prefix}${member.name.getText(source)}`;
      const { text, tags } = readComment(member);
      const { members: inner, suffix, text: type } = describeType(member.type);
      keys.push({
        key: `${key}${suffix ?? ''}`,
        type: inner ? (suffix ? 'list' : 'object') : type,
        text,
        secret: tags.get('visibility') === 'secret',
        optional: Boolean(member.questionToken),
      });
      if (inner) walk(inner, `${key}${suffix}.`);
    }
  };
  walk(config.members, '');
  return keys;
}

function readExportedConstants(path) {
  return parseSource(path)
    .statements.filter(ts.isVariableStatement)
    .map(statement => {
      const [declaration] = statement.declarationList.declarations;
      return {
        name: declaration.name.getText(),
        value: declaration.initializer,
        text: readComment(statement).text,
      };
    });
}

/** @returns {{ name: string, action: string, text: string }[]} */
export function readPermissions() {
  return readExportedConstants('plugins/istio-jwt-common/src/permissions.ts')
    .filter(({ value }) => ts.isCallExpression(value))
    .map(({ value, text }) => {
      const source = value.arguments[0].getText();
      return {
        name: /name: '([^']+)'/.exec(source)[1],
        action: /action: '([^']+)'/.exec(source)[1],
        text,
      };
    });
}

/** @returns {{ name: string, text: string }[]} */
export function readAnnotations() {
  return readExportedConstants('plugins/istio-jwt-common/src/annotations.ts')
    .filter(({ value }) => ts.isStringLiteral(value))
    .map(({ value, text }) => ({ name: value.text, text }));
}

/** What a node of an OpenAPI document stands for: itself, or what its `$ref` leads to. */
function resolve(document, node) {
  if (!node.$ref) return node;
  const path = node.$ref.replace(/^#\//, '').split('/');
  const found = path.reduce((inner, key) => inner?.[key], document);
  if (!found) throw new Error(`openapi.yaml has nothing at ${node.$ref}`);
  return found;
}

/** @returns {{ method: string, path: string, text: string, parameters: string[] }[]} */
export function readApi() {
  const document = parse(
    readFileSync(
      join(repoRoot, 'plugins/istio-jwt-backend/src/schema/openapi.yaml'),
      'utf8',
    ),
  );
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => /^(get|post|put|patch|delete)$/.test(method))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        text: (operation.description ?? '').replace(/\s+/g, ' ').trim(),
        parameters: [
          ...(item.parameters ?? []),
          ...(operation.parameters ?? []),
        ]
          .map(parameter => resolve(document, parameter))
          .filter(parameter => parameter.in === 'query')
          .map(parameter => parameter.name),
      })),
  );
}
