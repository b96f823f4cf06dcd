import {
  markMessageRead,
  sendButtonsMessage,
  sendCTAURLMessage,
  sendFlowMessage,
  sendImageMessage,
  sendListMessage,
  sendTemplateMessage,
  sendTextMessage,
  uploadMedia,
} from '@whatsapp-cloudapi/client'
import { expect, test } from 'vitest'
import { MARINA } from '../src/testing/start-pair.ts'
import { type Business, bookingParameters, FILES, PNID, prepareBusiness } from './prepare-business.ts'

function commonOf({ emulator }: Business): { accessToken: string; from: string; to: string; baseUrl: string } {
  return { accessToken: emulator.defaults.accessToken, from: PNID, to: `+${MARINA}`, baseUrl: emulator.url }
}

test('@whatsapp-cloudapi/client sends every type it knows, and each arrives with its statuses', async () => {
  const business = await prepareBusiness()
  const common = commonOf(business)
  const sends = [
    ['text', 'text', () => sendTextMessage({ ...common, text: 'Olá', previewUrl: true, bizOpaqueCallbackData: 'meu' })],
    ['image', 'image', () => sendImageMessage({ ...common, mediaId: business.media.image, caption: 'praia' })],
    [
      'buttons',
      'interactive',
      () => sendButtonsMessage({ ...common, bodyText: 'Quando?', buttons: [{ id: '1', title: 'Hoje' }], headerText: 'Reserva', footerText: 'Pousada' }),
    ],
    [
      'buttons with a picture',
      'interactive',
      () => sendButtonsMessage({ ...common, bodyText: 'Quando?', buttons: [{ id: '1', title: 'Hoje' }], headerImage: { id: business.media.image } }),
    ],
    [
      'list',
      'interactive',
      () => sendListMessage({ ...common, bodyText: 'Quartos', buttonText: 'Ver', sections: [{ title: 'Casal', rows: [{ id: 'a', title: 'Mar' }] }] }),
    ],
    ['cta', 'interactive', () => sendCTAURLMessage({ ...common, bodyText: 'Site', buttonText: 'Abrir', url: 'https://example.com' })],
    [
      'flow',
      'interactive',
      () =>
        sendFlowMessage({
          ...common,
          bodyText: 'Reserve',
          flowToken: 't',
          flowId: business.flowId,
          flowCta: 'Abrir',
          flowAction: 'navigate',
          screen: 'WELCOME',
        }),
    ],
    [
      'template',
      'template',
      () =>
        sendTemplateMessage({
          ...common,
          templateName: 'reserva_confirmada',
          languageCode: 'pt_BR',
          components: bookingParameters(business.media.image) as never,
        }),
    ],
  ] as const
  for (const [name, type, send] of sends) {
    const answer = await send()
    expect(answer.messages, name).toHaveLength(1)
    await business.arrives(answer.messages[0]?.id, type)
  }
})

test('@whatsapp-cloudapi/client uploads pictures and marks as read', async () => {
  const business = await prepareBusiness()
  const { to: _, ...common } = commonOf(business)
  const { id } = await uploadMedia({ ...common, file: new Blob([FILES.image.bytes], { type: 'image/png' }) })
  expect((await business.graph('GET', id)).body).toMatchObject({ mime_type: 'image/png' })
  expect(await markMessageRead({ ...common, messageId: business.inboundId, showTypingIndicator: true })).toEqual({ success: true })
  expect(business.emulator.control.listMessages(MARINA)[0]?.status).toBe('read')
})

test('@whatsapp-cloudapi/client tells the reason of a refusal', async () => {
  const business = await prepareBusiness()
  await expect(sendTextMessage({ ...commonOf(business), to: '5500000131026', text: 'x' })).rejects.toThrow('131026')
  await expect(sendTemplateMessage({ ...commonOf(business), templateName: 'nao_existe', languageCode: 'pt_BR' })).rejects.toThrow('132001')
})
