import { PermissionsService } from '@backstage/backend-plugin-api';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import {
  CoverageException,
  CoverageExceptionChange,
  CoverageExceptionDetail,
  CoverageExceptionPage,
  CoverageExceptionRequest,
  CoverageExceptionState,
  istioJwtExceptionApprovePermission,
  istioJwtExceptionCreatePermission,
} from 'backstage-plugin-istio-jwt-common';
import { CoverageReader } from '../read/CoverageReader';
import { Caller } from './Caller';
import { describeException, ExceptionRow, stateOf } from './describeException';
import { ExceptionAccess } from './ExceptionAccess';
import { ExceptionPatch, ExceptionStore } from './ExceptionStore';
import { readEnd, readReason, readScope } from './readRequest';

export interface ExceptionServiceOptions {
  store: ExceptionStore;
  reader: Pick<CoverageReader, 'findService'>;
  permissions: PermissionsService;
  /** Whether who asked for an exception may approve it too. */
  allowSelfApproval: boolean;
  /** How far away an end may be, in ms. */
  maxDurationMs: number;
  now?: () => number;
}

/** Exceptions: asked for by owners, approved by somebody else, over at a time that is set. */
export class ExceptionService {
  readonly access: ExceptionAccess;
  private readonly now: () => number;

  constructor(private readonly options: ExceptionServiceOptions) {
    this.now = options.now ?? Date.now;
    this.access = new ExceptionAccess(options.permissions);
  }

  async list(
    caller: Caller,
    page: { state?: CoverageExceptionState; limit: number; cursor?: string },
  ): Promise<CoverageExceptionPage> {
    const now = this.now();
    const { rows, nextCursor } = await this.options.store.list(
      caller.viewer,
      page,
      now,
    );
    return {
      items: await this.describeAll(rows, caller),
      ...(nextCursor ? { nextCursor } : {}),
    };
  }

  async get(caller: Caller, id: string): Promise<CoverageExceptionDetail> {
    const row = await this.find(caller, id);
    const [shown] = await this.describeAll([row], caller);
    return { ...shown, history: await this.options.store.getHistory(id) };
  }

  async create(
    caller: Caller,
    request: CoverageExceptionRequest,
  ): Promise<CoverageException> {
    const { store, reader } = this.options;
    const service = await reader.findService(caller.viewer, request.scope);
    if (!service) {
      throw new NotFoundError('No such service in the coverage.');
    }
    const entityRef = service.entity_ref ?? undefined;
    await this.access.demand(
      istioJwtExceptionCreatePermission,
      entityRef,
      caller.credentials,
    );
    const row = await store.create(
      {
        scope: readScope(request.scope),
        entityRef,
        reason: readReason(request.reason),
        by: caller.name,
        expiresAt: this.readEnd(request.expiresAt),
      },
      this.now(),
    );
    return (await this.describeAll([row], caller))[0];
  }

  async change(
    caller: Caller,
    id: string,
    change: CoverageExceptionChange,
  ): Promise<CoverageException> {
    const { store } = this.options;
    const row = await this.findOpen(caller, id);
    const edits = change.reason !== undefined || change.expiresAt !== undefined;
    if (!edits && !change.approve) {
      throw new InputError(
        'Nothing to change: give reason, expiresAt or approve.',
      );
    }
    if (edits) {
      await this.access.demand(
        istioJwtExceptionCreatePermission,
        row.entity_ref ?? undefined,
        caller.credentials,
      );
    }
    const reason =
      change.reason === undefined ? row.reason : readReason(change.reason);
    const expiresAt =
      change.expiresAt === undefined
        ? Number(row.expires_at)
        : this.readEnd(change.expiresAt);
    // An approval is of a reason and an end.
    const holds = reason === row.reason && expiresAt <= Number(row.expires_at);
    const patch: ExceptionPatch = {
      action: change.approve ? 'approved' : 'changed',
      by: caller.name,
      reason,
      expiresAt,
      approvedBy: holds ? row.approved_by : null,
      ...(holds ? {} : { wordedBy: caller.name }),
    };
    if (change.approve) {
      await this.demandApproval(row, caller, edits);
      patch.approvedBy = caller.name;
    }
    const changed = await store.change(id, change.revision, patch, this.now());
    if (expiresAt !== Number(row.expires_at)) {
      await store.resetNotices(id);
    }
    return (await this.describeAll([changed], caller))[0];
  }

  async revoke(
    caller: Caller,
    id: string,
    revision: number,
  ): Promise<CoverageException> {
    const row = await this.findOpen(caller, id);
    await this.access.demand(
      istioJwtExceptionCreatePermission,
      row.entity_ref ?? undefined,
      caller.credentials,
    );
    const revoked = await this.options.store.change(
      id,
      revision,
      {
        action: 'revoked',
        by: caller.name,
        reason: row.reason,
        expiresAt: Number(row.expires_at),
        approvedBy: row.approved_by,
        revoked: true,
      },
      this.now(),
    );
    return (await this.describeAll([revoked], caller))[0];
  }

  private async find(caller: Caller, id: string): Promise<ExceptionRow> {
    const row = await this.options.store.get(caller.viewer, id);
    if (!row) {
      throw new NotFoundError(`No exception ${id}`);
    }
    return row;
  }

  private async findOpen(caller: Caller, id: string): Promise<ExceptionRow> {
    const row = await this.find(caller, id);
    const state = stateOf(row, this.now());
    if (state === 'revoked' || state === 'expired') {
      throw new ConflictError('This exception is over. Ask for another one.');
    }
    return row;
  }

  private async demandApproval(
    row: ExceptionRow,
    caller: Caller,
    edits: boolean,
  ): Promise<void> {
    if (stateOf(row, this.now()) !== 'requested' && !edits) {
      throw new ConflictError('This exception is approved already.');
    }
    await this.access.demand(
      istioJwtExceptionApprovePermission,
      row.entity_ref ?? undefined,
      caller.credentials,
    );
    if (
      (edits || asksFor(row, caller.name)) &&
      !this.options.allowSelfApproval
    ) {
      throw new NotAllowedError(
        'Somebody else has to approve what you ask for yourself.',
      );
    }
  }

  private async describeAll(
    rows: ExceptionRow[],
    caller: Caller,
  ): Promise<CoverageException[]> {
    if (rows.length === 0) {
      return [];
    }
    const refs = rows.map(row => row.entity_ref ?? undefined);
    const [change, approve] = await Promise.all([
      this.access.may(
        istioJwtExceptionCreatePermission,
        refs,
        caller.credentials,
      ),
      this.access.may(
        istioJwtExceptionApprovePermission,
        refs,
        caller.credentials,
      ),
    ]);
    return rows.map((row, index) =>
      describeException(row, this.now(), {
        canChange: change[index],
        canApprove:
          approve[index] &&
          (this.options.allowSelfApproval || !asksFor(row, caller.name)),
      }),
    );
  }

  private readEnd(text: string): number {
    const { maxDurationMs } = this.options;
    return readEnd(text, { now: this.now(), maxDurationMs });
  }
}

/** Who words or prolongs an exception asks for it, too. */
function asksFor(row: ExceptionRow, caller: string): boolean {
  return row.requested_by === caller || row.worded_by === caller;
}
