import { Menu, UnstyledButton, useMantineColorScheme, VisuallyHidden } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { Check, Keyboard, Languages, LogOut, Monitor, Moon, Sun, UserRound } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { logout, useMe } from '../lib/session.ts'
import { Avatar } from '../ui/Avatar.tsx'
import classes from './UserMenu.module.css'
import { useSetLocale } from './use-set-locale.ts'

const SCHEMES = [
  { value: 'light', icon: Sun },
  { value: 'dark', icon: Moon },
  { value: 'auto', icon: Monitor },
] as const
const LOCALES = [
  { value: 'pt-BR', label: 'Português' },
  { value: 'en', label: 'English' },
] as const

function Chosen({ when }: { when: boolean }) {
  return when ? <Check size={15} aria-hidden /> : null
}

export function UserMenu({ wide, onShortcuts }: { wide: boolean; onShortcuts: () => void }) {
  const { t } = useTranslation('common')
  const me = useMe()
  const navigate = useNavigate()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const setLocale = useSetLocale()
  return (
    <Menu position="right-end" width={236} withinPortal>
      <Menu.Target>
        <UnstyledButton className={classes.target} data-wide={wide || undefined}>
          <Avatar name={me.user.name} seed={me.user.id} size={30} />
          <span className={classes.words}>
            <VisuallyHidden>{t('userMenu.label')}: </VisuallyHidden>
            <span className={classes.name}>{me.user.name}</span>
            <span className={classes.company}>{me.tenant?.name ?? me.user.roleName ?? t(`role.${me.user.role}`)}</span>
          </span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.head}>
          <strong>{me.user.name}</strong>
          <span>{me.user.email}</span>
        </div>
        <Menu.Divider />
        <Menu.Item leftSection={<UserRound size={16} aria-hidden />} onClick={() => void navigate({ to: '/configuracoes/perfil' })}>
          {t('userMenu.profile')}
        </Menu.Item>
        <Menu.Item leftSection={<Keyboard size={16} aria-hidden />} onClick={onShortcuts}>
          {t('userMenu.shortcuts')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t('userMenu.theme')}</Menu.Label>
        {SCHEMES.map(({ value, icon: Icon }) => (
          <Menu.Item
            key={value}
            closeMenuOnClick={false}
            leftSection={<Icon size={16} aria-hidden />}
            rightSection={<Chosen when={colorScheme === value} />}
            onClick={() => setColorScheme(value)}
          >
            {t(`userMenu.${value}`)}
          </Menu.Item>
        ))}
        <Menu.Label>{t('userMenu.language')}</Menu.Label>
        {LOCALES.map(({ value, label }) => (
          <Menu.Item
            key={value}
            lang={value}
            leftSection={<Languages size={16} aria-hidden />}
            rightSection={<Chosen when={me.user.locale === value} />}
            onClick={() => setLocale(value)}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<LogOut size={16} aria-hidden />} onClick={() => void logout()}>
          {t('userMenu.logout')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
