/**
 * The catalog's own resource type, so that the catalog's rules (ownership, kind, annotation) apply to
 * these permissions too.
 *
 * @public
 */
export const RESOURCE_TYPE_CATALOG_ENTITY = 'catalog-entity';
