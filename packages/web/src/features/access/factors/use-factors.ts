import { Me } from '@atende/contracts/access'
import { Factors, NewPasskey, Passkey, PasskeyOptions, RecoveryCodes, TotpStarted } from '@atende/contracts/factors'
import { useMutation, useQuery } from '@tanstack/react-query'
import { api, NoContent } from '../../../lib/api.ts'
import { keys, queryClient } from '../../../lib/query.ts'
import { createPasskey } from './passkey.ts'

const FACTORS = '/api/auth/factors'

export const useFactors = () => useQuery({ queryKey: keys.factors, queryFn: ({ signal }) => api(Factors, 'GET', FACTORS, { signal }) })

const reload = (): Promise<void> => queryClient.invalidateQueries({ queryKey: keys.factors })

/** The secret is asked for once per setting up; asking again would make another one. */
export const useStartTotp = () => useMutation({ mutationFn: () => api(TotpStarted, 'POST', `${FACTORS}/totp`) })

export const useConfirmTotp = () =>
  useMutation({
    mutationFn: async (code: string) => (await api(RecoveryCodes, 'POST', `${FACTORS}/totp/confirm`, { body: { code } })).recoveryCodes,
    onSuccess: reload,
  })

export const useTotpOff = () => useMutation({ mutationFn: () => api(NoContent, 'DELETE', `${FACTORS}/totp`), onSuccess: reload })

export const useRenewCodes = () =>
  useMutation({ mutationFn: async () => (await api(RecoveryCodes, 'POST', `${FACTORS}/recovery-codes`)).recoveryCodes, onSuccess: reload })

export const useAddPasskey = () =>
  useMutation({
    mutationFn: async (name: string) => {
      const response = await createPasskey(await api(PasskeyOptions, 'POST', `${FACTORS}/passkeys/options`))
      return (await api(NewPasskey, 'POST', `${FACTORS}/passkeys`, { body: { name, response } })).recoveryCodes
    },
    onSuccess: reload,
  })

export const useRenamePasskey = (id: string) =>
  useMutation({ mutationFn: (name: string) => api(Passkey, 'PATCH', `${FACTORS}/passkeys/${id}`, { body: { name } }), onSuccess: reload })

export const useRemovePasskey = (id: string) => useMutation({ mutationFn: () => api(NoContent, 'DELETE', `${FACTORS}/passkeys/${id}`), onSuccess: reload })

/** Whoever had to set a factor up first may go on now. */
export const reloadMe = async (): Promise<void> => {
  queryClient.setQueryData(keys.me, await api(Me, 'GET', '/api/auth/me'))
}
