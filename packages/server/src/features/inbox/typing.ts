import { z } from 'zod'
import type { TenantLogin } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import { tenantTx } from '../../platform/context.ts'
import type { Realtime } from '../../platform/realtime.ts'
import { conversationRoom } from '../../platform/realtime.ts'
import { canonicalPhone } from '../contacts/phone.ts'
import { conversationOfPhone } from './inbox.db.ts'

const CHANNEL = 'atende_typing'
/** WhatsApp shows "typing" for 25 s; a renewal before that keeps it. */
const RENEW_MS = 20_000
const AGAIN_MS = 500

const Signal = z.object({
  conversationId: z.uuid(),
  state: z.enum(['start', 'stop']),
  who: z.enum(['contact', 'user']),
  user: z.object({ id: z.uuid(), name: z.string() }).nullable(),
})

/** Who types, told to the sockets of every process. Nothing of it is kept. */
export function startTyping(ctx: Context, realtime: Realtime): void {
  ctx.signals.on(CHANNEL, (payload) => {
    const s = Signal.safeParse(JSON.parse(payload))
    if (!s.success) return
    const { conversationId, state, who, user } = s.data
    realtime.io.to(conversationRoom(conversationId)).emit(`typing:${state}`, { conversationId, who, user })
  })
}

const send = (ctx: Context, s: z.infer<typeof Signal>) => ctx.signals.send(CHANNEL, JSON.stringify(s))

/** The customer types. Unknown people and channels say nothing. */
export async function customerTypes(ctx: Context, tenantId: string, list: readonly { channelId: string; phone: string; state: 'start' | 'stop' }[]) {
  for (const t of list) {
    const found = await tenantTx(ctx, tenantId, (tx) => conversationOfPhone(tx, t.channelId, canonicalPhone(t.phone)))
    if (found) await send(ctx, { conversationId: found, state: t.state, who: 'contact', user: null })
  }
}

export type ShowTyping = (tenantId: string, conversationId: string) => Promise<void>

/** An attendant types: colleagues see it, and so does the customer, as often as WhatsApp needs it. */
export function attendantTyping(ctx: Context, showToCustomer: ShowTyping) {
  const shown = new Map<string, { at: number; ended: boolean }>()
  return (login: TenantLogin, conversationId: string, state: 'start' | 'stop'): void => {
    void send(ctx, { conversationId, state, who: 'user', user: { id: login.userId, name: login.userName } })
    const last = shown.get(conversationId)
    if (state === 'stop') {
      // An answer takes the sign away on the phone: the next key stroke may show it again.
      if (last) last.ended = true
      return
    }
    const now = Date.now()
    if (last && now - last.at < (last.ended ? AGAIN_MS : RENEW_MS)) return
    if (shown.size > 5000) shown.clear()
    shown.set(conversationId, { at: now, ended: false })
    // A courtesy: when it fails, the answer itself will still arrive.
    showToCustomer(login.tenantId, conversationId).catch((err) => ctx.log.debug({ err }, 'typing not shown'))
  }
}
