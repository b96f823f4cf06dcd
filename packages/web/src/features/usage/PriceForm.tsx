import { PriceInput } from '@atende/contracts/usage'
import { Button, NumberInput, Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { validateWith } from '../../lib/form.ts'
import { toast } from '../../ui/toast.ts'
import classes from './PriceList.module.css'
import { CATEGORIES, useCategoryName } from './usage-words.ts'
import { useAddPrice } from './use-usage.ts'

const CURRENCIES = ['BRL', 'USD', 'EUR', 'MXN', 'ARS', 'INR']
const today = (): string => new Date().toISOString().slice(0, 10)
type Values = { category: string; country: string; currency: string; amount: number | string; validFrom: string }

export function PriceForm() {
  const { t } = useTranslation('usage')
  const nameOf = useCategoryName()
  const add = useAddPrice()
  const form = useForm<Values>({
    initialValues: { category: 'marketing', country: 'BR', currency: 'BRL', amount: '', validFrom: today() },
    validate: validateWith(PriceInput),
  })
  const save = (values: Values): void =>
    add.mutate(PriceInput.parse(values), {
      onSuccess: () => {
        toast(t('list.saved'))
        form.setFieldValue('amount', '')
      },
    })
  return (
    <form noValidate className={classes.form} onSubmit={form.onSubmit(save)}>
      <Select
        label={t('category')}
        data={CATEGORIES.map((value) => ({ value, label: nameOf(value) }))}
        allowDeselect={false}
        searchable
        {...form.getInputProps('category')}
      />
      <TextInput
        label={t('list.country')}
        description={t('list.countryHint')}
        maxLength={2}
        autoComplete="off"
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        {...form.getInputProps('country')}
        onChange={(event) => form.setFieldValue('country', event.currentTarget.value.toUpperCase())}
      />
      <NumberInput
        label={t('list.price')}
        min={0}
        max={1000}
        decimalScale={6}
        decimalSeparator=","
        allowedDecimalSeparators={[',', '.']}
        hideControls
        {...form.getInputProps('amount')}
      />
      <Select label={t('list.currency')} data={CURRENCIES} allowDeselect={false} {...form.getInputProps('currency')} />
      <TextInput type="date" label={t('list.validFrom')} {...form.getInputProps('validFrom')} />
      <Button type="submit" loading={add.isPending} className={classes.submit}>
        {t('list.add')}
      </Button>
    </form>
  )
}
