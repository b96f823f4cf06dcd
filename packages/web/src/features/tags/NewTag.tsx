import { CreateTagInput, TagColor } from '@atende/contracts/tags'
import { Button, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { isApiError } from '../../lib/api-error.ts'
import { errorSentence, fieldErrors } from '../../lib/error-text.ts'
import { validateWith } from '../../lib/form.ts'
import { ColorPicker } from './ColorPicker.tsx'
import classes from './TagRow.module.css'
import { useCreateTag } from './tag-mutations.ts'

type Values = { name: string; color: z.infer<typeof TagColor> }

const nextColor = (color: Values['color']): Values['color'] => TagColor.options[(TagColor.options.indexOf(color) + 4) % TagColor.options.length] ?? 'gray'

export function NewTag() {
  const { t } = useTranslation('tags')
  const input = useRef<HTMLInputElement>(null)
  const create = useCreateTag()
  const initialValues: Values = { name: '', color: 'teal' }
  const form = useForm({ initialValues, validate: validateWith(CreateTagInput) })
  const onSuccess = (): void => {
    form.setValues({ name: '', color: nextColor(form.values.color) })
    input.current?.focus()
  }
  const onError = (error: unknown): void => {
    const taken = isApiError(error) && error.code === 'already_exists'
    form.setErrors({ name: taken ? t('taken') : errorSentence(error), ...fieldErrors(error) })
  }
  return (
    <form className={classes.create} noValidate onSubmit={form.onSubmit((values) => create.mutate(values, { onSuccess, onError }))}>
      <ColorPicker label={t('colorNew')} value={form.values.color} onChange={(color) => form.setFieldValue('color', color)} />
      <TextInput ref={input} className={classes.grow} aria-label={t('newName')} placeholder={t('placeholder')} maxLength={40} {...form.getInputProps('name')} />
      <Button type="submit" loading={create.isPending}>
        {t('create')}
      </Button>
    </form>
  )
}
