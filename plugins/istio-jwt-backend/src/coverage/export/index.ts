import {
  CoverageExportFormat,
  CoverageService,
} from 'backstage-plugin-istio-jwt-common';
import { writeCsv } from './writeCsv';
import { writeJson } from './writeJson';
import { writeSarif } from './writeSarif';

/** How each format is written, a piece at a time. */
export const EXPORTS: Record<
  CoverageExportFormat,
  {
    contentType: string;
    write: (services: AsyncIterable<CoverageService>) => AsyncGenerator<string>;
  }
> = {
  csv: {
    contentType: 'text/csv; charset=utf-8; header=present',
    write: writeCsv,
  },
  json: { contentType: 'application/json; charset=utf-8', write: writeJson },
  sarif: { contentType: 'application/sarif+json', write: writeSarif },
};
