/**
 * The clock of the WhatsApp account: months and free quotas begin at its midnight (Cloud API, pricing). Meta tells it as
 * `timezone_id` of the account; every account of Brazil has this one, so it is not asked yet.
 */
export const ACCOUNT_TIME_ZONE = 'America/Sao_Paulo'

const day = new Intl.DateTimeFormat('en-CA', { timeZone: ACCOUNT_TIME_ZONE, year: 'numeric', month: '2-digit', day: '2-digit' })

/** The calendar day of the account, `2026-10-31`. */
export const accountDay = (at: Date): string => day.format(at)
/** The month of the account, `2026-10`. */
export const accountMonth = (at: Date): string => accountDay(at).slice(0, 7)
