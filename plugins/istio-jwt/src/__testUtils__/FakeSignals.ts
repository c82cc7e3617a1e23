import { SignalApi } from '@backstage/plugin-signals-react';
import { IstioJwtSignal } from 'backstage-plugin-istio-jwt-common';

/** Signals that a test sends by hand. */
export class FakeSignals implements SignalApi {
  private readonly listeners = new Set<(message: any) => void>();

  get listenerCount(): number {
    return this.listeners.size;
  }

  subscribe<T>(_channel: string, onMessage: (message: T) => void) {
    this.listeners.add(onMessage);
    return { unsubscribe: () => this.listeners.delete(onMessage) };
  }

  send(signal: IstioJwtSignal): void {
    this.listeners.forEach(listener => listener(signal));
  }
}
