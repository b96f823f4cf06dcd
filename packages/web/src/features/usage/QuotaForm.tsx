import { FreeQuotaInput } from '@atende/contracts/usage'
import { Button, NumberInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { validateWith } from '../../lib/form.ts'
import { toast } from '../../ui/toast.ts'
import classes from './PriceList.module.css'
import { useAddQuota } from './use-usage.ts'

const today = (): string => new Date().toISOString().slice(0, 10)
type Values = { category: string; perNumberAndMonth: number | string; validFrom: string }

/** WhatsApp gives free messages for one category only: service. */
export function QuotaForm() {
  const { t } = useTranslation('usage')
  const add = useAddQuota()
  const form = useForm<Values>({ initialValues: { category: 'service', perNumberAndMonth: '', validFrom: today() }, validate: validateWith(FreeQuotaInput) })
  const save = (values: Values): void =>
    add.mutate(FreeQuotaInput.parse(values), {
      onSuccess: () => {
        toast(t('list.savedQuota'))
        form.setFieldValue('perNumberAndMonth', '')
      },
    })
  return (
    <form noValidate className={classes.form} onSubmit={form.onSubmit(save)}>
      <NumberInput label={t('list.perNumber')} min={0} allowDecimal={false} hideControls {...form.getInputProps('perNumberAndMonth')} />
      <TextInput type="date" label={t('list.validFrom')} {...form.getInputProps('validFrom')} />
      <Button type="submit" loading={add.isPending} className={classes.submit}>
        {t('list.addQuota')}
      </Button>
    </form>
  )
}
