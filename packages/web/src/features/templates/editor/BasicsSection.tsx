import { TemplateCategory } from '@atende/contracts/templates'
import { Input, Radio, SegmentedControl, Select, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useChannels } from '../../channels/use-channels.ts'
import { LANGUAGES, useLanguageName } from '../TemplateBadges.tsx'
import { type Draft, toName, withCategory } from './draft.ts'
import { PartProblem, useProblem } from './problems.tsx'

type BasicsProps = {
  draft: Draft
  onChange: (draft: Draft) => void /** Name, language and number stand fast once made; `all` also the category. */
  locked: 'none' | 'identity' | 'all'
}

function CategoryChoice({ draft, onChange, locked }: BasicsProps) {
  const { t } = useTranslation('templates')
  return (
    <Radio.Group
      label={t('form.category')}
      value={draft.category}
      onChange={(value) => onChange(withCategory(draft, TemplateCategory.catch('UTILITY').parse(value)))}
    >
      <Stack gap={8} mt={6}>
        {TemplateCategory.options.map((value) => (
          <Radio
            key={value}
            value={value}
            label={t(`category.${value}`)}
            description={t(`categoryHelp.${value}`)}
            disabled={locked === 'all' || (locked === 'identity' && (value === 'AUTHENTICATION') !== (draft.category === 'AUTHENTICATION'))}
          />
        ))}
      </Stack>
      <PartProblem path="category" />
    </Radio.Group>
  )
}

export function BasicsSection({ draft, onChange, locked }: BasicsProps) {
  const { t } = useTranslation('templates')
  const languageName = useLanguageName()
  const channels = (useChannels().data ?? []).filter((c) => c.releasedAt === null)
  const nameError = useProblem('name')
  const fixed = locked !== 'none'
  return (
    <Stack gap="md">
      {!fixed && channels.length > 1 && (
        <Select
          label={t('form.channel')}
          description={t('form.channelHint')}
          allowDeselect={false}
          value={draft.channelId}
          onChange={(value) => onChange({ ...draft, channelId: value ?? draft.channelId })}
          data={channels.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
      {!fixed && (
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput
            label={t('form.name')}
            description={t('form.nameHint')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            placeholder="confirmacao_de_reserva"
            value={draft.name}
            error={nameError}
            data-autofocus
            onChange={(e) => onChange({ ...draft, name: toName(e.currentTarget.value) })}
          />
          <Select
            label={t('form.language')}
            allowDeselect={false}
            searchable
            value={draft.language}
            onChange={(value) => onChange({ ...draft, language: value ?? draft.language })}
            data={LANGUAGES.map((value) => ({ value, label: languageName(value) }))}
          />
        </SimpleGrid>
      )}
      <CategoryChoice draft={draft} onChange={onChange} locked={locked} />
      {!fixed && draft.category !== 'AUTHENTICATION' && (
        <>
          <Switch
            label={t('form.categoryChange')}
            checked={draft.allowCategoryChange}
            onChange={(e) => onChange({ ...draft, allowCategoryChange: e.currentTarget.checked })}
          />
          <Input.Wrapper label={t('form.variables')} description={t('form.variablesHint', { numbered: '{{1}}', named: '{{nome}}' })} labelElement="div">
            <div>
              <SegmentedControl
                size="xs"
                mt={6}
                aria-label={t('form.variables')}
                value={draft.parameterFormat}
                onChange={(value) => onChange({ ...draft, parameterFormat: value === 'named' ? 'named' : 'positional' })}
                data={(['named', 'positional'] as const).map((value) => ({ value, label: t(`detail.formatOf.${value}`) }))}
              />
            </div>
          </Input.Wrapper>
        </>
      )}
    </Stack>
  )
}
