import { ConflictError } from '@backstage/errors';
import {
  CoverageExceptionEvent,
  CoverageExceptionScope,
  CoverageExceptionState,
} from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import { cutPage, decodeCursor } from '../../storage/cursor';
import { restrictToVisible, withVisible } from '../read/selectRows';
import { Viewer } from '../read/Viewer';
import { COVERAGE, EXCEPTIONS, keyOfEntity, keyOfService } from '../rows';
import { ExceptionRow, toIso } from './describeException';

const HISTORY = 'istio_jwt_exception_history';

interface HistoryRow {
  exception_id: string;
  revision: number;
  action: CoverageExceptionEvent['action'];
  by: string;
  at: number | string;
  reason: string;
  expires_at: number | string;
}

/** What an exception is changed to. */
export interface ExceptionPatch {
  action: CoverageExceptionEvent['action'];
  by: string;
  reason: string;
  expiresAt: number;
  /** null: it waits for an approval. */
  approvedBy: string | null;
  /** Absent: the reason is as it was, and the end no later. */
  wordedBy?: string;
  revoked?: boolean;
}

/** Exceptions with all that happened to them. Nothing is ever deleted. */
export class ExceptionStore {
  constructor(private readonly db: Knex) {}

  async create(
    exception: {
      scope: CoverageExceptionScope;
      entityRef?: string;
      reason: string;
      by: string;
      expiresAt: number;
    },
    now: number,
  ): Promise<ExceptionRow> {
    const { scope, entityRef, reason, by, expiresAt } = exception;
    const { cluster, namespace, name, wayIn, path, finding } = scope;
    const row: ExceptionRow = {
      id: randomUUID(),
      service_key: keyOfService(scope),
      entity_key: entityRef ? keyOfEntity(entityRef) : '',
      entity_ref: entityRef ?? null,
      cluster,
      namespace,
      name,
      way_in: wayIn ?? null,
      path: path ?? null,
      finding: finding ?? null,
      whole: !wayIn && !path && !finding,
      reason,
      requested_by: by,
      worded_by: by,
      approved_by: null,
      created_at: now,
      expires_at: expiresAt,
      revoked_at: null,
      revision: 1,
      notice_level: 0,
      notice_lease_until: null,
    };
    await this.db.transaction(async transaction => {
      await transaction<ExceptionRow>(EXCEPTIONS).insert(row);
      await this.addEvent(transaction, row, 'requested', by, now);
    });
    return row;
  }

  /** @throws ConflictError where `revision` is not the present one */
  async change(
    id: string,
    revision: number,
    patch: ExceptionPatch,
    now: number,
  ): Promise<ExceptionRow> {
    return this.db.transaction(async transaction => {
      const changed = await transaction<ExceptionRow>(EXCEPTIONS)
        .where({ id, revision })
        .update({
          reason: patch.reason,
          expires_at: patch.expiresAt,
          approved_by: patch.approvedBy,
          revision: revision + 1,
          ...(patch.wordedBy ? { worded_by: patch.wordedBy } : {}),
          ...(patch.revoked ? { revoked_at: now } : {}),
        });
      if (changed === 0) {
        throw new ConflictError(
          'Somebody changed this exception meanwhile. Load it again.',
        );
      }
      const row = (await transaction<ExceptionRow>(EXCEPTIONS)
        .where({ id })
        .first())!;
      await this.addEvent(transaction, row, patch.action, patch.by, now);
      return row;
    });
  }

  /** Notices are due anew for another end. */
  async resetNotices(id: string): Promise<void> {
    await this.db<ExceptionRow>(EXCEPTIONS)
      .where({ id })
      .update({ notice_level: 0 });
  }

  async get(viewer: Viewer, id: string): Promise<ExceptionRow | undefined> {
    return this.selectVisible(viewer).where('x.id', id).first('x.*');
  }

  async getHistory(id: string): Promise<CoverageExceptionEvent[]> {
    const rows = await this.db<HistoryRow>(HISTORY)
      .where({ exception_id: id })
      .orderBy('revision');
    return rows.map(row => ({
      revision: row.revision,
      action: row.action,
      by: row.by,
      at: toIso(row.at),
      reason: row.reason,
      expiresAt: toIso(row.expires_at),
    }));
  }

  /** Newest first. */
  async list(
    viewer: Viewer,
    options: {
      state?: CoverageExceptionState;
      limit: number;
      cursor?: string;
    },
    now: number,
  ): Promise<{ rows: ExceptionRow[]; nextCursor?: string }> {
    const { state, limit, cursor } = options;
    const query = this.selectVisible(viewer);
    if (state) {
      query.modify(restrictToState, state, now);
    }
    if (cursor !== undefined) {
      const { at, key } = decodeCursor(cursor);
      query.whereRaw('(x.created_at, x.id) < (?, ?)', [at, key]);
    }
    const rows: ExceptionRow[] = await query
      .orderBy([
        { column: 'x.created_at', order: 'desc' },
        { column: 'x.id', order: 'desc' },
      ])
      .limit(limit + 1)
      .select('x.*');
    return cutPage(rows, limit, row => ({
      at: Number(row.created_at),
      key: row.id,
    }));
  }

  /** Those whose Service or entity the caller may see. */
  private selectVisible(viewer: Viewer): Knex.QueryBuilder {
    const query = withVisible(this.db, this.db({ x: EXCEPTIONS }), viewer);
    if (viewer.kind === 'some') {
      query.where(visible => {
        // Without an entity, it is not known whose it was: the Service alone tells.
        visible
          .where(own =>
            own
              .whereNot('x.entity_key', '')
              .modify(builder =>
                restrictToVisible(this.db, builder, viewer, 'x.entity_key'),
              ),
          )
          .orWhereExists(
            this.db({ c: COVERAGE })
              .select(this.db.raw('1'))
              .whereRaw('c.service_key = x.service_key')
              .modify(builder =>
                restrictToVisible(this.db, builder, viewer, 'c.entity_key'),
              ),
          );
      });
    }
    return query;
  }

  private async addEvent(
    transaction: Knex,
    row: ExceptionRow,
    action: CoverageExceptionEvent['action'],
    by: string,
    now: number,
  ): Promise<void> {
    await transaction<HistoryRow>(HISTORY).insert({
      exception_id: row.id,
      revision: row.revision,
      action,
      by,
      at: now,
      reason: row.reason,
      expires_at: row.expires_at,
    });
  }
}

function restrictToState(
  query: Knex.QueryBuilder,
  state: CoverageExceptionState,
  now: number,
): void {
  if (state === 'revoked') {
    query.whereNotNull('x.revoked_at');
    return;
  }
  query.whereNull('x.revoked_at');
  if (state === 'expired') {
    query.where('x.expires_at', '<=', now);
    return;
  }
  query.where('x.expires_at', '>', now);
  query[state === 'requested' ? 'whereNull' : 'whereNotNull']('x.approved_by');
}
