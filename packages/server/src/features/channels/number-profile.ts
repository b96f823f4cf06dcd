import type { BusinessProfile, UpdateProfileInput } from '@atende/contracts/channels'
import type { z } from 'zod'
import { type Context, tenantTx } from '../../platform/context.ts'
import { invalidField } from '../../platform/errors.ts'
import { getMedia, readMediaBytes } from '../media/media.ts'
import { askWhatsApp } from './ask-whatsapp.ts'
import * as db from './channels.db.ts'
import { createGraph } from './whatsapp-cloud/graph.ts'
import type { ProfileNode } from './whatsapp-cloud/graph-numbers.ts'

/** What the Cloud API takes as a profile picture. */
const PICTURES = new Set(['image/jpeg', 'image/png'])
const PICTURE_LIMIT = 5 * 1024 * 1024

const present = (p: ProfileNode): BusinessProfile => ({
  about: p.about ?? '',
  address: p.address ?? '',
  description: p.description ?? '',
  email: p.email ?? '',
  websites: (p.websites ?? []).slice(0, 2),
  vertical: p.vertical ?? '',
  pictureUrl: p.profile_picture_url ?? null,
})

/** The company's profile on WhatsApp, as it is there now. @throws AppError not_found, whatsapp_refused, whatsapp_unavailable */
export const getProfile = (ctx: Context, tenantId: string, id: string): Promise<BusinessProfile> =>
  askWhatsApp(ctx, tenantId, id, async (graph, channel) => present(await graph.readProfile(channel.phoneNumberId)))

/** @throws AppError validation_failed on pictureMediaId: absent, of a type or size that WhatsApp does not take */
async function readPicture(ctx: Context, tenantId: string, mediaId: string): Promise<{ data: Buffer; mime: string }> {
  const media = await tenantTx(ctx, tenantId, (tx) => getMedia(tx, mediaId)).catch(() => undefined)
  if (media?.status !== 'stored') throw invalidField('pictureMediaId', 'not_found', 'Não encontramos esta imagem. Anexe de novo.')
  if (!PICTURES.has(media.mime)) throw invalidField('pictureMediaId', 'wrong_type', 'Use uma imagem JPEG ou PNG.')
  if (Number(media.size) > PICTURE_LIMIT) throw invalidField('pictureMediaId', 'too_large', 'A imagem pode ter até 5 MB.')
  return { data: await readMediaBytes(ctx, media), mime: media.mime }
}

/** The app that the token belongs to takes the upload; known from the last check, else asked. */
async function appOf(ctx: Context, tenantId: string, id: string): Promise<string> {
  const row = await tenantTx(ctx, tenantId, (tx) => db.find(tx, id))
  if (row?.app_id) return row.app_id
  const appId = await askWhatsApp(ctx, tenantId, id, async (_, channel) => (await createGraph(channel).debugToken()).app_id)
  if (!appId) throw invalidField('pictureMediaId', 'no_app', 'A Meta não disse de qual aplicativo é o token; a foto não pode ser enviada com ele.')
  return appId
}

/**
 * Changes what is given and answers the whole, read again. An empty "about" is not sent: WhatsApp wants at least one character.
 * @throws AppError not_found, validation_failed, whatsapp_refused, whatsapp_unavailable
 */
export async function changeProfile(ctx: Context, tenantId: string, id: string, input: z.infer<typeof UpdateProfileInput>): Promise<BusinessProfile> {
  const { pictureMediaId, about, ...fields } = input
  const picture = pictureMediaId === undefined ? undefined : await readPicture(ctx, tenantId, pictureMediaId)
  const appId = picture && (await appOf(ctx, tenantId, id))
  return askWhatsApp(ctx, tenantId, id, async (graph, { phoneNumberId }) => {
    const handle = picture && appId ? await graph.uploadPicture(appId, picture) : undefined
    await graph.changeProfile(phoneNumberId, { ...fields, ...(about ? { about } : {}), ...(handle ? { profile_picture_handle: handle } : {}) })
    return present(await graph.readProfile(phoneNumberId))
  })
}
