import { startSandbox } from './startSandbox';
startSandbox({ apiPort: Number(process.env.SANDBOX_API_PORT ?? 7481) }).then(
  s => console.log(s.apiUrl),
  e => {
    console.error(e);
    process.exit(1);
  },
);
