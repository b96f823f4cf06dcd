import type { Context } from './context.ts'

/** The one way out for addresses that a tenant has chosen: the client of the context when there is one, else plain fetch. */
export const outgoingFetch = (ctx: Context): typeof fetch => ctx.outgoing?.fetch ?? fetch
