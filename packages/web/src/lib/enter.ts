import type { LoginInput } from '@atende/contracts/access'
import { LoginAnswer, type SecondFactorAsked } from '@atende/contracts/factors'
import type { z } from 'zod'
import { api } from './api.ts'
import { acceptLogin } from './session.ts'

/** Takes over a login; null when it is done, else what is asked for the second step. */
export async function acceptAnswer(answer: LoginAnswer): Promise<SecondFactorAsked['secondFactor'] | null> {
  if ('secondFactor' in answer) return answer.secondFactor
  await acceptLogin(answer)
  return null
}

export const login = async (input: z.input<typeof LoginInput>) => acceptAnswer(await api(LoginAnswer, 'POST', '/api/auth/login', { body: input }))
