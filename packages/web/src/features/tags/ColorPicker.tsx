import { TagColor } from '@atende/contracts/tags'
import { Popover, UnstyledButton } from '@mantine/core'
import { Check } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import classes from './ColorPicker.module.css'
import { tagStyle } from './tag-hue.ts'

type Color = z.infer<typeof TagColor>
type ColorPickerProps = { value: Color; onChange: (color: Color) => void; label: string; disabled?: boolean }

export function ColorPicker({ value, onChange, label, disabled = false }: ColorPickerProps) {
  const { t } = useTranslation('tags')
  const [opened, setOpened] = useState(false)
  const choose = (color: Color): void => {
    setOpened(false)
    if (color !== value) onChange(color)
  }
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton
          className={classes.swatch}
          style={tagStyle(value)}
          disabled={disabled}
          onClick={() => setOpened((was) => !was)}
          aria-label={`${label}: ${t(`color.${value}`)}`}
        />
      </Popover.Target>
      <Popover.Dropdown className={classes.colors} aria-label={label}>
        {TagColor.options.map((color) => (
          <UnstyledButton
            key={color}
            className={classes.swatch}
            style={tagStyle(color)}
            onClick={() => choose(color)}
            aria-label={t(`color.${color}`)}
            aria-pressed={color === value}
            title={t(`color.${color}`)}
          >
            {color === value && <Check size={15} strokeWidth={3} aria-hidden />}
          </UnstyledButton>
        ))}
      </Popover.Dropdown>
    </Popover>
  )
}
