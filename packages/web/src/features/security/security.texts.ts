import { texts } from '../../lib/texts-helper.ts'

export const securityTexts = texts(
  {
    title: 'Segurança',
    text: 'O que a empresa pede de quem entra.',
    factor: {
      title: 'Exigir segundo fator',
      text: 'Quem ainda não tem ativa o seu ao entrar, antes de qualquer outra coisa. Vale na hora, também para quem já está dentro.',
      label: 'De quem exigir',
      optional: 'De ninguém: cada pessoa decide',
      managers: 'De proprietários, administradores e perfis próprios que gerenciam pessoas, chaves, canais ou a empresa',
      everybody: 'De toda a equipe',
      have: 'Já têm: {{protected}} de {{people}} pessoas.',
      saved: 'Regra salva.',
    },
  },
  {
    title: 'Security',
    text: 'What the company asks of whoever logs in.',
    factor: {
      title: 'Require a second factor',
      text: 'Who has none yet sets it up right after the login, before anything else. It counts at once, also for those who are inside.',
      label: 'Of whom',
      optional: 'Of nobody: everyone decides',
      managers: 'Of owners, admins and roles of your own that manage people, keys, channels or the company',
      everybody: 'Of the whole team',
      have: 'Already have one: {{protected}} of {{people}} people.',
      saved: 'Rule saved.',
    },
  },
)
