import { useApi } from '@backstage/core-plugin-api';
import { Alert, Button, Menu, MenuItem, MenuTrigger } from '@backstage/ui';
import { RiDownloadLine } from '@remixicon/react';
import {
  CoverageExportFormat,
  CoverageFilter,
} from 'backstage-plugin-istio-jwt-common';
import { useState } from 'react';
import { istioJwtCoverageApiRef } from '../../api';
import { describeFailure } from '../../api/describeFailure';
import { finishSentence } from '../../format/finishSentence';
import { saveFile } from '../../format/saveFile';

const FORMATS: { format: CoverageExportFormat; label: string }[] = [
  { format: 'csv', label: 'CSV, for spreadsheets' },
  { format: 'json', label: 'JSON, for programs' },
  { format: 'sarif', label: 'SARIF, findings for code scanning' },
];

type ExportState =
  | { kind: 'idle' }
  | { kind: 'running'; format: CoverageExportFormat }
  | { kind: 'failed'; message: string };

/** The services in view as a file. The request carries the user's credentials, the address none. */
export function ExportMenu({ filter }: { filter: CoverageFilter }) {
  const api = useApi(istioJwtCoverageApiRef);
  const [state, setState] = useState<ExportState>({ kind: 'idle' });

  const run = async (format: CoverageExportFormat) => {
    setState({ kind: 'running', format });
    try {
      const content = await api.exportServices(format, filter);
      const day = new Date().toISOString().slice(0, 10);
      saveFile(`jwt-coverage-${day}.${format}`, content);
      setState({ kind: 'idle' });
    } catch (error) {
      setState({ kind: 'failed', message: describeFailure(error).message });
    }
  };

  return (
    <>
      <MenuTrigger>
        <Button
          variant="secondary"
          iconStart={<RiDownloadLine aria-hidden />}
          isPending={state.kind === 'running'}
        >
          Export
        </Button>
        <Menu onAction={key => run(key as CoverageExportFormat)}>
          {FORMATS.map(({ format, label }) => (
            <MenuItem key={format} id={format}>
              {label}
            </MenuItem>
          ))}
        </Menu>
      </MenuTrigger>
      {state.kind === 'failed' && (
        <Alert
          role="alert"
          status="danger"
          icon
          title="The export failed"
          description={finishSentence(state.message)}
        />
      )}
    </>
  );
}
