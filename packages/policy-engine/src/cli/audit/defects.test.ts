import { parseYaml, Resource } from '../..';
import { WORKLOADS } from '../../__testUtils__/handsOn';
import { MeshInput } from '../input/MeshInput';
import { printText } from './printText';
import { Audit, completeAudit } from './report';

/** What a defect of the engine would do: nobody knows of one. */
function throwing(kind: string, namespace: string): Resource {
  return {
    apiVersion: 'security.istio.io/v1',
    kind,
    metadata: { name: 'odd', namespace },
    get spec(): never {
      throw new TypeError('a is not a function');
    },
  };
}

const OTHER = `
apiVersion: v1
kind: Service
metadata: {name: other, namespace: other}
spec: {selector: {app: other}, ports: [{port: 80, name: http}]}
---
apiVersion: v1
kind: Pod
metadata: {name: other, namespace: other, labels: {app: other}}
spec: {containers: [{name: app}, {name: istio-proxy}]}
`;

function auditWith(resource: Resource) {
  const input = new MeshInput();
  const { resources } = parseYaml(`${WORKLOADS}\n---\n${OTHER}`);
  resources.forEach((each, line) =>
    input.addDocument(each, { file: 'a.yaml', line, at: '' }, true),
  );
  input.mesh.applyValidated(resource, []);
  return completeAudit(new Audit(input));
}

describe('a defect of the engine', () => {
  it('hides no other Service, and is an error', () => {
    const report = auditWith(throwing('PeerAuthentication', 'default'));
    const states = report.services.map(({ name, state }) => [name, state]);
    expect(states).toContainEqual(['backend', 'unknown']);
    expect(states).toContainEqual(['other', 'open']);
    const [error] = report.errors;
    expect(error).toMatchObject({
      kind: 'defect',
      file: 'a.yaml',
      line: expect.any(Number),
      message: expect.stringMatching(
        /^Service default\/\w+ could not be assessed, a defect .*\(TypeError: a is not a function\)$/,
      ),
    });
    expect(printText(report)).toContain('a.yaml:');
  });

  it('in what policies show by themselves is an error', () => {
    const report = auditWith(throwing('AuthorizationPolicy', 'elsewhere'));
    expect(report.errors).toEqual([
      expect.objectContaining({ kind: 'defect', file: '', line: 0 }),
    ]);
    expect(printText(report)).toMatch(/^defect: policies by themselves /);
  });
});
