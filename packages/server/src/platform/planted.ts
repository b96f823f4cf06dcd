export * from './ids.ts'
export * from './log.ts'
