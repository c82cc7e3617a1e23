import { updateKustomization } from './updateKustomization';

const TEXT = `# Kept by the platform team
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  # First things first
  - namespace.yaml
  - ./old.yaml
`;

describe('updateKustomization', () => {
  it('adds what is new, takes out what is deleted, and keeps comments', () => {
    expect(
      updateKustomization(TEXT, {
        added: ['namespace.yaml', 'new.yaml'],
        removed: ['old.yaml'],
      }),
    ).toBe(TEXT.replace('./old.yaml', 'new.yaml'));
  });

  it('begins a list where there is none, and leaves alone what is right', () => {
    expect(
      updateKustomization('kind: Kustomization\n', {
        added: ['a.yaml'],
        removed: [],
      }),
    ).toBe('kind: Kustomization\nresources:\n  - a.yaml\n');
    expect(
      updateKustomization(TEXT, { added: ['old.yaml'], removed: ['x.yaml'] }),
    ).toBe(TEXT);
  });

  it.each(['resources: none', 'a: [', 'resources: {}'])('refuses %j', text => {
    expect(() =>
      updateKustomization(text, { added: ['a.yaml'], removed: [] }),
    ).toThrow(/kustomization\.yaml is no YAML, or its resources are no list/);
  });
});
