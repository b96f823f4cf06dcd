import type { Scenario } from './emulator-types.ts'

export interface EmulatorOptions {
  host?: string
  port?: number
  /** JSONL file that keeps numbers, chats and pending deliveries; media go to `<stateFile>.media/`. */
  stateFile?: string
  webhook?: { callbackUrl: string; verifyToken: string }
  appSecret?: string
  accessToken?: string
  businessName?: string
  timing?: { sentMs?: number; deliveredMs?: number; readMs?: number }
  scenario?: Partial<Scenario>
  limits?: boolean
  /** Gaps before each webhook retry; the last one repeats for seven days. */
  retryDelaysMs?: number[]
  webhookTimeoutMs?: number
  /** Let other machines use the control API and the phone page. */
  allowRemoteControl?: boolean
  quiet?: boolean
}
