import { configure } from '@testing-library/react';

// Rendering whole pages takes its time on a busy machine; what never comes fails all the same.
configure({ asyncUtilTimeout: 20_000 });
