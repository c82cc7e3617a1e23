import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// Rendering whole pages takes its time on a busy machine; what never comes fails all the same.
jest.setTimeout(60_000);
configure({ asyncUtilTimeout: 10_000 });
