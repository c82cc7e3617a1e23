import { CoverageFilter } from './coverage';

/** Answer of `GET /v1/coverage/owner-notices`, which sends nothing. Takes a {@link CoverageFilter}. @public */
export interface CoverageOwnerNoticePreview {
  /** Owners who would be told. */
  toTell: number;
  /** Those of them with most services, at most 100. `owner` is an entity ref. */
  owners: { owner: string; services: number }[];
  /** Owners who were told of the same not long ago, at most 100. `at` is ISO 8601. */
  alreadyTold: { owner: string; services: number; at: string }[];
  alreadyToldTotal: number;
  /** Owners who were told of other things too often within a day. */
  overQuota: number;
  /** Services whose owner is not known, or is neither a user nor a group: nobody can be told. */
  withoutOwner: number;
  /** Owners that can be told at once. */
  maxOwners: number;
  /** Hours in which nobody is told of the same again. */
  quietHours: number;
}

/** Body of `POST /v1/coverage/owner-notices`. @public */
export interface CoverageOwnerNoticeRequest {
  /** Has to say more than an owner. */
  filter: CoverageFilter;
  /** `toTell` of the preview: 409 where there are more by now. */
  atMost: number;
}

/** What became of it, in owners. @public */
export interface CoverageOwnerNotice {
  told: number;
  /** Told of the same not long ago. */
  alreadyTold: number;
  /** Told of other things too often within a day. */
  overQuota: number;
  /** Could not be told; sending again reaches these. */
  failed: number;
  /** Services, not owners. */
  withoutOwner: number;
}
