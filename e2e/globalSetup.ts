/** Waits until the backend has read the sandbox and the catalog its entities. */
export default async function waitForProduct() {
  const deadline = Date.now() + 240_000;
  for (;;) {
    try {
      const response = await fetch(
        'http://localhost:7007/.backstage/health/v1/readiness',
      );
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    if (Date.now() > deadline) throw new Error('The backend is not ready.');
    await new Promise(resolve => setTimeout(resolve, 500));
  }
}
