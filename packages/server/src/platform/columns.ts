import type { ColumnType } from 'kysely'

/** Has a default in the database. */
export type Defaulted<T> = ColumnType<T, T | undefined, T>
export type Json<T> = ColumnType<T, string, string>
export type Created = ColumnType<Date, Date | undefined, never>
