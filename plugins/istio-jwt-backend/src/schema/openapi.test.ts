import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { spec } from './openapi/generated/router';

describe('the embedded OpenAPI document', () => {
  it('is openapi.yaml: run scripts/embed-openapi.mjs after changing it', () => {
    expect(spec).toEqual(
      parse(readFileSync(resolve(__dirname, 'openapi.yaml'), 'utf8')),
    );
  });
});
