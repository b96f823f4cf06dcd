import { type BusinessProfile, UpdateProfileInput } from '@atende/contracts/channels'
import { Button, FileButton, Group, Select, Skeleton, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { ImageUp } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { fieldErrors } from '../../lib/error-text.ts'
import { validateWith } from '../../lib/form.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { FormError } from '../../ui/FormError.tsx'
import { Section } from '../../ui/Section.tsx'
import { toast } from '../../ui/toast.ts'
import { channelHealthTexts } from './channel-health.texts.ts'
import { useChangeProfile, useProfile } from './use-channel-health.ts'

const VERTICALS = Object.keys(channelHealthTexts['pt-BR'].vertical) as (keyof (typeof channelHealthTexts)['pt-BR']['vertical'])[] // The keys of that very object.
const ADDRESS = /^https?:\/\/\S+\.\S+$/

type Values = Omit<BusinessProfile, 'websites' | 'pictureUrl'> & { website: string; websiteSecond: string }
const valuesOf = ({ websites, pictureUrl: _, ...rest }: BusinessProfile): Values => ({ ...rest, website: websites[0] ?? '', websiteSecond: websites[1] ?? '' })
const changeOf = ({ website, websiteSecond, ...rest }: Values) => ({ ...rest, websites: [website, websiteSecond].map((s) => s.trim()).filter(Boolean) })

function PictureField({ has, picture, onChange }: { has: boolean; picture: File | null; onChange: (file: File | null) => void }) {
  const { t } = useTranslation('channelHealth')
  const state = has ? t('profile.pictureSet') : t('profile.pictureNone')
  return (
    <div>
      <Text size="sm" fw={500}>
        {t('profile.picture')}
      </Text>
      <Text size="xs" c="dimmed" mb={6}>
        {picture === null ? `${state} ${t('profile.pictureHint')}` : t('profile.pictureChosen', { name: picture.name })}
      </Text>
      <FileButton onChange={onChange} accept="image/jpeg,image/png">
        {(props) => (
          <Button {...props} size="xs" variant="default" leftSection={<ImageUp size={15} aria-hidden />}>
            {t('profile.choose')}
          </Button>
        )}
      </FileButton>
    </div>
  )
}

function useProfileForm(channelId: string, profile: BusinessProfile) {
  const { t } = useTranslation('channelHealth')
  const [picture, setPicture] = useState<File | null>(null)
  const change = useChangeProfile(channelId)
  const form = useForm({
    initialValues: valuesOf(profile),
    validate: (values) => {
      const sites = Object.entries({ website: values.website.trim(), websiteSecond: values.websiteSecond.trim() })
      const bad = Object.fromEntries(sites.flatMap(([name, site]) => (site === '' || ADDRESS.test(site) ? [] : [[name, t('profile.websiteFormat')]])))
      return { ...validateWith(UpdateProfileInput)(changeOf(values)), ...bad }
    },
  })
  const save = (values: Values): void =>
    change.mutate(
      { ...changeOf(values), picture },
      {
        onSuccess: (saved) => {
          form.setInitialValues(valuesOf(saved))
          form.reset()
          setPicture(null)
          toast(t('profile.saved'))
        },
        onError: (error) => form.setErrors(fieldErrors(error)),
      },
    )
  return { form, change, picture, setPicture, save }
}

function ProfileForm({ channelId, profile }: { channelId: string; profile: BusinessProfile }) {
  const { t } = useTranslation('channelHealth')
  const { form, change, picture, setPicture, save } = useProfileForm(channelId, profile)
  const verticals = VERTICALS.map((value) => ({ value, label: t(`vertical.${value}`) }))
  const known = form.values.vertical === '' || verticals.some((v) => v.value === form.values.vertical)
  return (
    <form noValidate onSubmit={form.onSubmit(save)}>
      <Stack gap="md" maw={560}>
        <FormError error={change.error} />
        <PictureField has={profile.pictureUrl !== null} picture={picture} onChange={setPicture} />
        <TextInput label={t('profile.about')} description={t('profile.aboutHint')} maxLength={139} {...form.getInputProps('about')} />
        <Textarea label={t('profile.description')} maxLength={512} autosize minRows={2} {...form.getInputProps('description')} />
        <TextInput label={t('profile.address')} maxLength={256} {...form.getInputProps('address')} />
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <TextInput label={t('profile.email')} type="email" maxLength={128} {...form.getInputProps('email')} />
          <Select
            label={t('profile.vertical')}
            data={known ? verticals : [...verticals, form.values.vertical]}
            searchable
            {...form.getInputProps('vertical')}
            onChange={(value) => form.setFieldValue('vertical', value ?? '')}
          />
        </Group>
        <TextInput label={t('profile.website')} type="url" placeholder="https://" maxLength={256} {...form.getInputProps('website')} />
        <TextInput label={t('profile.websiteSecond')} type="url" placeholder="https://" maxLength={256} {...form.getInputProps('websiteSecond')} />
        <Group>
          <Button type="submit" loading={change.isPending} disabled={!form.isDirty() && picture === null}>
            {t('profile.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

/** The company's profile, as it is on WhatsApp now. */
export function ProfileSection({ channelId }: { channelId: string }) {
  const { t } = useTranslation('channelHealth')
  const { data, error, refetch } = useProfile(channelId)
  return (
    <Section title={t('profile.title')} text={t('profile.text')}>
      {data === undefined && error !== null && <ErrorState compact error={error} retry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton height={320} />}
      {data !== undefined && <ProfileForm channelId={channelId} profile={data} />}
    </Section>
  )
}
